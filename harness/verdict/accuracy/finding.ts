import type { BudgetSubject, Task } from '../../suite/suite.ts';
import type { Truth } from '../../suite/truth.ts';
import type { Figure, Lack } from '../budget.ts';
import type { GoldenComparison } from '../golden.ts';
import type { Reference } from '../reference.ts';
import type { Metrics } from '../result.ts';
import type { Session } from '../session.ts';

/** What accuracy is computed from. `inputs` [vectors] are the bytes of all input tensors, end to end. */
export interface Given<SomeTask extends Task = Task> {
  readonly task: SomeTask;
  readonly session: Session;
  readonly reference: Reference;
  readonly golden: GoldenComparison | undefined;
  readonly truth: Truth;
  readonly inputs: readonly Uint8Array[];
}

/** What a case's outputs are worth by the suite's task. */
export interface Accuracy {
  readonly metrics: Pick<Metrics, 'accuracy' | 'roc' | 'regression' | 'anomaly'>;
  /** The figure that a budget asks for, or why there is none. */
  readonly find: (subject: AccuracySubject) => Finding;
}

export type AccuracySubject = Extract<BudgetSubject, { readonly kind: 'accuracy' }>;
export type Finding = Figure | Lack;

/** What each of the three says: the DUT, the host's golden, and the float twin. The host's are absent where it computed none. */
export interface Views<T> {
  readonly measured: T;
  readonly golden?: T;
  readonly float?: T;
}

export function mapViews<T, U>({ measured, golden, float }: Views<T>, change: (view: T) => U): Views<U> {
  return {
    measured: change(measured),
    ...(golden !== undefined && { golden: change(golden) }),
    ...(float !== undefined && { float: change(float) }),
  };
}

/** What the host's own two say, for a reason's brackets: `golden 0.98`, `float 0.99`. */
export function hostTexts(
  host: { readonly golden: number | undefined; readonly float: number | undefined },
  shown: (value: number) => string,
): readonly string[] {
  return (['golden', 'float'] as const).flatMap(name => {
    const value = host[name];
    return value === undefined ? [] : `${name} ${shown(value)}`;
  });
}

/** No accuracy at all, whatever the budget. */
export function lacking(reason: string): Accuracy {
  return { metrics: {}, find: () => notFound(reason) };
}

export function notFound(reason: string): Lack {
  return { status: 'skipped', reason };
}

/** A metric that the task does not have. */
export function unfit({ metric }: AccuracySubject, { kind }: Task): Lack {
  return notFound(`${kind === 'anomaly' ? 'an' : 'a'} ${kind} task has no ${metric}`);
}
