import { elementCount, type Model } from '../model/tflite.ts';
import { Misfit } from '../suite/misfit.ts';
import type { Budget, Suite } from '../suite/suite.ts';

/** Budgets of classes that a classifier's output has not. Where the task names its classes, they were held against those already. */
export function* classMisfits(suite: Suite, model: Model): Generator<Misfit> {
  const output = model.tensors[model.outputs[0] ?? -1];
  if (suite.task.kind !== 'classification' || suite.task.classes || !output) return;
  const classes = elementCount(output.shape);
  for (const { path, budget } of placedBudgets(suite)) {
    const why = whyNone(budget, classes);
    if (why !== undefined) yield new Misfit(suite, [...path, ...why.path], why.what);
  }
}

function placedBudgets({ budgets, on }: Suite) {
  const own = Object.entries(on).flatMap(([target, override]) =>
    override.budgets.map(budget => ({ path: ['on', target, 'budgets'], budget })),
  );
  return [...budgets.map(budget => ({ path: ['budgets'], budget })), ...own];
}

function whyNone(
  budget: Budget,
  classes: number,
): { readonly path: readonly string[]; readonly what: string } | undefined {
  if (budget.kind !== 'accuracy') return undefined;
  if (budget.metric === 'topK' && budget.k >= classes) {
    const what = `the right one of ${classes} classes is always among the ${budget.k} largest outputs: write ${classes - 1} at most`;
    return { path: ['accuracy', 'topK', String(budget.k)], what };
  }
  if ((budget.metric === 'precision' || budget.metric === 'recall') && Number(budget.class) >= classes) {
    const what = `${budget.metric} is asked of the class "${budget.class}", and the model's classes go from 0 to ${classes - 1}`;
    return { path: ['accuracy', budget.metric, budget.class], what };
  }
  return undefined;
}
