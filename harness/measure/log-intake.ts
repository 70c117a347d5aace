import { join } from 'node:path';
import { writeWhole } from '../files.ts';
import type { Finding, LogPiece, LogProtocol, Seen } from '../protocol/port.ts';
import type { Recorder } from '../recording/recorder.ts';
import type { LogSpec } from '../suite/suite.ts';
import { inferenceCount } from './log-count.ts';
import { logFile } from './log-file.ts';
import { heardClause, logError, withLines } from './log-heard.ts';
import { type IdentityCheck, type ImageIdentity, identityCheck } from './log-identity.ts';
import { logSamples } from './log-samples.ts';
import { logUplink } from './log-uplink.ts';

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
  /** Takes what the log says of why the chip was reset. */
  readonly onBoot?: (cause: string | undefined) => void;
  /** A log that runs on over several starts, as a file may; else one that begins anew by itself has failed. */
  readonly mayRestart?: boolean;
}

/** What a log has come to so far. */
export interface Intake extends Disposable {
  /** Throws TargetError when the log says that another firmware runs than the suite wants, and when it is noise. */
  push(bytes: Uint8Array): void;
  /** Whether a crash's dump is still coming. */
  readonly isInDump: () => boolean;
  /** Whether lines came, and no noise. */
  readonly isText: () => boolean;
  /** Takes in what was still open. */
  readonly end: () => void;
  readonly seen: IntakeState;
  /** What came so far, as a clause. */
  readonly heard: () => string;
  /** Throws TargetError when the log has not said who runs, and had to. */
  readonly expectIdentity: () => void;
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

/**
 * Reads a log into a recording: samples, `log.txt`, `crash.txt`. Nothing of the firmware's makes it throw but a wrong identity, and
 * noise.
 */
export function intakeOf(options: IntakeOptions): Intake {
  const { spec, recorder, where, image, baud } = options;
  const reader = options.protocol.read(spec);
  const file = logFile(recorder.folder);
  const identity = identityCheck(spec.identity, image, where);
  const findings = findingsOf(options, identity);
  let lines = { first: '', last: '' };

  const take = (piece: LogPiece): void => {
    lines = withLines(lines, piece);
    for (const finding of piece.findings) findings.take(finding);
  };
  const heard = () => heardClause({ reader, lines, baud, ...findings.seen });
  return {
    seen: findings.seen,
    push(bytes) {
      file.add(bytes);
      take(reader.push(bytes));
      const isNoise = !findings.seen.isKnown && reader.seen.bytes >= noiseBytes && reader.noise() !== undefined;
      if (isNoise) throw logError(heard(), where); // more of it says no more
    },
    isInDump: reader.isInDump,
    isText: () => reader.seen.lines > 0 && reader.noise() === undefined,
    end: () => take(reader.end()),
    heard,
    expectIdentity: identity.expectAll,
    [Symbol.dispose]() {
      findings.end(reader.seen);
      file[Symbol.dispose]();
    },
  };
}

interface Findings {
  readonly seen: IntakeState;
  take(finding: Finding): void;
  end(seen: Seen): void;
}

/** What a log tells, into samples and to where it ends. */
function findingsOf(
  { spec, recorder, mayRestart = false, boot: first, onBoot = () => {} }: IntakeOptions,
  identity: IdentityCheck,
): Findings {
  const samples = logSamples(recorder);
  const uplink = logUplink(recorder);
  const count = inferenceCount(spec.inferences);
  const seen = { inferences: 0, end: 'open', isKnown: false } as Writable<IntakeState>;
  let boot = first;

  const begin = (finding: Found<'boot'>): void => {
    if (count.seen === 0) return; // boot loaders say it twice, and a board may be reset while it is being opened
    if (!mayRestart) return take(restartOf(finding));
    uplink.end(boot++, count.seen);
  };
  const keepCrash = (crash: Found<'crash'>): void => {
    if (!seen.crash) writeWhole(join(recorder.folder, 'crash.txt'), crash.text);
    seen.crash ??= crash;
  };
  const take = (finding: Finding): void => {
    seen.isKnown = true;
    if (count.isBeyond(finding)) seen.end = 'over';
    if (seen.end === 'over' && isFigure(finding)) return;
    if (finding.kind === 'boot') onBoot(finding.cause);
    if (finding.kind === 'boot') begin(finding);
    samples.add(finding, boot);
    uplink.see(finding);
    count.see(finding);
    seen.inferences = count.seen;
    if (count.isFull && seen.end === 'open') seen.end = 'full';
    if (finding.kind === 'fact') identity.see(finding);
    if (finding.kind === 'end') seen.end = 'over';
    if (finding.kind === 'fail') seen.failed ??= finding;
    if (finding.kind === 'crash') keepCrash(finding);
  };
  return {
    seen,
    take,
    end({ lines, bytes, unprintable }) {
      uplink.end(boot, count.seen);
      const { leftOut } = samples.end(boot);
      recorder.sample({ kind: 'log', boot, lines, bytes, unprintable, leftOut });
    },
  };
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

function restartOf({ cause, line }: Found<'boot'>): Found<'fail'> {
  const text = `it began anew by itself${cause === undefined ? '' : ` (${cause})`}`;
  return { kind: 'fail', pattern: 'restart', text, line };
}

function isFigure({ kind }: Finding): boolean {
  return kind === 'metric' || kind === 'scores' || kind === 'operators' || kind === 'message';
}
