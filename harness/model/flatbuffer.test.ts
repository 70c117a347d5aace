import { expect, test } from 'vitest';
import { ModelError } from '../errors.ts';
import { readRoot } from './flatbuffer.ts';

test('vectors that share their bytes cannot describe far more than the file holds', () => {
  const root = readRoot(manyFieldsOneVector(60, 100), 'TEST', 'shared.bin');
  expect(root.int32s(0)).toHaveLength(100);
  const readAll = () => Array.from({ length: 60 }, (_, field) => root.int32s(field));
  expect(readAll).toThrow(/its vectors overlap/);
  expect(readAll).toThrow(ModelError);
});

test('absent fields give the fallback, absent vectors are empty', () => {
  const root = readRoot(manyFieldsOneVector(1, 1), 'TEST', 'small.bin');
  expect([root.int32(7, 5), root.bool(7, true), root.float32(7), root.string(7)]).toEqual([5, true, 0, '']);
  expect([root.tables(7), root.int64s(7), root.bytes(7), root.table(7)]).toEqual([[], [], undefined, undefined]);
});

test('an offset past the end names the byte and the size of the file', () => {
  const bytes = manyFieldsOneVector(1, 1);
  new DataView(bytes.buffer).setUint32(0, 4000, true);
  expect(() => readRoot(bytes, 'TEST', 'far.bin')).toThrow(/far\.bin: .* points to byte 4000, and the file has \d+/);
});

/** A table whose every field is the same vector of int32. */
function manyFieldsOneVector(fields: number, count: number): Uint8Array<ArrayBuffer> {
  const table = 8 + 4 + 2 * fields;
  const vector = table + 4 + 4 * fields;
  const view = new DataView(new ArrayBuffer(vector + 4 + 4 * count));
  view.setUint32(0, table, true);
  new Uint8Array(view.buffer).set(new TextEncoder().encode('TEST'), 4);
  view.setUint16(8, 4 + 2 * fields, true);
  view.setInt32(table, table - 8, true);
  for (let field = 0; field < fields; field++) {
    const place = table + 4 + 4 * field;
    view.setUint16(12 + 2 * field, place - table, true);
    view.setUint32(place, vector - place, true);
  }
  view.setUint32(vector, count, true);
  return new Uint8Array(view.buffer);
}
