import { didYouMean } from '../../errors.ts';
import type { Fault } from '../fault.ts';
import type { Task } from '../suite.ts';
import type { Path, YamlSource } from '../yaml.ts';
import { budgetPlaces, written, writtenKeys, writtenList, writtenText } from './written.ts';

/** Budgets of accuracy that the task, the labels or the models give nothing to judge by. */
export function* accuracyFaults(source: YamlSource): Generator<Fault> {
  for (const { path: budgets } of budgetPlaces(source)) {
    const accuracy = [...budgets, 'accuracy'];
    yield* lackingTwin(source, [...accuracy, 'lossVsFloat']);
    yield* lackingTwin(source, [...budgets, 'memory', 'weightsVsFloat']);
    yield* lackingLabels(source, accuracy);
    yield* foreignFigures(source, accuracy);
    yield* unnamedClasses(source, accuracy);
    yield* idleRanks(source, [...accuracy, 'topK']);
  }
  yield* lackingTask(source);
}

const classified: readonly Task['kind'][] = ['classification', 'binary', 'anomaly'];

/** Which tasks have each figure. */
const tasksOf: Readonly<Record<string, readonly string[]>> = {
  top1: classified,
  topK: ['classification'],
  precision: classified,
  recall: classified,
  rocAuc: ['binary', 'anomaly'],
  mae: ['regression'],
  rmse: ['regression'],
  lossVsFloat: classified,
} satisfies Record<string, readonly Task['kind'][]>;

const kinds: readonly string[] = ['classification', 'binary', 'regression', 'anomaly'] satisfies Task['kind'][];

function* lackingTwin(source: YamlSource, path: Path): Generator<Fault> {
  if (written(source, ['model', 'float']) !== undefined || written(source, path) === undefined) return;
  const what = `${path.at(-1)} compares with the float twin: name it in model.float`;
  yield { place: source.keyPlace(path), what };
}

/** A CSV of inputs may have the right answers in a column of its own. */
function* lackingLabels(source: YamlSource, accuracy: Path): Generator<Fault> {
  const isLabelled = written(source, ['vectors', 'labels']) !== undefined;
  if (isLabelled || writtenText(source, ['vectors', 'inputs'])?.endsWith('.csv')) return;
  if (writtenKeys(source, accuracy).length === 0) return;
  const what = 'accuracy needs to know the right answers: name a CSV in vectors.labels';
  yield { place: source.keyPlace(accuracy), what };
}

function* lackingTask(source: YamlSource): Generator<Fault> {
  if (written(source, ['vectors', 'labels']) === undefined || written(source, ['task']) !== undefined) return;
  const what = `labels need a task that says what the outputs mean: write \`task: { kind: classification }\`, or ${listed(kinds.slice(1))}`;
  yield { place: source.keyPlace(['vectors', 'labels']), what };
}

function* foreignFigures(source: YamlSource, accuracy: Path): Generator<Fault> {
  const task = writtenText(source, ['task', 'kind']);
  if (task === undefined || !kinds.includes(task)) return;
  for (const figure of writtenKeys(source, accuracy)) {
    const tasks = tasksOf[figure];
    if (!tasks) continue;
    const place = source.keyPlace([...accuracy, figure]);
    if (!tasks.includes(task)) {
      const fitting = Object.keys(tasksOf).filter(other => tasksOf[other]?.includes(task));
      const what = `${figure} is a figure of ${listed(tasks)} tasks, and this one is of the kind ${task}: bound ${listed(fitting)}`;
      yield { place, what };
    } else if (task === 'anomaly' && figure !== 'rocAuc' && written(source, ['task', 'threshold']) === undefined) {
      yield { place, what: `${figure} needs task.threshold, above which a file is anomalous; rocAuc needs none` };
    }
  }
}

function* unnamedClasses(source: YamlSource, accuracy: Path): Generator<Fault> {
  if (!classified.some(kind => kind === writtenText(source, ['task', 'kind']))) return;
  const names = classNames(source);
  const count = classCount(source, names);
  for (const figure of ['precision', 'recall']) {
    for (const name of writtenKeys(source, [...accuracy, figure])) {
      if (names.includes(name) || (/^\d+$/.test(name) && Number(name) < count)) continue;
      const what = `${figure} is asked of the class "${name}", and ${whyUnknown(name, names, count)}`;
      yield { place: source.keyPlace([...accuracy, figure, name]), what };
    }
  }
}

function classNames(source: YamlSource): readonly string[] {
  if (writtenText(source, ['task', 'kind']) === 'anomaly') return ['normal', 'anomalous'];
  return writtenList(source, ['task', 'classes']).filter(name => typeof name === 'string');
}

/** What the model has is known later: it is asked again when it is read. */
function classCount(source: YamlSource, names: readonly string[]): number {
  const kind = writtenText(source, ['task', 'kind']);
  if (kind === 'binary' || kind === 'anomaly') return 2;
  return names.length > 0 ? names.length : Number.POSITIVE_INFINITY;
}

function whyUnknown(name: string, names: readonly string[], count: number): string {
  if (/^\d+$/.test(name)) return `the classes go from 0 to ${count - 1}`;
  if (names.length > 0) return `the classes are ${names.join(', ')}.${didYouMean(name, names)}`;
  return 'the task names none: write its index, or name the classes in task.classes';
}

function* idleRanks(source: YamlSource, topK: Path): Generator<Fault> {
  const classes = writtenList(source, ['task', 'classes']).length;
  for (const k of writtenKeys(source, topK)) {
    if (classes === 0 || !(Number(k) >= classes)) continue;
    const what = `the right one of ${classes} classes is always among the ${k} largest outputs: write ${classes - 1} at most`;
    yield { place: source.keyPlace([...topK, k]), what };
  }
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
