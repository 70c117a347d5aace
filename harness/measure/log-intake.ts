import { join } from 'node:path';
import { TargetError } from '../errors.ts';
import { writeWhole } from '../files.ts';
import type { Finding, LogPiece, LogProtocol } from '../protocol/port.ts';
import type { Recorder } from '../recording/recorder.ts';
import type { LogSpec } from '../suite/suite.ts';
import { logFile } from './log-file.ts';
import { type ImageIdentity, identityCheck } from './log-identity.ts';
import { logSamples } from './log-samples.ts';

type Found<Kind> = Extract<Finding, { readonly kind: Kind }>;

/** What a log is taken in by. */
export interface IntakeOptions {
  readonly spec: LogSpec;
  readonly protocol: LogProtocol;
  readonly recorder: Pick<Recorder, 'folder' | 'sample'>;
  readonly boot: number;
  /** Whose log it is, for errors. */
  readonly where: string;
  readonly image?: ImageIdentity;
  /** Bits a second, where they are known. */
  readonly baud?: number;
  /** A log that runs on over several starts, as a file may; else one that begins anew by itself has failed. */
  readonly mayRestart?: boolean;
}

/** What a log has come to so far. */
export interface Intake extends Disposable {
  /** Throws TargetError when the log says that another firmware runs than the suite wants, and when it is noise. */
  push(bytes: Uint8Array): void;
  /** Whether a crash's dump is still coming. */
  isInDump(): boolean;
  /** Takes in what was still open. */
  end(): void;
  readonly seen: IntakeState;
  /** What came so far, as a clause. */
  heard(): string;
  /** Throws TargetError when the log has not said who runs, and had to. */
  expectIdentity(): void;
}

interface IntakeState {
  readonly inferences: number;
  /** `full`: as many inferences as were wanted; what belongs to the last may still come. */
  readonly end: 'open' | 'full' | 'over';
  /** Whether any line said anything. */
  readonly isKnown: boolean;
  readonly crash?: Found<'crash'>;
  readonly failed?: Found<'fail'>;
}

/** A boot loader may begin at a rate of its own, with less than this. */
const noiseBytes = 4096;

/** Reads a log into a recording: samples, `log.txt`, `crash.txt`. Nothing of the firmware's makes it throw but a wrong identity, and noise. */
export function intakeOf(options: IntakeOptions): Intake {
  const { spec, protocol, recorder, where, mayRestart = false } = options;
  const reader = protocol.read(spec);
  const samples = logSamples(recorder);
  const file = logFile(recorder.folder);
  const identity = identityCheck(spec.identity, options.image, where);
  const marks = new Map<string, number>();
  const state = { inferences: 0, end: 'open', isKnown: false } as Writable<IntakeState>;
  let { boot } = options;
  let first = '';
  let last = '';

  const take = (finding: Finding): void => {
    state.isKnown = true;
    const mark = markOf(finding);
    if (state.end === 'full' && mark !== undefined && (marks.get(mark) ?? 0) >= (spec.inferences ?? 0))
      state.end = 'over';
    if (state.end === 'over' && isFigure(finding)) return;
    if (finding.kind === 'boot') begin(finding);
    samples.add(finding, boot);
    if (mark !== undefined) count(mark);
    if (finding.kind === 'fact') identity.see(finding);
    if (finding.kind === 'end') state.end = 'over';
    if (finding.kind === 'fail') state.failed ??= finding;
    if (finding.kind === 'crash') keepCrash(finding);
  };
  const count = (mark: string): void => {
    const seen = (marks.get(mark) ?? 0) + 1;
    marks.set(mark, seen);
    state.inferences = Math.max(state.inferences, seen);
    if (state.end === 'open' && spec.inferences !== undefined && state.inferences >= spec.inferences)
      state.end = 'full';
  };
  const begin = ({ cause, line }: Found<'boot'>): void => {
    if (marks.size === 0) return;
    if (mayRestart) return void boot++;
    const text = `it began anew by itself${cause === undefined ? '' : ` (${cause})`}`;
    const failed = { kind: 'fail', pattern: 'restart', text, line } as const;
    state.failed ??= failed;
    samples.add(failed, boot);
  };
  const keepCrash = (crash: Found<'crash'>): void => {
    if (!state.crash) writeWhole(join(recorder.folder, 'crash.txt'), crash.text);
    state.crash ??= crash;
  };
  const takeAll = ({ lines, findings }: LogPiece): void => {
    for (const { plain } of lines) {
      first ||= plain.trim();
      last = plain.trim() || last;
    }
    for (const finding of findings) take(finding);
  };
  const heard = (): string => {
    const { lines, bytes } = reader.seen;
    const noise = state.isKnown ? undefined : reader.noise();
    if (noise) return noiseClause(noise, options.baud);
    if (bytes === 0) return 'nothing came';
    if (lines === 0) return `${bytes} bytes came, and no end of a line`;
    const came = lines === 1 ? '1 line came' : `${lines} lines came`;
    if (!state.isKnown) return `${came}, none matched; the first was "${shortened(first)}"`;
    const inferences = state.inferences === 1 ? '1 inference' : `${state.inferences} inferences`;
    return `${came}, with ${inferences} in them; the last was "${shortened(last)}"`;
  };
  return {
    seen: state,
    push(bytes) {
      file.add(bytes);
      takeAll(reader.push(bytes));
      const isNoise = !state.isKnown && reader.seen.bytes >= noiseBytes && reader.noise() !== undefined;
      if (isNoise) throw logError(heard(), where); // more of it says no more
    },
    isInDump: reader.isInDump,
    end: () => takeAll(reader.end()),
    heard,
    expectIdentity: identity.expectAll,
    [Symbol.dispose]() {
      const { leftOut } = samples.end(boot);
      recorder.sample({ kind: 'log', boot, ...counted(reader.seen), leftOut });
      file[Symbol.dispose]();
    },
  };
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** What shows that an inference has been made; each kind of line is counted by itself, since one may bring several. */
function markOf(finding: Finding): string | undefined {
  if (finding.kind === 'scores') return 'scores';
  return finding.kind === 'metric' && finding.name.startsWith('inference_') ? finding.name : undefined;
}

function isFigure({ kind }: Finding): boolean {
  return kind === 'metric' || kind === 'scores' || kind === 'operators';
}

function counted({ lines, bytes, unprintable }: { lines: number; bytes: number; unprintable: number }) {
  return { lines, bytes, unprintable };
}

function noiseClause({ share, slower }: { share: number; slower?: number }, baud: number | undefined): string {
  const what = `${Math.round(100 * share)} % of what came at first is no text: it is sent at another baud rate`;
  if (slower === undefined) return `${what}, or is no log`;
  const rate = baud === undefined ? `1/${slower} of this one` : `${Math.round(baud / slower)}`;
  return `${what}, to judge by its bits at ${rate}`;
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

/** An error of the rig's, with what to do about a log that is not as it should be. */
export function logError(what: string, where: string): TargetError {
  return new TargetError(what, where, 'look at the log; name its lines in log.metrics, and check the baud rate');
}
