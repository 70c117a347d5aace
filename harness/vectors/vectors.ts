import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { elementCount, type Model, type Tensor } from '../model/tflite.ts';
import { Misfit } from '../suite/misfit.ts';
import type { Suite, Task } from '../suite/suite.ts';
import type { Source, Truth } from '../suite/truth.ts';
import type { Fail } from './fail.ts';
import { filesOfFolder, isFolder } from './folder.ts';
import { type LabelTable, readLabelTable } from './label-table.ts';
import { labelledFiles } from './labelled-files.ts';
import { classLabels, valueLabels } from './labels.ts';
import { type ReadVectors, readVectors } from './read.ts';
import { checkTask } from './task.ts';

/** What a suite feeds its model, and what is right. */
export interface Vectors extends Truth {
  readonly count: number;
  /** The bytes of all input tensors, end to end, as the DUT gets them [count]. */
  readonly inputs: readonly Uint8Array[];
  /** SHA-256 over all the inputs. */
  readonly sha256: string;
  /**
   * What a vector's raw data takes, where a budget asks: the bytes that the files hold, shared out over the vectors that become of them. Absent of text, which tells
   * nothing of a sensor's bytes.
   */
  readonly rawInputBytes?: number;
}

/**
 * Reads the vectors and labels of a suite, cut to `first`, and checks that they, the task and the model fit each other.
 * Throws InputError: at the line of the suite, or of the labels, that is wrong.
 */
export function loadVectors(suite: Suite, model: Model): Vectors {
  const outputs = tensorsOf(model, model.outputs);
  const tensors = tensorsOf(model, model.inputs);
  checkTask(suite, tensors, outputs);
  const table = suite.vectors.labels === undefined ? undefined : readLabelTable(suite.vectors.labels);
  const read = readInputs(suite, tensors, table);
  const { vectors: inputs, sources } = read;
  return {
    count: inputs.length,
    inputs,
    sha256: sha256Of(inputs),
    ...(asksForUplink(suite) && rawOf(read)),
    ...(table && labelsOf(suite, outputs, table, read)),
    ...((isFolder(suite.vectors.inputs) || sources.some(isCut)) && { sources }),
  };
}

function readInputs(suite: Suite, tensors: readonly Tensor[], table: LabelTable | undefined): ReadVectors {
  const { inputs: path, preprocess, array, columns, first } = suite.vectors;
  const fail: Fail = (what, fix, at = ['inputs']) =>
    new Misfit(suite, ['vectors', ...at], `${basename(path)}: ${what}; ${fix}`);
  const files = !isFolder(path) ? undefined : table ? labelledFiles(table, path, fail) : filesOfFolder(path, [], fail);
  const format = {
    path,
    tensors,
    preprocess,
    ...(files && { files }),
    ...(array !== undefined && { array }),
    ...(columns && { columns }),
    ...(first !== undefined && { first }),
  };
  const read = readVectors(format, fail);
  if (first !== undefined && first > read.vectors.length) {
    const what = `first is ${first}, and there are ${read.vectors.length} vectors`;
    throw new Misfit(suite, ['vectors', 'first'], what);
  }
  if (first !== undefined && suite.task.kind === 'anomaly') expectWholeInputs(suite, read);
  return read;
}

/** An input's score is that of all its vectors. */
function expectWholeInputs(suite: Suite, { vectors, sources, countCut }: ReadVectors): void {
  const cut = countCut();
  const last = sources.at(-1);
  if (cut === 0 || !last) return;
  const ends = [vectors.length - last.count, vectors.length + cut].filter(end => end > 0);
  const what = `first ends within ${last.name}: ${ends.join(' or ')} vectors end an input`;
  throw new Misfit(suite, ['vectors', 'first'], what);
}

/** What the labels say of each vector: what they say of the input that it was cut from. */
function labelsOf(suite: Suite, [output]: readonly Tensor[], table: LabelTable, read: ReadVectors): Truth {
  const { task } = suite;
  const elements = elementCount(output?.shape ?? []);
  if (task.kind === 'regression') {
    const values = valueLabels(table, elements);
    expectCount(suite, values.length, read);
    return { values: repeated(values, read) };
  }
  const classCount = task.kind === 'classification' ? elements : 2;
  const labels = classLabels(table, { classes: classNames(task), classCount });
  expectCount(suite, labels.length, read);
  return { labels: repeated(labels, read) };
}

/** Each input has a line; with `first` there may be lines of inputs that are not run, as many as there are inputs where that is known. */
function expectCount(suite: Suite, lines: number, { sources, inputs: count }: ReadVectors): void {
  const { labels = '', first } = suite.vectors;
  const wanted = count ?? sources.length;
  if (lines === wanted || (count === undefined && first !== undefined && lines > wanted)) return;
  const one = sources.some(isCut) ? 'input' : 'vector';
  const inputs = `${wanted} ${one}${wanted === 1 ? '' : 's'}`;
  const what = `${basename(labels)} has ${lines} labels for ${inputs}: write one line ${one === 'input' ? 'an' : 'a'} ${one}`;
  throw new Misfit(suite, ['vectors', 'labels'], what);
}

function asksForUplink({ budgets, on }: Suite): boolean {
  return [budgets, ...Object.values(on).map(own => own.budgets)].flat().some(({ kind }) => kind === 'uplink');
}

/** Windows that overlap share their data: an input's bytes count once, over all its vectors, those behind `first` too. */
function rawOf({ rawBytes, vectors, countCut }: ReadVectors): Pick<Vectors, 'rawInputBytes'> {
  return rawBytes === undefined ? {} : { rawInputBytes: rawBytes / (vectors.length + countCut()) };
}

function isCut({ count }: Source): boolean {
  return count !== 1;
}

function repeated<Label>(labels: readonly Label[], { sources }: ReadVectors): readonly Label[] {
  return sources.flatMap(({ count }, input) => Array<Label>(count).fill(labels[input]));
}

function classNames(task: Exclude<Task, { kind: 'regression' }>): readonly string[] | undefined {
  return task.kind === 'anomaly' ? ['normal', 'anomaly'] : task.classes;
}

function tensorsOf(model: Model, indexes: readonly number[]): readonly Tensor[] {
  return indexes.flatMap(index => model.tensors[index] ?? []);
}

function sha256Of(inputs: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const input of inputs) hash.update(input);
  return hash.digest('hex');
}
