import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dataDir, noData } from '../fixtures/data.ts';
import { type Model, readModel } from '../model/tflite.ts';
import type { Suite, Task } from '../suite/suite.ts';
import {
  anomaly,
  binary,
  classification,
  clips,
  folder,
  folderSuite,
  loadPlaced,
  modelOf,
  regression,
  suiteOf,
  tensor,
} from './fixtures/suites.ts';
import { writeNpy } from './formats/npy.ts';
import { loadVectors } from './vectors.ts';

const kws = (name: string) => join(dataDir ?? '', 'kws01', name);
const golden = (name: string) => join(dataDir ?? '', 'golden', name);

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

test("a folder's files come in the order of their labels, which are those of all their windows", () => {
  const suite = folderSuite(anomaly, clips, 'file,class\nc.bin,anomaly\n./a.bin,0\nnight\\b.bin,normal\n');
  const { inputs, labels, sources } = loadVectors(suite, modelOf(1));
  expect(inputs.map(([first]) => first)).toEqual([4, 5, 6, 1, 2, 3]);
  expect(labels).toEqual([1, 1, 1, 0, 0, 0]);
  expect(sources).toEqual([
    { name: 'c.bin', count: 3 },
    { name: 'a.bin', count: 2 },
    { name: 'night/b.bin', count: 1 },
  ]);
});

test('first cuts a folder within a file, and its labels and sources with it', () => {
  const suite = folderSuite(binary(0.5), clips, 'file,class\nc.bin,1\na.bin,0\nnight/b.bin,0\n');
  const vectors = loadVectors({ ...suite, vectors: { ...suite.vectors, first: 4 } }, modelOf(1));
  expect(vectors).toMatchObject({ count: 4, labels: [1, 1, 1, 0] });
  expect(vectors.sources).toEqual([
    { name: 'c.bin', count: 3 },
    { name: 'a.bin', count: 1 },
  ]);
});

const uplink: Suite['budgets'][number] = {
  kind: 'uplink',
  metric: 'saved',
  budget: 'uplink.saved',
  relation: '>=',
  limit: 99,
  unit: '%',
  optional: false,
};

/** What a vector's raw data takes by the file of this suite. */
function rawOf(suite: Suite): number | undefined {
  return loadVectors({ ...suite, budgets: [uplink] }, modelOf(3)).rawInputBytes;
}

function rawOfFile(name: string, content: Uint8Array | string, preprocess: Suite['vectors']['preprocess'] = []) {
  const suite = suiteOf(classification);
  writeFileSync(join(folder, name), content);
  return rawOf({ ...suite, vectors: { ...suite.vectors, inputs: join(folder, name), preprocess } });
}

test('the raw data of an input is what its file holds, before any preprocessing and in its own type', () => {
  expect(rawOf(suiteOf(classification))).toBe(2);
  const floats = new Uint8Array(Float32Array.of(0.1, 0.2, 0.3, 0.4).buffer);
  expect(rawOfFile('raw.npy', writeNpy({ dtype: 'float32', shape: [2, 2], data: floats }))).toBe(8);
  const pixels = Uint8Array.from({ length: 3 * 8 }, (_, index) => index);
  const half = [
    { kind: 'resize', height: 1, width: 2, method: 'bilinear' },
    { kind: 'scale', from: [0, 255], to: [0, 0.4] },
  ] as const;
  expect(rawOfFile('pixels.npy', writeNpy({ dtype: 'uint8', shape: [3, 2, 4, 1], data: pixels }), half)).toBe(8);
});

test('windows that overlap share the data of their input, those behind `first` too', () => {
  const window = [{ kind: 'window', size: 2, hop: 1 }] as const;
  const codes = writeNpy({ dtype: 'int8', shape: [1, 6], data: Uint8Array.of(1, 2, 3, 4, 5, 6) });
  expect(rawOfFile('series.npy', codes, window)).toBe(6 / 5);
  const suite = suiteOf(classification, undefined, 2);
  const vectors = { ...suite.vectors, inputs: join(folder, 'series.npy'), preprocess: window };
  expect(rawOf({ ...suite, vectors })).toBe(6 / 5);
});

test('text tells nothing of raw data, and nobody is told who does not ask', () => {
  expect(rawOfFile('text.csv', '0.1,0.2\n')).toBeUndefined();
  expect(loadVectors(suiteOf(classification), modelOf(3))).not.toHaveProperty('rawInputBytes');
});

test('the files of a folder are named, those of one vector too; rows of one file are not', () => {
  const suite = folderSuite(anomaly, { 'a.bin': [1, 1] }, 'file,class\na.bin,1\n');
  expect(loadVectors(suite, modelOf(1)).sources).toEqual([{ name: 'a.bin', count: 1 }]);
  expect(loadVectors(suiteOf(anomaly), modelOf(1))).not.toHaveProperty('sources');
});

test('labels may lie among the inputs, and in the .csv that holds them', () => {
  const suite = folderSuite(anomaly, { 'a.csv': [], 'labels.csv': [] }, '');
  const { inputs } = suite.vectors;
  writeFileSync(join(inputs, 'a.csv'), '0.1,0.2\n');
  writeFileSync(join(inputs, 'labels.csv'), 'file,class\na.csv,1\n');
  const beside = { ...suite.vectors, labels: join(inputs, 'labels.csv') };
  expect(loadVectors({ ...suite, vectors: beside }, modelOf(1))).toMatchObject({ count: 1, labels: [1] });

  const own = join(inputs, 'own.csv');
  writeFileSync(own, 'x,y,class\n0.1,0.2,1\n0.3,0.4,0\n');
  const both = { ...suite.vectors, inputs: own, labels: own };
  expect(loadVectors({ ...suite, vectors: both }, modelOf(1))).toMatchObject({ count: 2, labels: [1, 0] });
});

test('the values of a regression are numbers, one column an element of the output', () => {
  const one = loadVectors(suiteOf(regression, 'value\n21.5\n-3e1\n0\n'), modelOf(1));
  expect(one.values).toEqual([[21.5], [-30], [0]]);
  expect(one).not.toHaveProperty('labels');
  expect(loadVectors(suiteOf(regression, 'value.0\n1\n2\n3\n'), modelOf(1)).values).toEqual([[1], [2], [3]]);
  const two = loadVectors(suiteOf(regression, 'value.1,value.0\n1,2\n3,4\n5,6\n', 2), modelOf(2));
  expect(two.values).toEqual([
    [2, 1],
    [4, 3],
  ]);
});

test('every line of the labels that is wrong is told at once', () => {
  const labels = 'class\nup\nrigth\n\n7\n';
  expect(() => loadPlaced(suiteOf(classification, labels), modelOf(3))).toThrow(
    /^labels\.csv: 2 faults[^]*labels\.csv:3:1: "rigth" [^]*labels\.csv:5:1: "7" is/,
  );
});

test.each<[string, () => Suite, number, RegExp]>([
  [
    'a folder whose labels name no files',
    () => folderSuite(anomaly, clips, 'class\n0\n'),
    1,
    /labels\.csv:1:1: has no column "file": the inputs are a folder/,
  ],
  [
    'a file that is not there',
    () => folderSuite(anomaly, clips, 'file,class\nd.bin,0\n'),
    1,
    /labels\.csv:2:1: the folder has no file "d\.bin"\. Did you mean "a\.bin"\?/,
  ],
  [
    'a file outside the folder',
    () => folderSuite(anomaly, clips, 'file,class\n../inputs.bin,0\n'),
    1,
    /labels\.csv:2:1: the folder has no file "\.\.\/inputs\.bin"/,
  ],
  [
    'a file that is named twice',
    () => folderSuite(anomaly, clips, 'class,file\n0,a.bin\n1,night/../a.bin\n'),
    1,
    /labels\.csv:3:3: "night\/\.\.\/a\.bin" is named twice/,
  ],
  [
    'a line without a file',
    () => folderSuite(anomaly, clips, 'class,file\n0,\n'),
    1,
    /labels\.csv:2:3: there is no file: write/,
  ],
  [
    'a file that is no input',
    () => folderSuite(anomaly, clips, 'class,file\n0,notes.txt\n'),
    1,
    /labels\.csv:2:3: "notes\.txt" is no input: name a \.npy/,
  ],
  [
    'files that no line names',
    () => folderSuite(anomaly, clips, 'file,class\na.bin,0\n'),
    1,
    /suite\.yaml:5:11: inputs-\w+: 2 files have no label: c\.bin, night\/b\.bin; give each a line/,
  ],
  [
    'fewer labels than vectors',
    () => suiteOf(anomaly, 'class\n0\n1\n'),
    1,
    /suite\.yaml:5:11: labels\.csv has 2 labels for 3 vectors: write one line a vector/,
  ],
  [
    'more labels than inputs that were cut',
    () => {
      const suite = suiteOf(anomaly, 'class\n0\n1\n');
      const series = join(folder, 'series.csv');
      writeFileSync(series, '0.1\n0.2\n0.3\n0.4\n');
      const preprocess = [{ kind: 'window', size: 2, hop: 2 }] as const;
      return { ...suite, vectors: { ...suite.vectors, inputs: series, preprocess } };
    },
    1,
    /suite\.yaml:5:11: labels\.csv has 2 labels for 1 input: write one line an input/,
  ],
  [
    'an anomaly that is neither',
    () => suiteOf(anomaly, 'class\n0\n2\nnormal\n'),
    1,
    /labels\.csv:3:1: "2" is no class of the task: write an index from 0 to 1 or one of normal, anomaly/,
  ],
  [
    'a value that is no number',
    () => suiteOf(regression, 'value\n1\nwarm\n\n'),
    1,
    /labels\.csv:3:1: "warm" is no number: write the output that is right/,
  ],
  [
    'classes for a regression',
    () => suiteOf(regression, 'class\n1\n2\n3\n'),
    1,
    /labels\.csv:1:1: has no column of values, and the model's output is one value: name them value/,
  ],
  [
    'values of other elements',
    () => suiteOf(regression, 'value.0,value.2\n1,1\n2,2\n3,3\n'),
    2,
    /labels\.csv:1:1: has the columns value\.0, value\.2, and the model's output is 2 values: name them value\.0, value\.1/,
  ],
  [
    'a reconstruction of another size',
    () => suiteOf({ kind: 'anomaly', score: 'reconstruction' }),
    3,
    /suite\.yaml:8:\d+: a reconstruction has the elements of its one input, and the model makes \[1, 3\] of \[1, 2\]/,
  ],
  [
    'a mean of squares below 0',
    () => suiteOf({ kind: 'anomaly', score: 'reconstruction', threshold: -1 }),
    2,
    /suite\.yaml:9:14: the threshold -1 tells nothing apart/,
  ],
  ['several scores', () => suiteOf(anomaly), 2, /the one output is the score, .* \[1, 2\] has 2 values/],
  [
    'a score that no threshold tells apart',
    () => suiteOf({ kind: 'anomaly', score: 'output', threshold: 2 }),
    1,
    /suite\.yaml:9:14: the threshold 2 tells nothing apart: .* from 0 to 0\.9961/,
  ],
])('%s is refused at its line, too', (_, suite, outputs, message) => {
  expect(() => loadPlaced(suite(), modelOf(outputs))).toThrow(message);
});

test('a regression of codes without a scale is refused', () => {
  const { quantization: _, ...codes } = tensor(1, [1, 1]);
  const model: Model = { ...modelOf(1), tensors: [tensor(0, [1, 2]), codes] };
  expect(() => loadPlaced(suiteOf(regression), model)).toThrow(
    /a regression judges real values, and the model's output is int8 without a scale/,
  );
});

// the digest is numpy's: np.clip(np.sign(r)*np.floor(np.abs(r)+.5)+z, -128, 127), r = float32(x)/float32(scale)
test.skipIf(!dataDir)(`real wakeword features are found in their .npz, and quantized as numpy does (${noData})`, () => {
  const suite: Suite = {
    ...suiteOf({ kind: 'classification' }),
    vectors: { inputs: golden('str_ww_calibration_samples.npz'), preprocess: [] },
  };
  const vectors = loadVectors(suite, readModel(readFileSync(golden('str_ww_ref_model.tflite')), 'ww'));
  expect(vectors.count).toBe(45);
  expect(vectors.inputs[0]).toHaveLength(1200);
  expect(vectors.sha256).toBe('35d25e6a616a21af0edfeb3dabd2508120dad8d1d63c7820f31fb500c0da11a5');
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
