import { TargetError } from '../errors.ts';
import type { Laps, MlperfDut, MlperfProtocol, MlperfRequest } from '../protocol/port.ts';
import type { MarkSample, WindowSample } from '../recording/recording.ts';
import { timesOf } from './marks.ts';
import type { MlperfFit } from './mlperf-firmware.ts';
import type { Boot, ModelJob } from './session.ts';

export type MlperfBoot = Boot & ModelJob & { readonly protocol: MlperfProtocol };

/** A firmware that has been found to be the suite's. */
export interface MlperfUnderTest {
  readonly dut: MlperfDut;
  readonly fit: MlperfFit;
  /** Puts a vector into its buffer, as it takes inputs. */
  load(vector: number): Promise<void>;
}

/** MLPerf Tiny's own rule: so many iterations at least, and so many windows. */
const leastIterations = 10;
const windows = 5;

/**
 * Five windows on five inputs, each as long as wanted: by the DUT's own clock, or, of a build for energy, by what the host hears of it, which is not long
 * after, and the meter shows how long it was. Nothing where such a build has no meter.
 */
export async function takeWindows(job: MlperfBoot, firmware: MlperfUnderTest, windowUs: number): Promise<void> {
  const { timestamps } = firmware.dut.identity;
  if (timestamps === 'energy' && !job.metering?.tracing) return;
  const take = (of: Wanted) => taken(job, firmware, of);
  let eachUs = await inferenceUs(job, firmware, { take, windowUs });
  if (timestamps === 'energy' && eachUs === 0) throw takesNoTime(job.target.name);
  for (let window = 0; window < windows && eachUs > 0; window++) {
    const vector = Math.floor((window * job.inputs.length) / windows);
    const iterations = Math.max(leastIterations, Math.ceil((margins[timestamps] * windowUs) / eachUs));
    tell(job, `window ${window + 1}/${windows} of ${iterations} inferences`);
    await firmware.load(vector);
    const measured = await longEnough({ vector, iterations, purpose: 'measured' }, { take, windowUs });
    keep(job, measured);
    eachUs = measured.lengthUs / measured.iterations;
  }
}

/** What is heard of a window is longer than the window. */
const margins = { performance: 1.02, energy: 1.05 } as const;

/** A window that is asked for. `scaling`: one of the pair that tells how long an inference takes. */
type Wanted = Pick<WindowSample, 'vector' | 'iterations' | 'purpose'>;

interface Taken {
  readonly iterations: number;
  readonly lengthUs: number;
  /** Where its build prints a clock. */
  readonly window?: WindowSample;
  /** Of one of the five, where a trace is taken. */
  readonly mark?: MarkSample;
}

interface Taking {
  readonly take: (of: Wanted) => Promise<Taken>;
  readonly windowUs: number;
}

/** A pair this long shows how long an inference takes; what is printed within shows in it too. */
const longestPairUs = 1_000_000;
const shortestPairUs = 100_000;
const mostPairs = 10;

/** Takes N and 2N inferences of the first input, and records both: what they differ by is N inferences and no printing. 0: the clock stands still. */
async function inferenceUs(job: MlperfBoot, firmware: MlperfUnderTest, { take, windowUs }: Taking): Promise<number> {
  const wantedUs = Math.min(Math.max(windowUs / 10, shortestPairUs), longestPairUs);
  await firmware.load(0);
  let iterations = 1;
  let single = await take({ vector: 0, iterations, purpose: 'scaling' });
  for (let again = 0; again < mostPairs && single.lengthUs > 0 && single.lengthUs < wantedUs / 2; again++) {
    const growth = Math.min(wantedUs / single.lengthUs, fastestGrowth);
    iterations = Math.ceil(iterations * Math.max(growth, 2));
    single = await take({ vector: 0, iterations, purpose: 'scaling' });
  }
  const double = await take({ vector: 0, iterations: 2 * iterations, purpose: 'scaling' });
  for (const window of [single, double]) keep(job, window);
  return Math.max((double.lengthUs - single.lengthUs) / iterations, 0);
}

/** What is printed within a short window says too little of a longer one. */
const fastestGrowth = 20;

/** A clock that is not quite even may end a window early: then it is taken once more, and longer. */
async function longEnough(of: Wanted, { take, windowUs }: Taking): Promise<Taken> {
  let window = await take(of);
  for (let again = 0; again < 2 && window.lengthUs > 0 && window.lengthUs < windowUs; again++) {
    const iterations = Math.ceil((1.1 * window.iterations * windowUs) / window.lengthUs);
    window = await take({ ...of, iterations });
  }
  return window;
}

async function taken(job: MlperfBoot, { dut, fit }: MlperfUnderTest, of: Wanted): Promise<Taken> {
  const { suite, target, boot, recorder, metering } = job;
  const { vector, iterations } = of;
  const warmups = of.purpose === 'measured' ? suite.measure.warmup : 0;
  const sentMs = recorder.nowMs();
  const { results, laps, hostUs } = await dut.infer({ iterations, warmups, ...answerOf(fit) });
  const times = timesOf(sentMs, recorder.nowMs());
  const mark: MarkSample = { kind: 'mark', boot, purpose: 'window', vector, runs: iterations, ...times, warmups };
  // Requests that follow at once upon one another would share what is near their ends.
  const seen = { iterations, ...(metering?.tracing && of.purpose === 'measured' && { mark }) };
  if (dut.identity.timestamps === 'energy') return { ...seen, lengthUs: hostUs };
  if (!laps)
    throw new TargetError('it printed no timestamps, and its build is one that does', target.name, 'see wire.jsonl');
  const window: WindowSample = {
    kind: 'window',
    boot,
    ...of,
    warmups,
    ...readings(laps),
    hostUs: laps.hostUs,
    results,
  };
  return { ...seen, lengthUs: lapUs(laps), window };
}

function keep({ recorder }: MlperfBoot, { window, mark }: Taken): void {
  for (const sample of [window, mark]) if (sample) recorder.sample(sample);
}

/** A person who watches sees why nothing happens. */
function tell({ inputs, suite, onProgress }: MlperfBoot, busy: string): void {
  onProgress({ done: inputs.length, total: inputs.length * suite.measure.boots, busy });
}

function takesNoTime(where: string): TargetError {
  return new TargetError(
    'twice as many inferences took no longer',
    where,
    'its firmware does not infer as often as it is asked to: see wire.jsonl',
  );
}

export function answerOf({ results, isPlain }: MlperfFit): Pick<MlperfRequest, 'results' | 'isPlain'> {
  return { results, isPlain };
}

export function readings({ lap0Us, lap1Us }: Laps): Pick<WindowSample, 'lap0Us' | 'lap1Us'> {
  return { lap0Us, lap1Us };
}

/** The DUT's clock wraps at 2^32 µs. */
function lapUs({ lap0Us, lap1Us }: Laps): number {
  return (lap1Us - lap0Us + 2 ** 32) % 2 ** 32;
}
