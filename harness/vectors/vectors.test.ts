import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { dataDir, noData } from '../fixtures/data.ts';
import { type Model, readModel, type Tensor } from '../model/tflite.ts';
import { faultsError } from '../suite/fault.ts';
import { findings } from '../suite/findings.ts';
import type { Suite, Task } from '../suite/suite.ts';
import { loadVectors } from './vectors.ts';

/** As a plan loads them: every fault at its line. */
function loadPlaced(suite: Suite, model: Model): void {
  const { faults, attempt } = findings(suite);
  attempt(['vectors', 'inputs'], () => loadVectors(suite, model));
  if (faults.length > 0) throw faultsError(faults, folder);
}

const folder = mkdtempSync(join(tmpdir(), 'tickmark-load-vectors-'));
afterAll(() => rmSync(folder, { recursive: true }));

const tensor = (index: number, shape: readonly number[]): Tensor => ({
  index,
  name: `tensor ${index}`,
  shape,
  type: 'int8',
  quantization: { scales: [1 / 256], zeroPoints: [-128], axis: 0 },
  isVariable: false,
  isSparse: false,
});
const modelOf = (outputs: number): Model => ({
  tensors: [tensor(0, [1, 2]), tensor(1, [1, outputs])],
  operators: [],
  inputs: [0],
  outputs: [1],
  description: '',
  bytes: 0,
});

const classification: Task = { kind: 'classification', classes: ['up', 'down', 'left'] };
const binary = (threshold: number): Task => ({ kind: 'binary', threshold });
const yaml = `suite: tiny
model: { file: m.tflite }
vectors:
  inputs: inputs.bin
  labels: labels.csv
  first: 9
task:
  kind: binary
  threshold: 1.5
  classes: [up, down]
`;

const kws = (name: string) => join(dataDir ?? '', 'kws01', name);

/** A suite of three vectors of two bytes, its files written. */
function suiteOf(task: Task, labels?: string, first?: number): Suite {
  writeFileSync(join(folder, 'suite.yaml'), yaml);
  writeFileSync(join(folder, 'inputs.bin'), Uint8Array.from([1, 2, 3, 4, 5, 6]));
  writeFileSync(join(folder, 'labels.csv'), labels ?? '');
  return {
    name: 'tiny',
    file: join(folder, 'suite.yaml'),
    model: { file: join(folder, 'm.tflite') },
    firmware: {},
    vectors: {
      inputs: join(folder, 'inputs.bin'),
      preprocess: [],
      ...(labels !== undefined && { labels: join(folder, 'labels.csv') }),
      ...(first !== undefined && { first }),
    },
    task,
    targets: [],
    measure: { warmup: 0, boots: 1, timeoutMs: 1000 },
    budgets: [],
    on: {},
  };
}

test('labels are class indexes or names, in the order of the vectors', () => {
  const vectors = loadVectors(suiteOf(classification, 'index,class\n0,2\n1,down\n2, up \n'), modelOf(3));
  expect(vectors).toMatchObject({ count: 3, labels: [2, 1, 0] });
});

test('a class that is named by a number is its name, not its index', () => {
  const task: Task = { kind: 'classification', classes: ['2', '1', '0'] };
  expect(loadVectors(suiteOf(task, 'class\n2\n1\n0\n'), modelOf(3)).labels).toEqual([0, 1, 2]);
});

test('first cuts vectors and labels alike, and the hash is over what is left', () => {
  const vectors = loadVectors(suiteOf(classification, 'class\n0\n1\n2\n', 2), modelOf(3));
  expect(vectors).toMatchObject({ count: 2, labels: [0, 1] });
  expect(vectors.sha256).toBe(
    createHash('sha256')
      .update(Uint8Array.from([1, 2, 3, 4]))
      .digest('hex'),
  );
});

test('without labels there are none', () => {
  expect(loadVectors(suiteOf(classification), modelOf(3))).not.toHaveProperty('labels');
});

test.each<[string, () => Suite, number, RegExp]>([
  [
    'a label beyond the classes',
    () => suiteOf(classification, 'class\n0\n3\n1\n'),
    3,
    /labels\.csv:3:1: "3" is no class of the task: .*from 0 to 2 or one of up, down, left/,
  ],
  [
    'a name that is no class',
    () => suiteOf(classification, 'class\n0\nrigth\n1\n'),
    3,
    /labels\.csv:3:1: "rigth" is no class/,
  ],
  [
    'a row without a class',
    () => suiteOf(classification, 'index,class\n0,1\n1\n2,0\n'),
    3,
    /labels\.csv:3:1: there is no class/,
  ],
  [
    'labels without a column',
    () => suiteOf(classification, 'index,label\n0,1\n'),
    3,
    /labels\.csv:1:1: has no column "class": .*\n>    1 \| index,label/,
  ],
  ['empty labels', () => suiteOf(classification, ''), 3, /labels\.csv: is empty/],
  [
    'too few labels',
    () => suiteOf(classification, 'class\n0\n1\n'),
    3,
    /suite\.yaml:5:11: labels\.csv has 2 labels for 3 vectors/,
  ],
  [
    'more vectors than there are',
    () => suiteOf(classification, undefined, 9),
    3,
    /suite\.yaml:6:10: first is 9, and there are 3 vectors/,
  ],
  [
    'classes that are not the outputs',
    () => suiteOf(classification),
    4,
    /suite\.yaml:10:12: 3 classes are named, and the model's output \[1, 4\] has 4 values/,
  ],
  [
    'a binary task on several outputs',
    () => suiteOf(binary(0.5)),
    2,
    /suite\.yaml:8:9: a binary task judges one score/,
  ],
  [
    'a threshold above every score',
    () => suiteOf(binary(1.5)),
    1,
    /suite\.yaml:9:14: the threshold 1\.5 tells nothing apart: .* from 0 to 0\.9961/,
  ],
  ['a threshold below every score', () => suiteOf(binary(-0.1)), 1, /tells nothing apart/],
])('%s is refused at its line', (_, suite, outputs, message) => {
  expect(() => loadPlaced(suite(), modelOf(outputs))).toThrow(message);
});

test('vectors that do not fit the model are refused at the line that names them', () => {
  const wide: Model = { ...modelOf(3), tensors: [tensor(0, [1, 4]), tensor(1, [1, 3])] };
  expect(() => loadPlaced(suiteOf(classification), wide)).toThrow(
    /suite\.yaml:4:11: inputs\.bin: has 6 bytes: 2 more than whole vectors of 4 bytes/,
  );
});

test.skipIf(!dataDir)(`the keyword vectors and their labels are read (${noData})`, () => {
  const suite: Suite = {
    ...suiteOf({ kind: 'classification' }),
    vectors: { inputs: kws('inputs.i8.bin'), labels: kws('labels.csv'), first: 20, preprocess: [] },
  };
  const vectors = loadVectors(suite, readModel(readFileSync(kws('kws_ref_model.tflite')), 'kws'));
  expect(vectors).toMatchObject({
    count: 20,
    sha256: '919cb66fd90149a79ac68ca54c81360bbdc49e2355be0899870093590e3a5d0c',
  });
  expect(vectors.labels?.slice(0, 5)).toEqual([7, 2, 6, 8, 5]);
  expect(vectors.inputs[19]).toHaveLength(490);
});
