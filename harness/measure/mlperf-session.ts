import { ProtocolError, TargetError, WrongFirmware } from '../errors.ts';
import { readModel } from '../model/tflite.ts';
import type { Laps, MlperfAnswer, MlperfDut, MlperfIdentity, MlperfProtocol, MlperfRequest } from '../protocol/port.ts';
import type { WindowSample } from '../recording/recording.ts';
import { budgetsFor, type Suite } from '../suite/suite.ts';
import type { Link, Target } from '../target/port.ts';
import { fitFirmware, type MlperfFit } from './mlperf-firmware.ts';
import { realInputs } from './real-inputs.ts';
import type { Boot, ModelJob } from './session.ts';
import { tapLink } from './tap.ts';

type MlperfBoot = Boot & ModelJob & { readonly protocol: MlperfProtocol };

/** A firmware that has been found to be the suite's. */
interface Firmware {
  readonly dut: MlperfDut;
  readonly fit: MlperfFit;
  /** Puts a vector into its buffer, as it takes inputs. */
  load(vector: number): Promise<void>;
}

/** MLPerf Tiny's own rule, of its runner and of EEMBC's: a window lasts so long, and has so many iterations. */
const ruleMs = 10_000;
const leastIterations = 10;
const windows = 5;

/**
 * Measures firmware of MLPerf Tiny: who it is, every vector once for its results, then, where its build prints a clock, five windows on
 * five inputs. Nothing is measured of firmware that has another model, or whose timestamps are for something else than the suite measures.
 */
export async function measureMlperf(job: MlperfBoot, link: Link, signal: AbortSignal): Promise<void> {
  const { seen, recorder, boot } = job;
  try {
    const dut = await job.protocol.connect(tapLink(link, recorder), signal);
    seen.dut = dut;
    const windowMs = job.suite.measure.windowMs ?? ruleMs;
    job.note({ mlperf: { ...dut.identity, windowMs } });
    const firmware = firmwareOf(job, dut);
    job.met({});
    await inferAll(job, firmware);
    delete seen.vector;
    const isTimed = job.suite.measure.only !== 'accuracy';
    if (isTimed && boot === 0 && dut.identity.timestamps === 'performance')
      await timeAll(job, firmware, windowMs * 1000);
  } finally {
    if (seen.dut) recorder.sample({ kind: 'link', boot, ...seen.dut.linkUse() });
  }
}

function firmwareOf({ suite, target, model: bytes, inputs: codes }: MlperfBoot, dut: MlperfDut): Firmware {
  const { modelId } = suite.firmware[target.name] ?? {};
  const model = readModel(bytes, suite.model.file);
  const fit = fitFirmware(dut.identity, { model, target: target.name, ...(modelId !== undefined && { modelId }) });
  expectBuild(suite, target, dut.identity);
  const inputs = fit.takesReals ? realInputs({ suite, model, inputs: codes }) : codes;
  return { dut, fit, load: vector => dut.load(fit.encode(inputs[vector] ?? new Uint8Array())) };
}

function expectBuild(suite: Suite, target: Target, identity: MlperfIdentity): void {
  const isTimed = budgetsFor(suite, target.name).some(
    budget => budget.kind === 'latency' && budget.basis === target.basis,
  );
  if (isTimed && identity.timestamps === 'energy')
    throw new WrongFirmware(
      'the firmware is a build for energy (its timestamps pulse a pin), and the suite bounds latency, which takes one for performance',
      target.name,
      'build it with EE_CFG_ENERGY_MODE 0, or take the latency budgets out for this target',
    );
}

const progressIntervalMs = 100;

async function inferAll(job: MlperfBoot, firmware: Firmware): Promise<void> {
  const { suite, inputs, boot, recorder, clock, onProgress, seen } = job;
  const total = inputs.length * suite.measure.boots;
  let reportedMs = clock.nowMs();
  for (let vector = 0; vector < inputs.length; vector++) {
    seen.vector = vector;
    const { results, laps } = await inferOnce(firmware, vector);
    recorder.sample({ kind: 'printed', boot, vector, results, ...(laps && readings(laps)) });
    if (clock.nowMs() - reportedMs < progressIntervalMs) continue;
    reportedMs = clock.nowMs();
    onProgress({ done: boot * inputs.length + vector + 1, total });
  }
}

async function inferOnce(firmware: Firmware, vector: number): Promise<MlperfAnswer> {
  try {
    await firmware.load(vector);
    return await firmware.dut.infer({ iterations: 1, warmups: 0, ...answerOf(firmware.fit) });
  } catch (error) {
    throw atVector(error, vector);
  }
}

function atVector(error: unknown, vector: number): unknown {
  if (!(error instanceof ProtocolError)) return error;
  const Kind = error.constructor as new (...details: ConstructorParameters<typeof ProtocolError>) => Error;
  return new Kind(error.what, `${error.where}, vector ${vector}`, error.fix, { cause: error });
}

/** Five windows, each as long as wanted by the DUT's own clock. A clock that stands still is told by the pair before them. */
async function timeAll(job: MlperfBoot, firmware: Firmware, windowUs: number): Promise<void> {
  const { inputs } = job;
  let eachUs = await inferenceUs(job, firmware, windowUs);
  for (let window = 0; window < windows && eachUs > 0; window++) {
    const vector = Math.floor((window * inputs.length) / windows);
    const measured = await timeWindow(job, firmware, { vector, eachUs, windowUs });
    job.recorder.sample(measured);
    eachUs = lengthUs(measured) / measured.iterations;
  }
}

/** A pair this long shows how long an inference takes; what is printed within shows in it too. */
const longestPairUs = 1_000_000;
const shortestPairUs = 100_000;
const mostPairs = 10;

/** Times N and 2N inferences of the first input, and records both: what they differ by is N inferences and no printing. 0: the clock stands still. */
async function inferenceUs(job: MlperfBoot, firmware: Firmware, windowUs: number): Promise<number> {
  const wantedUs = Math.min(Math.max(windowUs / 10, shortestPairUs), longestPairUs);
  await firmware.load(0);
  let iterations = 1;
  let single = await timed(job, firmware, { vector: 0, iterations, purpose: 'scaling' });
  for (let again = 0; again < mostPairs && lengthUs(single) > 0 && lengthUs(single) < wantedUs / 2; again++) {
    const growth = Math.min(wantedUs / lengthUs(single), fastestGrowth);
    iterations = Math.ceil(iterations * Math.max(growth, 2));
    single = await timed(job, firmware, { vector: 0, iterations, purpose: 'scaling' });
  }
  const double = await timed(job, firmware, { vector: 0, iterations: 2 * iterations, purpose: 'scaling' });
  for (const window of [single, double]) job.recorder.sample(window);
  return Math.max((lengthUs(double) - lengthUs(single)) / iterations, 0);
}

/** What is printed within a short window says too little of a longer one. */
const fastestGrowth = 20;

interface Wanted {
  readonly vector: number;
  readonly eachUs: number;
  readonly windowUs: number;
}

/** A clock that is not quite even may end a window early: then it is taken once more, and longer. */
async function timeWindow(
  job: MlperfBoot,
  firmware: Firmware,
  { vector, eachUs, windowUs }: Wanted,
): Promise<WindowSample> {
  await firmware.load(vector);
  let iterations = Math.max(leastIterations, Math.ceil((1.02 * windowUs) / eachUs));
  let window = await timed(job, firmware, { vector, iterations, purpose: 'measured' });
  for (let again = 0; again < 2 && lengthUs(window) > 0 && lengthUs(window) < windowUs; again++) {
    iterations = Math.ceil((1.1 * iterations * windowUs) / lengthUs(window));
    window = await timed(job, firmware, { vector, iterations, purpose: 'measured' });
  }
  return window;
}

async function timed(
  { suite, target, boot }: MlperfBoot,
  { dut, fit }: Firmware,
  of: Pick<WindowSample, 'vector' | 'iterations' | 'purpose'>,
): Promise<WindowSample> {
  const warmups = of.purpose === 'measured' ? suite.measure.warmup : 0;
  const { results, laps } = await dut.infer({ iterations: of.iterations, warmups, ...answerOf(fit) });
  if (!laps)
    throw new TargetError('it printed no timestamps, and its build is one that does', target.name, 'see wire.jsonl');
  return { kind: 'window', boot, ...of, warmups, ...readings(laps), hostUs: laps.hostUs, results };
}

function answerOf({ results, isPlain }: MlperfFit): Pick<MlperfRequest, 'results' | 'isPlain'> {
  return { results, isPlain };
}

function readings({ lap0Us, lap1Us }: Laps): Pick<WindowSample, 'lap0Us' | 'lap1Us'> {
  return { lap0Us, lap1Us };
}

/** The DUT's clock wraps at 2^32 µs. */
function lengthUs({ lap0Us, lap1Us }: WindowSample): number {
  return (lap1Us - lap0Us + 2 ** 32) % 2 ** 32;
}
