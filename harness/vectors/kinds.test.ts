import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  type Files,
  fail,
  float,
  folder,
  halves,
  int8,
  npz,
  pgm,
  read,
  stereo,
  tensor,
  wav,
  window,
} from './fixtures/reading.ts';
import { writeNpy } from './formats/npy.ts';
import { readVectors } from './read.ts';

test('a .npz with one array is that array', () => {
  const file = npz({ x: writeNpy({ dtype: 'int8', shape: [2, 2], data: int8(1, 2, 3, 4) }) });
  expect(read({ 'a.npz': file }, { path: 'a.npz', tensors: [tensor([1, 2])] })).toEqual({
    vectors: [
      [1, 2],
      [3, 4],
    ],
    sources: [
      { name: 'a.npz[0]', count: 1 },
      { name: 'a.npz[1]', count: 1 },
    ],
  });
});

test('a .npy is known by its first bytes, whatever its name', () => {
  const array = writeNpy({ dtype: 'int8', shape: [1, 2], data: int8(1, 2) });
  expect(read({ 'a.i8': array }, { path: 'a.i8', tensors: [tensor([1, 2])] }).vectors).toEqual([[1, 2]]);
});

const labelled = npz({
  y: writeNpy({ dtype: 'int8', shape: [2], data: int8(9, 9) }),
  x: writeNpy({ dtype: 'float32', shape: [2, 2], data: float(1, 2, 3, 4) }),
  z: writeNpy({ dtype: 'float32', shape: [2, 2], data: float(5, 6, 7, 8) }),
});

test('of several arrays in a .npz the suite chooses, or the only one whose shape fits', () => {
  const { vectors } = read({ 'a.npz': labelled }, { path: 'a.npz', array: 'z', tensors: [tensor([1, 2])] });
  expect(vectors).toEqual([
    [10, 12],
    [14, 16],
  ]);
  const fitting = read({ 'a.npz': labelled }, { path: 'a.npz', tensors: [tensor([1])] });
  expect(fitting.vectors).toEqual([[9], [9]]);
});

test('a model of several inputs takes the arrays of their names, codes and reals alike', () => {
  const file = npz({
    image: writeNpy({ dtype: 'float32', shape: [2, 2], data: float(1, 2, 3, 4) }),
    flag: writeNpy({ dtype: 'int8', shape: [2, 1], data: int8(7, 8) }),
  });
  const tensors = [tensor([1, 1], 'serving_default_flag:0'), tensor([1, 2], 'image')];
  expect(read({ 'a.npz': file }, { path: 'a.npz', tensors }).vectors).toEqual([
    [7, 2, 4],
    [8, 6, 8],
  ]);
});

test('a row of a .csv is a vector, in the order of the elements', () => {
  const files = { 'a.csv': 'x,class,y\n0.5,up,1\n-0.5,down,2\n' };
  const { vectors, sources } = read(files, { path: 'a.csv', tensors: [tensor([1, 1, 2])] });
  expect(vectors).toEqual([
    [1, 2],
    [-1, 4],
  ]);
  expect(sources[1]).toEqual({ name: 'a.csv[1]', count: 1 });
});

test('a .csv that is cut into windows is one series', () => {
  const files = { 'a.csv': 'x,y\n1,2\n3,4\n5,6\n' };
  const format = { path: 'a.csv', tensors: [tensor([1, 2, 2])], preprocess: [window(2, 1)] };
  expect(read(files, format)).toEqual({
    vectors: [
      [2, 4, 6, 8],
      [6, 8, 10, 12],
    ],
    sources: [{ name: 'a.csv', count: 2 }],
  });
});

test('a sound alone is one input, and many with windows', () => {
  const sound = wav(16_000, 0, 128, 192, 64);
  const whole = read({ 'a.wav': sound }, { path: 'a.wav', tensors: [tensor([1, 4])] });
  expect(whole.vectors).toEqual([[-2, 0, 1, -1]]);
  const cut = read({ 'a.wav': sound }, { path: 'a.wav', tensors: [tensor([1, 2, 1])], preprocess: [window(2)] });
  expect(cut.vectors).toEqual([
    [-2, 0],
    [1, -1],
  ]);
});

test('an image is its pixels', () => {
  const format = { path: 'a.pgm', tensors: [tensor([1, 1, 2, 1])], preprocess: [halves] };
  expect(read({ 'a.pgm': pgm(2, 1, 3, 5) }, format).vectors).toEqual([[3, 5]]);
});

test('a folder is its files by name, those of its folders too, the hidden and the unknown left out', () => {
  const files = {
    'b.pgm': pgm(1, 1, 2),
    'a/z.pgm': pgm(1, 1, 1),
    'B.pgm': pgm(1, 1, 3),
    'README.md': 'words',
    '.hidden.pgm': 'nothing',
  };
  expect(read(files, { tensors: [tensor([1, 1])], preprocess: [halves] })).toEqual({
    vectors: [[3], [1], [2]],
    sources: [
      { name: 'B.pgm', count: 1 },
      { name: 'a/z.pgm', count: 1 },
      { name: 'b.pgm', count: 1 },
    ],
  });
});

test('in a folder a .npy is one input, a .csv a series, and a .bin as many vectors as it holds', () => {
  const array = writeNpy({ dtype: 'int8', shape: [2], data: int8(1, 2) });
  expect(read({ 'a.npy': array }, { tensors: [tensor([1, 2])] }).vectors).toEqual([[1, 2]]);
  const series = { 'a.csv': '1,2\n3,4\n', 'b.csv': '5,6\n7,8\n' };
  expect(read(series, { tensors: [tensor([1, 2, 2])] }).vectors).toEqual([
    [2, 4, 6, 8],
    [10, 12, 14, 16],
  ]);
  const raw = { 'a.bin': int8(1, 2, 3, 4), 'b.bin': int8(5, 6) };
  expect(read(raw, { tensors: [tensor([1, 2])] }).sources).toEqual([
    { name: 'a.bin', count: 2 },
    { name: 'b.bin', count: 1 },
  ]);
});

test('frames fit a vector of as many elements, in C order', () => {
  const array = writeNpy({ dtype: 'int8', shape: [3, 2], data: int8(1, 2, 3, 4, 5, 6) });
  const cut = { tensors: [tensor([1, 4])], preprocess: [window(2, 1)] };
  expect(read({ 'a.npy': array }, cut).vectors).toEqual([
    [1, 2, 3, 4],
    [3, 4, 5, 6],
  ]);
  expect(read({ 'a.npy': array }, { tensors: [tensor([1, 6])] }).vectors).toEqual([[1, 2, 3, 4, 5, 6]]);
});

test('first cuts vectors, within an input where it must, and opens nothing behind them', () => {
  const files = { 'a.wav': wav(16_000, 0, 64, 128), 'b.wav': wav(16_000, 192, 255, 0), 'c.wav': 'no sound' };
  const format = { tensors: [tensor([1, 1])], preprocess: [window(1)], first: 5 };
  expect(read(files, format)).toEqual({
    vectors: [[-2], [-1], [0], [1], [2]],
    sources: [
      { name: 'a.wav', count: 3 },
      { name: 'b.wav', count: 2 },
    ],
  });
});

test('each input of a folder is cut by its own length', () => {
  const files = {
    'a.wav': wav(16_000, 0, 64),
    'b.wav': wav(16_000, 128, 192, 255, 0),
    'c.wav': wav(16_000, 0, 64, 128),
  };
  const { sources } = read(files, { tensors: [tensor([1, 2])], preprocess: [window(2)] });
  expect(sources.map(({ count }) => count)).toEqual([1, 2, 1]);
});

const one = { tensors: [tensor([1, 1])] };
const two = { tensors: [tensor([1, 2])] };

test.each<[string, Files, Parameters<typeof read>[1], RegExp]>([
  [
    'several arrays that fit',
    { 'a.npz': labelled },
    { ...two, path: 'a.npz' },
    /inputs: holds 2 arrays that could be the inputs: say which in vectors\.array: x float32 \(2, 2\), z float32/,
  ],
  [
    'no array that fits',
    { 'a.npz': labelled },
    { tensors: [tensor([1, 5])], path: 'a.npz' },
    /no array of the shape of the inputs: .* y int8 \(2,\)/,
  ],
  [
    'an array that is not there',
    { 'a.npz': labelled },
    { ...two, path: 'a.npz', array: 'X' },
    /array: holds no array "X": name one of y int8/,
  ],
  [
    'no array for an input of several',
    { 'a.npz': labelled },
    { path: 'a.npz', tensors: [tensor([1, 2], 'x'), tensor([1, 2], 'serving_default_w:0')] },
    /no array for the model's input "serving_default_w:0": name its arrays x, w; it holds y int8/,
  ],
  [
    'arrays of several lengths',
    {
      'a.npz': npz({
        x: writeNpy({ dtype: 'int8', shape: [2, 1], data: int8(1, 2) }),
        w: writeNpy({ dtype: 'int8', shape: [1, 1], data: int8(1) }),
      }),
    },
    { path: 'a.npz', tensors: [tensor([1, 1], 'x'), tensor([1, 1], 'w')] },
    /its arrays are of 2 and 1 inputs/,
  ],
  [
    'preprocessing for several inputs',
    { 'a.npz': labelled },
    { path: 'a.npz', tensors: [tensor([1, 2], 'x'), tensor([1, 2], 'z')], preprocess: [halves] },
    /^preprocess: preprocessing is for one input, and the model has 2/,
  ],
  ['rows of other lengths', { 'a.csv': '1,2,3\n' }, { ...two, path: 'a.csv' }, /has the shape \(3,\), .* \[1, 2\]/],
  [
    'a bad cell in a folder',
    { 'x/a.csv': '1,2\n3,?\n' },
    { tensors: [tensor([1, 2, 2])] },
    /x\/a\.csv: line 2, column 2 is "\?", no number/,
  ],
  ['a header without rows', { 'a.csv': 'x,y\n' }, { ...two, path: 'a.csv' }, /holds no vector/],
  ['a series without rows', { 'a.csv': 'x,y\n' }, two, /a\.csv: has no row of numbers/],
  [
    'columns of what has none',
    { 'a.npy': writeNpy({ dtype: 'int8', shape: [1, 1], data: int8(1) }) },
    { ...one, path: 'a.npy', columns: ['x'] },
    /columns: is no \.csv/,
  ],
  ['an array of what has none', { 'a.csv': '1\n' }, { ...one, path: 'a.csv', array: 'x' }, /array: is no \.npz/],
  [
    'sounds of several rates',
    { 'a.wav': wav(16_000, 1), 'b.wav': wav(8000, 1) },
    one,
    /b\.wav: has 8000 samples a second, and the files before it 16000: resample/,
  ],
  [
    'a sound that is longer than the input',
    { 'a.wav': wav(16_000, 1, 2, 3, 4) },
    two,
    /a\.wav: has the shape \(4, 1\), .*: add `- window: \{ size: 2 \}` to vectors\.preprocess/,
  ],
  [
    'a sound in stereo, even of as many samples',
    { 'a.wav': stereo(1, 2, 3, 4) },
    { tensors: [tensor([1, 4])] },
    /a\.wav: has the shape \(2, 2\), .* \[1, 4\]: save it with one channel/,
  ],
  [
    'windows in stereo',
    { 'a.wav': stereo(1, 2, 3, 4) },
    { tensors: [tensor([1, 4])], preprocess: [window(1)] },
    /after preprocessing has the shape \(1, 2\), .*: save it with one channel/,
  ],
  [
    'frames for what has axes',
    { 'a.npy': writeNpy({ dtype: 'int8', shape: [6], data: int8(1, 2, 3, 4, 5, 6) }) },
    { tensors: [tensor([1, 2, 3])] },
    /has the shape \(6,\)/,
  ],
  [
    'features that are no sound to be cut',
    { 'a.csv': '1,2,3\n' },
    { ...two, path: 'a.csv' },
    /has the shape \(3,\), .*: give inputs of \(2,\)/,
  ],
  [
    'an image of another size',
    { 'a.pgm': pgm(2, 1, 1, 2) },
    { tensors: [tensor([1, 4, 4, 1])] },
    /add `- resize: \{ height: 4, width: 4 \}` to/,
  ],
  [
    'a colour image for a gray input',
    { 'a.ppm': Buffer.from('P6 1 1 255\nabc') },
    { tensors: [tensor([1, 1, 1, 1])] },
    /add `- gray: true`/,
  ],
  [
    'pixels that the input does not hold',
    { 'a.pgm': pgm(1, 1, 0) },
    one,
    /pixels lie from 0 to 255, .* holds -64 to 63\.5: .*`- scale: \{ from: \[0, 255\], to: \[-64, 63\.5\] \}`/,
  ],
  [
    'another shape behind the steps',
    { 'a.wav': wav(16_000, 1, 2, 3, 4) },
    { ...two, preprocess: [window(3)] },
    /^preprocess: a\.wav: after preprocessing has the shape \(3, 1\)/,
  ],
  [
    'a step that cannot take its input',
    { 'a.wav': wav(16_000, 1) },
    { ...two, preprocess: [halves, window(2)] },
    /^preprocess\.1\.window\.size: a\.wav: window takes 2 steps, and gets an input of \(1, 1\)/,
  ],
  [
    'values that all saturate',
    { 'a.csv': '500\n-300\n' },
    { ...one, path: 'a.csv' },
    /its real values lie from -300 to 500, and the model's int8 input holds -64 to 63\.5: every one is cut off/,
  ],
  ['several kinds', { 'a.wav': '', 'b.pgm': '' }, one, /several kinds of inputs: a\.wav, b\.pgm/],
  ['an empty folder', { 'readme.txt': '' }, one, /holds no input: put \.npy/],
  ['a JPEG', { 'a.jpg': '' }, { ...one, path: 'a.jpg' }, /a \.jpg is not read: save it as PNG/],
  ['an MP3', { 'a.MP3': '' }, { ...one, path: 'a.MP3' }, /a \.mp3 is not read: save it as WAV/],
  [
    'an image for several inputs',
    { 'a.pgm': pgm(1, 1, 1) },
    { tensors: [tensor([1]), tensor([1])] },
    /holds one array, and the model has 2 inputs: give a \.npz/,
  ],
  [
    'a table for several inputs',
    { 'a.csv': '1\n' },
    { tensors: [tensor([1]), tensor([1])] },
    /holds one array, and the model has 2 inputs: give a \.npz/,
  ],
  ['half a vector in a folder', { 'a.bin': int8(1, 2, 3) }, two, /a\.bin: has 3 bytes: 1 more than whole vectors of 2/],
])('%s is refused with what to do', (_, files, format, message) => {
  expect(() => read(files, format)).toThrow(message);
});

test('values of which one fits are taken, saturated', () => {
  expect(read({ 'a.csv': '500\n63.7\n' }, { ...one, path: 'a.csv' }).vectors).toEqual([[127], [127]]);
});

/** As `tickmark golden` does. */
function readPlain(name: string, content: Uint8Array): () => unknown {
  writeFileSync(join(folder, name), content);
  return () => readVectors({ path: join(folder, name), tensors: [tensor([1, 1])] }, fail);
}

test('where there is no preprocessing to ask for, none is advised', () => {
  const array = writeNpy({ dtype: 'uint8', shape: [1, 1], data: int8(1) });
  expect(readPlain('u.npy', array)).toThrow(/holds uint8, .*: give int8 codes, or real values as float32$/);
  expect(readPlain('l.wav', wav(8000, 1, 2, 3))).toThrow(/: give inputs of \(1,\)$/);
  expect(readPlain('p.pgm', pgm(1, 1, 0))).toThrow(/63\.5: give them as a \.npy/);
});
