import type { Recording } from '../recording/recording.ts';
import type { TraceEvent, TraceFacts } from '../recording/trace.ts';
import type { Board } from '../suite/board.ts';
import { type AnySuite, budgetsFor, type CurrentBudget, type CurrentWindow, isOfCurrent } from '../suite/suite.ts';
import type { ClockFit, CurrentFigures, InferenceWindow, Spoilt } from './evidence.ts';

/** Everything that a trace's validity is told by. */
export interface Figured {
  readonly facts: TraceFacts;
  readonly samples: number;
  readonly events: readonly TraceEvent[];
  readonly recording: Recording;
  readonly board: Board;
  /** What budgets are about. */
  readonly used: ReadonlySet<Spoilt>;
  readonly fit?: ClockFit | undefined;
  readonly inferences: readonly InferenceWindow[];
  /** Each time that the DUT was left alone; the one that is judged is `sleep`. */
  readonly idle: readonly CurrentFigures[];
  readonly sleep?: CurrentFigures | undefined;
  readonly dutyCycle?: CurrentFigures | undefined;
  readonly application: CurrentFigures;
}

/** The figures that a suite's measured budgets on a board are held against; `cellLoad` are those that a cell's life is taken from. */
export function usedBy(suite: AnySuite, board: Pick<Board, 'name'>, cellLoad: readonly Spoilt[]): ReadonlySet<Spoilt> {
  return new Set(
    budgetsFor(suite, board.name).flatMap(budget =>
      isOfCurrent(budget) && budget.basis === 'measured' ? takenBy(budget, cellLoad) : [],
    ),
  );
}

/** What a budget takes out of the trace. */
export function takenBy(budget: CurrentBudget, cellLoad: readonly Spoilt[]): readonly Spoilt[] {
  if (budget.kind === 'current') return [budget.window, 'current'];
  if (budget.kind === 'battery') return [...cellLoad, 'current'];
  const above = budget.metric === 'aboveSleep' ? (['sleep'] as const) : [];
  return ['inference', ...above, budget.kind === 'energy' ? 'energy' : 'current'];
}

/** What figures were taken of. */
export type Stretched = Pick<Figured, 'inferences' | 'sleep' | 'dutyCycle' | 'application'>;

/** The stretches behind each kind of figure. */
export function stretchesOf({ inferences, sleep, dutyCycle, application }: Stretched): readonly OfKind[] {
  return [
    ...inferences.map(figures => ({ kind: 'inference', figures }) as const),
    ...(sleep ? [{ kind: 'sleep', figures: sleep } as const] : []),
    ...(dutyCycle ? [{ kind: 'dutyCycle', figures: dutyCycle } as const] : []),
    { kind: 'application', figures: application },
  ];
}

export interface OfKind {
  readonly kind: CurrentWindow;
  readonly figures: CurrentFigures;
}

/** A level of stretches that can be compared: mA, or, of a trace of energy whose supply nobody knows, W. */
export function levelOf(...stretches: readonly CurrentFigures[]): number | undefined {
  const durationUs = stretches.reduce((sum, figures) => sum + figures.durationUs, 0);
  const total = (key: 'chargeUc' | 'energyUj') =>
    stretches.every(figures => figures[key] !== undefined)
      ? stretches.reduce((sum, figures) => sum + (figures[key] ?? 0), 0)
      : undefined;
  const amount = total('chargeUc');
  if (durationUs === 0) return undefined;
  if (amount !== undefined) return (1000 * amount) / durationUs;
  const energy = total('energyUj');
  return energy === undefined ? undefined : energy / durationUs;
}
