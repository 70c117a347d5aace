import type { Budget } from '../../suite/suite.ts';
import { judgeFigure, judgeLack } from '../budget.ts';
import type { Verdict } from '../result.ts';
import { explainEnd, type Session } from '../session.ts';
import { measureAnomaly } from './anomaly.ts';
import { measureBinary } from './binary.ts';
import { measureClassification } from './classification.ts';
import { type Accuracy, type AccuracySubject, type Given, lacking } from './finding.ts';
import { measureRegression } from './regression.ts';

/**
 * What the model's first output is worth, by the suite's task. A vector counts once, by the worst of its inferences: as right only when
 * every one of them was. The host's figures are over every vector, measured or not.
 */
export function measureAccuracy(given: Given): Accuracy {
  const { task, session, reference } = given;
  if (reference.outputs.length === 0) return lacking('the model has no output');
  if (session.inferences.length === 0) return lacking(`no outputs were measured: ${explainEnd(session.end)}`);
  if (task.kind === 'classification') return measureClassification({ ...given, task });
  if (task.kind === 'binary') return measureBinary({ ...given, task });
  if (task.kind === 'regression') return measureRegression({ ...given, task });
  return measureAnomaly({ ...given, task });
}

/** Holds one figure against its budget, with where to look in its reason. */
export function judgeAccuracy(budget: Budget & AccuracySubject, accuracy: Accuracy, { end }: Session): Verdict {
  const found = accuracy.find(budget);
  return 'status' in found ? judgeLack(budget, found, end) : judgeFigure(budget, found, end);
}
