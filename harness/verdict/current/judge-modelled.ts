import type { CurrentBudget } from '../../suite/suite.ts';
import { formatQuantity } from '../../units.ts';
import { judgeFigure, notMeasured } from '../budget.ts';
import type { ModelledMetrics, Verdict } from '../result.ts';
import type { CurrentFacts } from './current.ts';
import { lackingCurrent } from './modelled.ts';

/** Judges a budget for modelled current; the reason says from which currents and times it comes. */
export function judgeModelled(
  budget: Exclude<CurrentBudget, { kind: 'battery' }>,
  modelled: ModelledMetrics,
  { board, end }: CurrentFacts,
): Verdict {
  const found = budget.kind === 'current' ? meanOf(budget, modelled) : modelled[budget.kind]?.[budget.metric]?.mean;
  if (found === undefined) return notMeasured(budget, `not modelled: ${lackOf(budget, modelled, board.name)}`);
  const name = budget.kind === 'current' ? budget.metric : budget.kind;
  const detail = `${budget.kind === 'current' ? budget.window : detailOf(budget.metric)}, modelled`;
  return judgeFigure(budget, { name, value: found, detail, evidence: 'moves', note: originOf(modelled) }, end);
}

function meanOf({ window, metric }: Extract<CurrentBudget, { kind: 'current' }>, modelled: ModelledMetrics) {
  if (metric !== 'mean' || window === 'application') return undefined; // the schema asks for neither
  return modelled[window]?.mean;
}

function detailOf(metric: 'inference' | 'aboveSleep'): string {
  return metric === 'aboveSleep' ? 'by the inference above sleep' : 'by the inference';
}

function lackOf(
  budget: CurrentBudget,
  { inference, sleep, inferenceUs, supplyMv }: ModelledMetrics,
  board: string,
): string {
  if (budget.kind === 'energy' && supplyMv === undefined)
    return `${board} names no supply: write \`supply: 3.3 V\` in its board file`;
  if (!inference && !(budget.kind === 'current' && budget.window === 'sleep')) return lackingCurrent(board, 'run');
  if (!sleep) return lackingCurrent(board, 'sleep');
  return `an inference takes ${formatQuantity(inferenceUs, 'µs')}, which no period of measure.current.period holds`;
}

/** `run 12 mA for 3.2 ms, sleep 2 µA for the rest of 10 s`. */
export function originOf({ currents, inferenceUs, dutyCycle }: ModelledMetrics): string {
  const current = (state: string) => currents.find(each => each.state === state)?.currentMa;
  const [run, sleep] = [current('run'), current('sleep')];
  if (run === undefined) return sleep === undefined ? '' : `sleep ${formatQuantity(sleep, 'mA', 2)}`;
  const inference = `run ${formatQuantity(run, 'mA', 2)} for ${formatQuantity(inferenceUs, 'µs', 2)}`;
  if (sleep === undefined) return inference;
  const rest = dutyCycle ? ` for the rest of ${formatQuantity(dutyCycle.periodUs, 'µs')}` : '';
  return `${inference}, sleep ${formatQuantity(sleep, 'mA', 2)}${rest}`;
}
