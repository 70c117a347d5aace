import type { Board } from '../../suite/board.ts';
import type { AnySuite, CurrentBudget } from '../../suite/suite.ts';
import type { CurrentEvidence } from '../../trace/evidence.ts';
import type { Basis } from '../../units.ts';
import { notMeasured } from '../budget.ts';
import type { BatteryMetrics, CurrentMetrics, LatencyMetrics, Metrics, Verdict } from '../result.ts';
import { explainEnd, type SessionEnd } from '../session.ts';
import { type Load, measureBatteries, measuredLoad, modelledLoad } from './battery.ts';
import { judgeBattery } from './judge-battery.ts';
import { judgeMeasured } from './judge-measured.ts';
import { judgeModelled } from './judge-modelled.ts';
import { measureCurrent } from './measured.ts';
import { type Modelled, modelCurrent } from './modelled.ts';

/** What a case's current is found in. */
export interface CurrentSources {
  readonly suite: Pick<AnySuite, 'measure'>;
  readonly board: Board;
  /** Of the recording. */
  readonly basis: Basis;
  /** Absent where no trace was recorded. */
  readonly evidence: CurrentEvidence | undefined;
  readonly latency: LatencyMetrics | undefined;
  readonly end: SessionEnd;
}

/** What was measured and modelled of a case's current, before any budget. */
export interface CurrentFacts extends CurrentSources {
  readonly measured: CurrentMetrics | undefined;
  readonly modelled: Modelled;
  readonly load: Load | undefined;
  readonly batteries: readonly BatteryMetrics[];
}

/** Nothing is measured, or modelled, that no suite asks for: a trace that was recorded is figured all the same. */
export function gatherCurrent(sources: CurrentSources): CurrentFacts {
  const { suite, board, basis, evidence, latency } = sources;
  const asked = suite.measure.current;
  const measured = evidence && measureCurrent(evidence, asked?.agreementPercent ?? defaultAgreementPercent);
  const modelled = modelCurrent({ board, basis, latency, periodMs: asked?.periodMs });
  const load = measured
    ? measuredLoad(measured, { periodMs: asked?.periodMs, isSelfPaced: !evidence.isAsked })
    : 'metrics' in modelled
      ? modelledLoad(modelled.metrics)
      : undefined;
  return { ...sources, measured, modelled, load, batteries: load ? measureBatteries(load, asked?.cells) : [] };
}

/** What a suite gets that says nothing of it. */
const defaultAgreementPercent = 2;

/** What results hold of it. */
export function currentMetrics({ measured, modelled, batteries, suite }: CurrentFacts): Partial<Metrics> {
  return {
    ...(measured && { current: measured }),
    ...(suite.measure.current && 'metrics' in modelled && { modelled: modelled.metrics }),
    ...(batteries.length > 0 && { battery: batteries }),
  };
}

/** Measured budgets bound boards, modelled ones the targets that model time; neither is ever judged by the other's figures. */
export function judgeCurrent(budget: CurrentBudget, facts: CurrentFacts): Verdict {
  const { basis, evidence, measured, modelled } = facts;
  if (budget.basis === 'modelled') {
    if ('lack' in modelled) return notMeasured(budget, `not modelled: ${modelled.lack}`);
    return budget.kind === 'battery' ? judgeBattery(budget, facts) : judgeModelled(budget, modelled.metrics, facts);
  }
  if (!evidence || !measured) return notMeasured(budget, basis === 'silicon' ? whyNoTrace(facts) : emulated(basis));
  return judgeMeasured(budget, { ...facts, evidence, measured });
}

function emulated(basis: Basis): string {
  return `bounds a current that a meter has measured, and this target counts ${basis}: never judged by one another`;
}

function whyNoTrace({ board, end }: CurrentFacts): string {
  const { name, meter, supplyMv } = board;
  if (meter?.kind !== undefined) return `no current was measured: ${explainEnd(end)}`;
  const at = meter?.at ?? 'where the meter goes';
  const supply = supplyMv === undefined ? 'supply: 3.3 V, ' : '';
  return `no meter is described for this board: write \`${name}: { ${supply}meter: { at: ${at}, kind: ppk2, marker: D0 } }\` in boards.local.yaml`;
}
