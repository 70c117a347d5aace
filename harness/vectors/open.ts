import { basename, join } from 'node:path';
import { readNamed } from '../files.ts';
import { elementCount } from '../model/tflite.ts';
import { arrayInputs } from './arrays.ts';
import { type Fail, within } from './fail.ts';
import { filesOfFolder, isFolder } from './folder.ts';
import type { VectorFormat } from './format.ts';
import { readNetpbm } from './formats/netpbm.ts';
import { isNpy, readNpy } from './formats/npy.ts';
import { type Numbers, samplesLimit } from './formats/numbers.ts';
import { readPng } from './formats/png.ts';
import { readTable, type Table } from './formats/table.ts';
import { readWav } from './formats/wav.ts';
import type { Input, Inputs } from './input.ts';
import { type Kind, kindOf, limitsBytes } from './kinds.ts';
import { npzArrays } from './npz-arrays.ts';
import { rawInputs } from './raw.ts';
import { inputShape } from './shape.ts';

/** The inputs of a file or a folder, in order. Throws `fail(…)` for what no model could be given. */
export function openInputs(format: VectorFormat, fail: Fail): Inputs {
  const { path } = format;
  if (!isFolder(path)) return inputsOfFile({ path, name: basename(path), isAlone: true }, format, fail);
  const files = format.files ?? filesOfFolder(path, [], fail);
  return { count: files.length, inputs: inputsOfFolder(files, format, fail) };
}

function* inputsOfFolder(files: readonly string[], format: VectorFormat, fail: Fail): Generator<Input> {
  let sampleHz: number | undefined;
  for (const name of files) {
    const failHere = within(fail, name);
    const file = { path: join(format.path, name), name, isAlone: false };
    for (const input of inputsOfFile(file, format, failHere).inputs) {
      sampleHz = expectOneRate(input, sampleHz, failHere);
      yield { ...input, file: name };
    }
  }
}

interface InputFile {
  readonly path: string;
  readonly name: string;
  /** Whether it holds all inputs, rather than one of a folder's. */
  readonly isAlone: boolean;
}

function inputsOfFile(file: InputFile, format: VectorFormat, fail: Fail): Inputs {
  const { path, name, isAlone: counted } = file;
  const extension = kindOf(path, fail);
  const bytes = readNamed(path, limitsBytes[extension]);
  const kind = extension === 'bin' && isNpy(bytes) ? 'npy' : extension;
  expectKeysOf(kind, format, fail);
  if (kind === 'bin') return rawInputs(bytes, file, format, fail);
  if (kind === 'npz')
    return arrayInputs({ name, arrays: npzArrays(bytes, format, counted, fail), counted }, format, fail);
  expectOneTensor(format, fail);
  if (kind === 'npy') return arrayInputs({ name, arrays: [readNpy(bytes, fail)], counted }, format, fail);
  if (kind === 'csv') return tableInputs(readTable(bytes, format.columns, fail), file, format, fail);
  return { count: 1, inputs: [{ name, parts: [readers[kind](bytes, fail)] }] };
}

const readers: Readonly<Record<'wav' | 'png' | 'netpbm', (bytes: Uint8Array, fail: Fail) => Numbers>> = {
  wav: readWav,
  png: readPng,
  netpbm: readNetpbm,
};

/** What a suite says of another kind of file than it names would be passed over. */
function expectKeysOf(kind: Kind, { array, columns }: VectorFormat, fail: Fail): void {
  if (array !== undefined && kind !== 'npz')
    throw fail('is no .npz, and an array of it is named', 'leave it out', ['array']);
  if (columns && kind !== 'csv') throw fail('is no .csv, and columns of it are named', 'leave them out', ['columns']);
}

function expectOneTensor({ tensors }: VectorFormat, fail: Fail): void {
  if (tensors.length === 1) return;
  const fix = 'give a .npz with an array for each, or a raw .bin with all of them end to end';
  throw fail(`holds one array, and the model has ${tensors.length} inputs`, fix);
}

/** A row an input, its elements in the order of the tensor's; or, to be cut or one of a folder's, all rows one input in time. */
function tableInputs(table: Table, { name, isAlone }: InputFile, format: VectorFormat, fail: Fail): Inputs {
  const isSeries = !isAlone || format.preprocess?.some(({ kind }) => kind === 'window');
  return isSeries ? { count: 1, inputs: [seriesOf(table, name, fail)] } : { inputs: rowInputs(table, name, format) };
}

function seriesOf({ columns, rows }: Table, name: string, fail: Fail): Input {
  let values = new Float64Array(1024);
  let length = 0;
  for (const row of rows) {
    if (length + columns > samplesLimit) throw fail(`holds more than ${samplesLimit} numbers`, 'give a shorter series');
    if (length + columns > values.length) values = grown(values, length + columns);
    values.set(row, length);
    length += columns;
  }
  if (length === 0) throw fail('has no row of numbers', 'write a row a step');
  return { name, parts: [{ shape: [length / columns, columns], values: values.subarray(0, length), stored: 'text' }] };
}

function grown(values: Float64Array, least: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(Math.max(least, 2 * values.length));
  larger.set(values);
  return larger;
}

function* rowInputs({ columns, rows }: Table, name: string, { tensors: [tensor] }: VectorFormat): Generator<Input> {
  const shape = tensor && elementCount(tensor.shape) === columns ? inputShape(tensor) : [columns];
  let index = 0;
  for (const values of rows) yield { name: `${name}[${index++}]`, parts: [{ shape, values, stored: 'text' }] };
}

/** The rate of the sounds so far. A set recorded at several would feed the model other frequencies than it knows. */
function expectOneRate(input: Input, before: number | undefined, fail: Fail): number | undefined {
  const [part] = 'parts' in input ? input.parts : [];
  const now = part && 'sampleHz' in part ? part.sampleHz : undefined;
  if (before !== undefined && now !== undefined && before !== now) {
    throw fail(`has ${now} samples a second, and the files before it ${before}`, 'resample it to theirs');
  }
  return before ?? now;
}
