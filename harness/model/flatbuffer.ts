import { ModelError } from '../errors.ts';

/**
 * One table of a FlatBuffer. Fields are numbered in the order of their declaration in the schema.
 * An absent field gives the fallback, an absent vector is empty; whatever points out of the file throws ModelError.
 */
export interface Table {
  bool(field: number, fallback?: boolean): boolean;
  int8(field: number, fallback?: number): number;
  uint8(field: number, fallback?: number): number;
  int32(field: number, fallback?: number): number;
  uint32(field: number, fallback?: number): number;
  uint64(field: number, fallback?: number): number;
  float32(field: number, fallback?: number): number;
  string(field: number): string;
  table(field: number): Table | undefined;
  tables(field: number): readonly Table[];
  int32s(field: number): readonly number[];
  int64s(field: number): readonly number[];
  float32s(field: number): readonly number[];
  /** A view into the file, not a copy. */
  bytes(field: number): Uint8Array | undefined;
}

/** The root table of a FlatBuffer with a four-letter identifier. Throws ModelError for any other file. */
export function readRoot(bytes: Uint8Array, identifier: string, where: string): Table {
  const file = openFile(bytes, where);
  if (bytes.length < 8) throw file.damaged(`it has only ${bytes.length} bytes`);
  const found = String.fromCharCode(...bytes.subarray(4, 8));
  if (found !== identifier)
    throw new ModelError(
      `no TensorFlow Lite model: bytes 4 to 7 are ${JSON.stringify(found)}, not "${identifier}"`,
      where,
      'give the .tflite file itself, not an archive, a checkpoint or a text file',
    );
  return readTable(file, file.follow(0));
}

interface File {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  damaged(what: string): ModelError;
  /** The offset itself when `size` bytes lie there; throws otherwise. */
  at(offset: number, size: number): number;
  follow(offset: number): number;
  /** Start and count of the vector that the offset at `offset` points to. */
  vector(offset: number, elementSize: number): { readonly start: number; readonly count: number };
}

function openFile(bytes: Uint8Array, where: string): File {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Vectors may share bytes, so a small damaged file could describe billions of elements; honest files stay far below.
  let elementBytesLeft = bytes.length * 4;

  const damaged = (what: string) =>
    new ModelError(`the model is cut short or damaged: ${what}`, where, 'copy or export the file again');
  const at = (offset: number, size: number) => {
    if (offset < 0 || offset >= bytes.length)
      throw damaged(`it points to byte ${offset}, and the file has ${bytes.length}`);
    if (offset + size > bytes.length)
      throw damaged(`it has ${size} bytes at byte ${offset}, and the file ends at ${bytes.length}`);
    return offset;
  };
  const follow = (offset: number) => offset + view.getUint32(at(offset, 4), true);

  return {
    bytes,
    view,
    damaged,
    at,
    follow,
    vector(offset, elementSize) {
      const header = follow(offset);
      const count = view.getUint32(at(header, 4), true);
      const start = at(header + 4, count * elementSize);
      elementBytesLeft -= count * elementSize;
      if (elementBytesLeft < 0) throw damaged('its vectors overlap');
      return { start, count };
    },
  };
}

function readTable(file: File, position: number): Table {
  const { view } = file;
  const vtable = position - view.getInt32(file.at(position, 4), true);
  const vtableSize = view.getUint16(file.at(vtable, 2), true);

  /** Where a field's value lies, or undefined for a field left at its default. */
  const locate = (field: number, size: number): number | undefined => {
    const slot = 4 + 2 * field;
    if (slot + 2 > vtableSize) return undefined;
    const offset = view.getUint16(file.at(vtable + slot, 2), true);
    return offset === 0 ? undefined : file.at(position + offset, size);
  };
  const scalar = <T>(field: number, size: number, fallback: T, read: (offset: number) => T): T => {
    const offset = locate(field, size);
    return offset === undefined ? fallback : read(offset);
  };
  const elements = <T>(field: number, size: number, read: (offset: number) => T): readonly T[] => {
    const offset = locate(field, 4);
    if (offset === undefined) return [];
    const { start, count } = file.vector(offset, size);
    return Array.from({ length: count }, (_, index) => read(start + index * size));
  };

  return {
    bool: (field, fallback = false) => scalar(field, 1, fallback, offset => view.getUint8(offset) !== 0),
    int8: (field, fallback = 0) => scalar(field, 1, fallback, offset => view.getInt8(offset)),
    uint8: (field, fallback = 0) => scalar(field, 1, fallback, offset => view.getUint8(offset)),
    int32: (field, fallback = 0) => scalar(field, 4, fallback, offset => view.getInt32(offset, true)),
    uint32: (field, fallback = 0) => scalar(field, 4, fallback, offset => view.getUint32(offset, true)),
    uint64: (field, fallback = 0) => scalar(field, 8, fallback, offset => Number(view.getBigUint64(offset, true))),
    float32: (field, fallback = 0) => scalar(field, 4, fallback, offset => view.getFloat32(offset, true)),
    string(field) {
      const offset = locate(field, 4);
      if (offset === undefined) return '';
      const { start, count } = file.vector(offset, 1);
      return new TextDecoder().decode(file.bytes.subarray(start, start + count));
    },
    table: field => scalar<Table | undefined>(field, 4, undefined, offset => readTable(file, file.follow(offset))),
    tables: field => elements(field, 4, offset => readTable(file, file.follow(offset))),
    int32s: field => elements(field, 4, offset => view.getInt32(offset, true)),
    int64s: field => elements(field, 8, offset => Number(view.getBigInt64(offset, true))),
    float32s: field => elements(field, 4, offset => view.getFloat32(offset, true)),
    bytes(field) {
      const offset = locate(field, 4);
      if (offset === undefined) return undefined;
      const { start, count } = file.vector(offset, 1);
      return file.bytes.subarray(start, start + count);
    },
  };
}
