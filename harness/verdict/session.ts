import type { PrintedSample, Recording, Sample, UplinkSample } from '../recording/recording.ts';
import { readPrinted } from './printed.ts';
import type { Verdict } from './result.ts';
import { bytesOf, type TensorSpec } from './tensor.ts';

/** One measured inference with the bytes of all output tensors, end to end. */
export interface Inference {
  readonly boot: number;
  readonly vector: number;
  /** Absent where none were counted. */
  readonly ticks?: number;
  /** Empty where only `printed` is known. */
  readonly output: Uint8Array;
  /** The real values that firmware printed, where they do not tell the bytes of the model's output. */
  readonly printed?: readonly number[];
  readonly isDisturbed?: true;
}

/** What a recording proves: how its session ended and the samples that may be judged. */
export interface Session {
  readonly end: SessionEnd;
  readonly vectors: number;
  readonly boots: number;
  readonly inferences: readonly Inference[];
  /** What windows that a meter was to see answered last; they have no ticks here. */
  readonly marked?: readonly Inference[];
  readonly scaling: readonly SampleOf<'scaling'>[];
  readonly operators: readonly SampleOf<'operators'>[];
  readonly memory: readonly SampleOf<'memory'>[];
  readonly link: readonly SampleOf<'link'>[];
  /** Timed windows of firmware that times itself. */
  readonly windows: readonly SampleOf<'window'>[];
  readonly uplink: readonly UplinkSample[];
  /** Set where outputs were read from what firmware printed: why they are not the model's bytes, where they are not. */
  readonly printed?: { readonly unreadable?: string };
  /** Faults on demand, and the outputs that were taken for right in them. */
  readonly trials: readonly SampleOf<'trial'>[];
  readonly trialInferences: readonly SampleOf<'trial-inference'>[];
  /** What the image takes with the model in it; absent where none was loaded. */
  readonly image?: {
    readonly flashBytes: number;
    readonly ramBytes: number;
    /** By the image's symbols. */
    readonly arenaReservedBytes?: number;
    readonly stackReservedBytes?: number;
  };
}

/** What a session has that nothing was seen of. */
export const nothingSeen = {
  inferences: [],
  scaling: [],
  operators: [],
  memory: [],
  link: [],
  windows: [],
  uplink: [],
  trials: [],
  trialInferences: [],
} as const satisfies Partial<Session>;

/** Complete: every vector of every boot was measured, with the suite's own model and vectors. */
export type SessionEnd =
  | { readonly status: 'complete' }
  | { readonly status: 'failed' | 'broken' | 'skipped'; readonly reason: string };

type SampleOf<Kind> = Extract<Sample, { readonly kind: Kind }>;

/** Whom a recording must be of, as SHA-256 in hex: the model file, and the input bytes of all vectors. */
export interface Identity {
  readonly modelSha256: string;
  readonly vectorsSha256: string;
}

interface Expected {
  readonly identity: Identity;
  readonly outputs: readonly TensorSpec[];
  readonly boots: number;
}

/** Reads what a recording proves. Nothing that was measured of another model or other vectors is let in. */
export function readSession(recording: Recording, { identity, outputs, boots }: Expected): Session {
  const vectors = recording.manifest.vectors?.count ?? 0;
  const foreign = identityFault(recording, identity);
  const samples = foreign ? [] : recording.samples;
  const { printed, inferences: readInferences } = readAllPrinted(ofKind(samples, 'printed'), outputs);
  const decoded = [...ofKind(samples, 'inference').map(decode), ...readInferences];
  const outputBytes = outputs.reduce((sum, tensor) => sum + bytesOf(tensor), 0);
  const marked = ofKind(samples, 'mark').flatMap(decodeMark);
  const misfit = [...decoded, ...marked].find(seen => !fits(seen, { vectors, outputBytes }));
  const fault = (misfit && misfitFault(misfit, { vectors, outputBytes })) ?? missingFault(decoded, { vectors, boots });
  const image = foreign ? undefined : imageOf(recording);

  return {
    end: endOf(recording, { foreign, fault }),
    vectors,
    boots,
    inferences: decoded.filter(seen => fits(seen, { vectors, outputBytes })),
    ...(marked.length > 0 && { marked: marked.filter(seen => fits(seen, { vectors, outputBytes })) }),
    scaling: ofKind(samples, 'scaling'),
    operators: ofKind(samples, 'operators'),
    memory: ofKind(samples, 'memory'),
    link: ofKind(samples, 'link'),
    windows: ofKind(samples, 'window'),
    uplink: ofKind(samples, 'uplink'),
    ...(printed && { printed }),
    trials: ofKind(samples, 'trial'),
    trialInferences: ofKind(samples, 'trial-inference'),
    ...(image && { image }),
  };
}

/** The inferences of each vector [vectors], in the order measured. */
export function byVector({ inferences, vectors }: Session): readonly (readonly Inference[])[] {
  const groups: Inference[][] = Array.from({ length: vectors }, () => []);
  for (const inference of inferences) groups[inference.vector]?.push(inference);
  return groups;
}

/** The session as a verdict of its own: `rig.session`, or `firmware.session` where the firmware ended it. */
export function judgeSession({ end, vectors, boots, inferences }: Session): Verdict {
  const wanted = vectors * boots;
  const measured = new Set(inferences.map(placeOf)).size;
  const count = `${measured} of ${wanted} inferences measured (${vectors} vectors, ${boots} ${boots === 1 ? 'boot' : 'boots'})`;
  return {
    budget: end.status === 'failed' ? 'firmware.session' : 'rig.session',
    status: end.status === 'complete' ? 'passed' : end.status,
    measured: end.status === 'skipped' ? null : measured,
    relation: '>=',
    limit: wanted,
    unit: 'inferences',
    basis: null,
    optional: false,
    reason: end.status === 'complete' || end.status === 'skipped' ? reasonOf(end, count) : `${end.reason}; ${count}`,
  };
}

/** Why a figure is missing from a session that ended like this, or counts for less. */
export function explainEnd(end: SessionEnd): string {
  if (end.status === 'skipped') return end.reason;
  if (end.status === 'complete') return 'the recording does not have it';
  return end.status === 'failed' ? 'the firmware failed, see firmware.session' : 'the session broke, see rig.session';
}

function reasonOf(end: SessionEnd, count: string): string {
  return end.status === 'complete' ? count : end.reason;
}

/**
 * What was tried with another model or other vectors says nothing about this suite, a crash included. Else the first reason wins: a
 * session that ended by itself says why; one that claims to be complete is checked.
 */
function endOf(
  { manifest: { outcome } }: Recording,
  { foreign, fault }: { readonly foreign: string | undefined; readonly fault: string | undefined },
): SessionEnd {
  if (outcome.status === 'skipped') return outcome;
  const reason = foreign ?? (outcome.status === 'complete' ? fault : undefined);
  return reason === undefined ? outcome : { status: 'broken', reason };
}

/** Firmware that loads no model has its own in its image. */
function imageOf({ manifest: { image, model, mlperf } }: Recording): Session['image'] {
  if (!image) return undefined;
  const { flashBytes, ramBytes, arenaReservedBytes, stackReservedBytes, carriesModel = false } = image;
  return {
    flashBytes: flashBytes + (carriesModel || mlperf ? 0 : (model?.bytes ?? 0)),
    ramBytes,
    ...(arenaReservedBytes !== undefined && { arenaReservedBytes }),
    ...(stackReservedBytes !== undefined && { stackReservedBytes }),
  };
}

/** A figure belongs to a model and to vectors: those of a recording that was made with others are none of this suite's. */
function identityFault({ manifest: { model, vectors } }: Recording, identity: Identity): string | undefined {
  return (
    changeFault('model bytes', model?.sha256 ?? 'none', identity.modelSha256) ??
    changeFault('vectors', vectors?.sha256 ?? 'none', identity.vectorsSha256)
  );
}

function changeFault(what: string, recorded: string, wanted: string): string | undefined {
  if (recorded === wanted) return undefined;
  return `the recording is of other ${what}: SHA-256 ${short(recorded)} was measured, the suite has ${short(wanted)}; measure again`;
}

interface Shape {
  readonly vectors: number;
  readonly outputBytes: number;
}

function fits({ vector, output, printed }: Inference, { vectors, outputBytes }: Shape): boolean {
  const isWhole = printed !== undefined || output.length === outputBytes;
  return Number.isInteger(vector) && vector >= 0 && vector < vectors && isWhole;
}

function misfitFault({ vector, boot, output, printed }: Inference, { vectors, outputBytes }: Shape): string {
  return printed !== undefined || output.length === outputBytes
    ? `the recording has an inference of vector ${vector}, and there are ${vectors}`
    : `the output of vector ${vector} in boot ${boot} has ${output.length} bytes, the model's has ${outputBytes}`;
}

function missingFault(
  inferences: readonly Inference[],
  { vectors, boots }: Pick<Session, 'vectors' | 'boots'>,
): string | undefined {
  const seen = new Set(inferences.map(placeOf));
  for (let boot = 0; boot < boots; boot++) {
    for (let vector = 0; vector < vectors; vector++) {
      if (!seen.has(placeOf({ boot, vector }))) return `vector ${vector} was not measured in boot ${boot}`;
    }
  }
  return undefined;
}

function placeOf({ boot, vector }: Pick<Inference, 'boot' | 'vector'>): string {
  return `${boot}:${vector}`;
}

function decodeMark({ boot, vector, output }: SampleOf<'mark'>): Inference[] {
  return output === undefined ? [] : [{ boot, vector, output: Buffer.from(output, 'base64') }];
}

function decode({ kind: _kind, output, ...window }: SampleOf<'inference'>): Inference {
  return { ...window, output: Buffer.from(output, 'base64') };
}

/** The outputs are bytes, or none of them is: a golden over some would pass for one over all. */
function readAllPrinted(
  samples: readonly PrintedSample[],
  outputs: readonly TensorSpec[],
): Pick<Session, 'inferences' | 'printed'> {
  if (samples.length === 0) return { inferences: [] };
  const read = samples.map(sample => ({ sample, ...readPrinted(sample, outputs) }));
  const unreadable = read.flatMap(each => each.reason ?? [])[0];
  const inferences = read.map(({ sample, output, values }) => ({
    boot: sample.boot,
    vector: sample.vector,
    ...(output && unreadable === undefined ? { output } : { output: new Uint8Array(), printed: values }),
  }));
  return { inferences, printed: unreadable === undefined ? {} : { unreadable } };
}

function ofKind<Kind extends Sample['kind']>(samples: readonly Sample[], kind: Kind): readonly SampleOf<Kind>[] {
  return samples.filter((sample): sample is SampleOf<Kind> => sample.kind === kind);
}

function short(sha256: string): string {
  return `${sha256.slice(0, 12)}…`;
}
