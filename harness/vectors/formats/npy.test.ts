import { expect, test } from 'vitest';
import type { Fail } from '../fail.ts';
import { type Dtype, isNpy, readNpy, shapeText, valuesOf, writeNpy } from './npy.ts';

const fail: Fail = (what, fix) => new Error(`${what}: ${fix}`);

/** A file as numpy would write it, its header given as text. */
function npy(header: string, data: readonly number[] = [], version = 1): Uint8Array {
  const text = Buffer.from(`${header}\n`);
  const length = version === 1 ? [text.length & 255, text.length >> 8] : [text.length & 255, text.length >> 8, 0, 0];
  return Buffer.concat([
    Buffer.from('\x93NUMPY', 'latin1'),
    Uint8Array.from([version, 0, ...length]),
    text,
    Uint8Array.from(data),
  ]);
}

// np.save of np.arange(3, dtype='<i2').reshape(3, 1), numpy 1.24
const saved = Buffer.from(
  'k05VTVBZAQB2AHsnZGVzY3InOiAnPGkyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDMsIDEpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAEAAgA=',
  'base64',
);

test('a file of numpy is read, and written byte for byte the same', () => {
  const array = readNpy(saved, fail);
  expect(array).toMatchObject({ dtype: 'int16', shape: [3, 1] });
  expect(Array.from(valuesOf(array, fail))).toEqual([0, 1, 2]);
  expect(Buffer.compare(writeNpy(array), saved)).toBe(0);
});

test.each([1, 2, 3])('format version %d is read', version => {
  const bytes = npy("{'descr': '|i1', 'fortran_order': False, 'shape': (2,), }", [1, 255], version);
  expect(Array.from(valuesOf(readNpy(bytes, fail), fail))).toEqual([1, -1]);
});

test.each<[Dtype, readonly number[], readonly number[]]>([
  ['bool', [1, 0], [1, 0]],
  ['int8', [0x80, 0x7f], [-128, 127]],
  ['uint8', [0x80, 0x7f], [128, 127]],
  ['uint16', [1, 2], [513]],
  ['int32', [0xff, 0xff, 0xff, 0xff], [-1]],
  ['uint32', [0xff, 0xff, 0xff, 0xff], [4_294_967_295]],
  ['int64', [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], [-2]],
  ['float32', [0, 0, 0xc0, 0x3f], [1.5]],
  ['float64', [0, 0, 0, 0, 0, 0, 0xf8, 0x3f], [1.5]],
])('%s is little-endian', (dtype, bytes, values) => {
  const written = writeNpy({ dtype, shape: [values.length], data: Uint8Array.from(bytes) });
  expect(Array.from(valuesOf(readNpy(written, fail), fail))).toEqual(values);
});

test.each<[string, Uint8Array, RegExp]>([
  [
    'Fortran order',
    npy("{'descr': '<i2', 'fortran_order': True, 'shape': (1,), }", [1, 0]),
    /Fortran order: save np\.ascontiguousarray/,
  ],
  ['big-endian elements', npy("{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }"), /big-endian/],
  ['structured elements', npy("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (1,), }"), /structured/],
  ['pickled objects', npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"), /"\|O"/],
  ['half floats', npy("{'descr': '<f2', 'fortran_order': False, 'shape': (1,), }", [0, 0]), /"<f2": save/],
  ['a shape that is none', npy("{'descr': '|i1', 'fortran_order': False, 'shape': (-1,), }"), /no shape/],
  [
    'too little data',
    npy("{'descr': '|i1', 'fortran_order': False, 'shape': (2, 3), }", [1]),
    /int8 \(2, 3\), 6 bytes, and 1 follow/,
  ],
  ['too much data', npy("{'descr': '|i1', 'fortran_order': False, 'shape': (1,), }", [1, 2]), /1 bytes, and 2 follow/],
  [
    'a shape beyond all memory',
    npy(`{'descr': '|i1', 'fortran_order': False, 'shape': (${'9'.repeat(400)}, 0), }`),
    /follow/,
  ],
  [
    'a header cut short',
    npy("{'descr': '|i1', 'fortran_order': False, 'shape': (1,), }").subarray(0, 40),
    /header says/,
  ],
  [
    'a header longer than the file',
    Uint8Array.from([...Buffer.from('\x93NUMPY', 'latin1'), 2, 0, 255, 255, 255, 255]),
    /header says/,
  ],
  ['an unknown version', npy('', [], 9), /version is 9/],
  ['nothing but the magic', Buffer.from('\x93NUMPY', 'latin1'), /no \.npy/],
  ['an empty header', npy('{}'), /structured/],
])('%s is refused by name', (_, bytes, message) => {
  expect(() => readNpy(bytes, fail)).toThrow(message);
});

test('a 64-bit integer that a double cannot hold is refused', () => {
  const array = { dtype: 'int64', shape: [1], data: Uint8Array.from([1, 0, 0, 0, 0, 0, 0x20, 0]) } as const;
  expect(() => valuesOf(array, fail)).toThrow(/9007199254740993 is too large/);
});

test('a scalar and shapes are shown as numpy shows them', () => {
  expect([[], [200], [200, 64, 3]].map(shapeText)).toEqual(['()', '(200,)', '(200, 64, 3)']);
  expect(isNpy(Uint8Array.from([1, 2, 3]))).toBe(false);
});
