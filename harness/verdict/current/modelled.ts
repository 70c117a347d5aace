import { meanAtPeriod } from '../../suite/battery-life.ts';
import type { Board } from '../../suite/board.ts';
import { type Basis, ticksToUs } from '../../units.ts';
import type { InferenceFigures, LatencyMetrics, ModelledMetrics, PerInference } from '../result.ts';
import { mean } from '../stats.ts';
import { spreadOf } from './per-inference.ts';

/** What a modelled current is made of. */
export interface Modelling {
  readonly board: Pick<Board, 'name' | 'currents' | 'supplyMv'>;
  readonly basis: Basis;
  readonly latency: LatencyMetrics | undefined;
  /** Absent: no duty cycle. */
  readonly periodMs?: number | undefined;
}

/** Current modelled from a board's datasheet currents and the time by state, or why there is none. */
export type Modelled = { readonly metrics: ModelledMetrics } | { readonly lack: string };

/** The states that a time is modelled of: the DUT infers, and it waits for the next inference. */
const states = ['run', 'sleep'];

/** Datasheet currents × modelled time: inferences in `run`, and the rest of each period in `sleep`. */
export function modelCurrent({ board, basis, latency, periodMs }: Modelling): Modelled {
  const { run, sleep } = board.currents;
  if (basis !== 'modelled-cycles') return { lack: whyTimeless(basis) };
  if (!run && !sleep) return { lack: lackingCurrent(board.name, 'run') };
  if (!latency) return { lack: 'no ticks were measured, so that no time is modelled' };
  const timesUs = latency.ticks.map(ticks => ticksToUs(ticks, latency.tickHz));
  const inferenceUs = mean(timesUs);
  return {
    metrics: {
      basis: 'modelled',
      currents: Object.entries(board.currents).map(([state, own]) => ({
        state,
        ...own,
        isUsed: states.includes(state),
      })),
      inferenceUs,
      ...(run && awake({ run, sleep, supplyMv: board.supplyMv, timesUs, periodMs })),
      ...(sleep && { sleep: { mean: sleep.currentMa } }),
      ...(board.supplyMv !== undefined && { supplyMv: board.supplyMv }),
    },
  };
}

interface Awake {
  readonly run: { readonly currentMa: number };
  readonly sleep: { readonly currentMa: number } | undefined;
  readonly supplyMv: number | undefined;
  readonly timesUs: readonly number[];
  readonly periodMs: number | undefined;
}

/** What takes an inference's current to be known. */
function awake({ run, sleep, supplyMv, timesUs, periodMs }: Awake): Partial<ModelledMetrics> {
  const chargesUc = (currentMa: number) => timesUs.map(us => (currentMa * us) / 1000);
  const above = sleep && chargesUc(run.currentMa - sleep.currentMa);
  const charge = perInference(chargesUc(run.currentMa), above);
  const volts = supplyMv === undefined ? undefined : supplyMv / 1000;
  const joules = (charges: readonly number[]) => charges.map(uc => uc * (volts ?? 0));
  const periodUs = periodMs === undefined ? undefined : periodMs * 1000;
  const cycle = sleep && {
    chargeUc: charge.inference.mean,
    inferenceUs: mean(timesUs),
    sleepMa: sleep.currentMa,
  };
  const dutyCycleMa = cycle && periodUs !== undefined ? meanAtPeriod(cycle, periodUs) : undefined;
  return {
    inference: { mean: run.currentMa },
    ...(dutyCycleMa !== undefined && periodUs !== undefined && { dutyCycle: { mean: dutyCycleMa, periodUs } }),
    charge,
    ...(volts !== undefined && { energy: perInference(joules(charge.inference.values), above && joules(above)) }),
  };
}

function perInference(all: readonly number[], above: readonly number[] | undefined): PerInference {
  return { inference: figuresOf(all), ...(above && { aboveSleep: figuresOf(above) }) };
}

function figuresOf(values: readonly number[]): InferenceFigures {
  return { ...spreadOf(values), mean: mean(values) };
}

function whyTimeless(basis: Basis): string {
  return basis === 'instructions'
    ? 'this target counts instructions, whatever each would take: no time is modelled'
    : `this target counts ${basis}: its current is measured, not modelled`;
}

/** What to write into a board file. */
export function lackingCurrent(board: string, state: string): string {
  return `${board} names no current of the state "${state}": write \`currents: { ${state}: { current: …, of: 'datasheet, revision, table' } }\` in its board file`;
}
