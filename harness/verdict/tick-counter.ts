import { type Basis, ticksToLatency } from '../units.ts';
import type { Verdict } from './result.ts';
import type { Session } from './session.ts';

/** Twice the work must take twice the ticks within this share. */
const allowedPercent = 1;

/** What ticks say of instructions must be what the emulator executed within this share. */
const allowedRatePercent = 2;

/** Two readings of a counter differ from the true interval by less than a tick each way, and one of them counts twice. */
const resolutionTicks = 2;

/** What the firmware says of its timer, and what the board file says of the core. */
export interface Rates {
  readonly tickHz: number;
  readonly clockHz: number;
}

/**
 * Whether the DUT's tick counter counts: `rig.tickCounter`. No inference takes 0 ticks, 2N inferences take twice the ticks of N within
 * 1 %, and where an emulator has counted its instructions, ticks say as many within 2 %. Undefined when no ticks were taken. Inconclusive when
 * the windows are too short to tell 1 % apart, or were disturbed.
 */
export function judgeTickCounter(session: Session, basis: Basis, rates?: Rates): Verdict | undefined {
  const { scaling } = session;
  const inferences = session.inferences.filter(({ ticks }) => ticks !== undefined);
  if (inferences.length === 0 && scaling.length === 0) return undefined;
  const still = inferences.find(stands);
  if (still) {
    const count = inferences.filter(stands).length;
    return verdictOf(basis, {
      status: 'broken',
      reason: `the tick counter stands still: vector ${still.vector} took ${still.ticks} ticks, as did ${count} of ${inferences.length} inferences`,
    });
  }

  const worst = scaling.toSorted((a, b) => deviationPercent(b) - deviationPercent(a))[0];
  const judgement = worst ? judgeScaling(worst) : unchecked;
  const misrated = rates && scaling.map(each => misrate(each, rates)).find(reason => reason !== undefined);
  if (judgement.status !== 'passed' || misrated === undefined) return verdictOf(basis, judgement);
  return verdictOf(basis, { ...judgement, status: 'broken', reason: misrated });
}

/** Why ticks at these rates cannot be the instructions that were executed. What it takes to ask is the same in both windows. */
function misrate({ runs, ticks, doubledTicks, executed, doubledExecuted }: Scaling, rates: Rates): string | undefined {
  if (executed === undefined || doubledExecuted === undefined) return undefined;
  const real = doubledExecuted - executed;
  const told = ticksToLatency(doubledTicks - ticks, 'instructions', rates);
  if (Math.abs(told - real) <= (allowedRatePercent / 100) * real) return undefined;
  const cause = `the timer does not count at the ${rates.tickHz} Hz that the firmware names`;
  const fix = 'give it that rate in the platform (systickFrequency of a .repl)';
  return `${counted(runs)} took ${Math.round(told)} instructions by their ticks, and the emulator executed ${real}: ${cause}; ${fix}`;
}

type Scaling = Session['scaling'][number];
type Judgement = Pick<Verdict, 'status' | 'reason'> & { readonly measured?: number };

const unchecked: Judgement = {
  status: 'skipped',
  reason: 'the ticks move, but no window with twice the inferences was recorded',
};

function judgeScaling(scaling: Scaling): Judgement {
  const { runs, ticks, doubledTicks } = scaling;
  const percent = deviationPercent(scaling);
  const windows = `${counted(runs)} took ${ticks} ticks and ${counted(2 * runs)} took ${doubledTicks}`;
  if (!(ticks > 0) || doubledTicks <= ticks) {
    return { status: 'broken', reason: `the tick counter stands still: ${windows}` };
  }

  const measured = Number(percent.toPrecision(3));
  const sentence = `${windows}: ${measured} % off twice as many, allowed ${allowedPercent} %`;
  if (percent <= allowedPercent) return { status: 'passed', measured, reason: sentence };
  if (Math.abs(doubledTicks - 2 * ticks) <= resolutionTicks) {
    return { status: 'inconclusive', measured, reason: `${sentence}; the windows are too short to tell` };
  }
  if (scaling.isDisturbed) {
    const disturbed = 'bytes from the host arrived in the windows, however often they were taken';
    return { status: 'inconclusive', measured, reason: `${sentence}; ${disturbed}` };
  }
  return { status: 'broken', measured, reason: `${sentence}; the counter wraps, stops, or counts something else` };
}

function deviationPercent({ ticks, doubledTicks }: Scaling): number {
  return ticks > 0 ? (100 * Math.abs(doubledTicks - 2 * ticks)) / (2 * ticks) : Number.POSITIVE_INFINITY;
}

function counted(count: number): string {
  return count === 1 ? '1 inference' : `${count} inferences`;
}

function verdictOf(basis: Basis, { status, reason, measured }: Judgement): Verdict {
  return {
    budget: 'rig.tickCounter',
    status,
    measured: measured ?? null,
    relation: '<=',
    limit: allowedPercent,
    unit: '%',
    basis,
    optional: false,
    reason,
  };
}

function stands({ ticks = 0 }: Session['inferences'][number]): boolean {
  return !(ticks > 0);
}
