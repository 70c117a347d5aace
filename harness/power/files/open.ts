import type { FileHandle } from 'node:fs/promises';
import { extname } from 'node:path';
import { InputError } from '../../errors.ts';
import { type CsvKind, openCsv } from './csv.ts';
import { csvKinds, kindByHead } from './csv-kinds.ts';
import { isEembc, openEembc } from './eembc.ts';
import { firstBytes, longestLine, openFile } from './file-bytes.ts';
import type { PowerFormat } from './formats.ts';
import { openJls } from './jls.ts';
import { identification } from './jls-chunks.ts';
import { isLpm01a, openLpm01a } from './lpm01a.ts';
import type { PowerFile, PowerFileOptions } from './power-file.ts';
import { openPpk2Session } from './ppk2-session.ts';

/** Opens a file of measurements. Held by `await using`. Throws InputError where it is none that can be read, saying what to do. */
export async function openPowerFile(
  path: string,
  { format, ...options }: PowerFileOptions & { readonly format?: PowerFormat } = {},
): Promise<PowerFile> {
  const handle = await openFile(path);
  try {
    const head = await firstBytes(handle, longestLine);
    const opened = { path, handle, head };
    const kind = format ?? recognise(opened);
    if (typeof kind !== 'string') return await openCsv(opened, kind, options);
    return await openers[kind](opened, options);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

interface Opened {
  readonly path: string;
  readonly handle: FileHandle;
  readonly head: Uint8Array;
}

const openers: Readonly<Record<PowerFormat, (opened: Opened, options: PowerFileOptions) => Promise<PowerFile>>> = {
  ppk2: openPpk2Session,
  'ppk2-csv': (opened, options) => openCsv(opened, csvKinds['ppk2-csv'], options),
  jls: openJls,
  'joulescope-csv': (opened, options) => openCsv(opened, csvKinds['joulescope-csv'], options),
  'otii-csv': (opened, options) => openCsv(opened, csvKinds['otii-csv'], options),
  lpm01a: openLpm01a,
  'lpm01a-csv': (opened, options) => openCsv(opened, csvKinds['lpm01a-csv'], options),
  eembc: openEembc,
  csv: (opened, options) => openCsv(opened, csvKinds.csv, options),
};

function recognise({ path, head }: Opened): PowerFormat | CsvKind {
  if (head.length === 0) throw new InputError('is empty', path, 'is it the right file?');
  expectReadable(path, head);
  if (beginsWith(head, identification)) return 'jls';
  if (beginsWith(head, zipMark)) return 'ppk2';
  if (isEembc(head)) return 'eembc';
  if (isLpm01a(head)) return 'lpm01a';
  if (isBinary(head)) throw unknownBinary(path);
  return kindByHead(head);
}

const zipMark = Buffer.from('PK\x03\x04');

/** joulescope/datafile.py of pyjoulescope. */
const jls1Mark = Buffer.from('\xd3tagfmt \r\n \n  \x1a\x1c', 'latin1');

/** Files that no document describes, or that an older program alone can read: each has a way out. */
function expectReadable(path: string, head: Uint8Array): void {
  const extension = extname(path).toLowerCase();
  if (extension === '.otii' || extension === '.otii3') {
    const fix = 'export the recording as CSV in the Otii app';
    throw new InputError('is a project of Otii, whose form is its own', path, fix);
  }
  if (beginsWith(head, jls1Mark)) {
    const fix = 'open it in the Joulescope UI and export it as JLS v2 or CSV';
    throw new InputError('is JLS v1', path, fix);
  }
  if (extension === '.ppk') {
    const fix = 'open it in the Power Profiler, which saves it as .ppk2';
    throw new InputError('is of an older Power Profiler', path, fix);
  }
}

function beginsWith(head: Uint8Array, mark: Uint8Array): boolean {
  return head.length >= mark.length && mark.every((byte, index) => head[index] === byte);
}

/** Zeros are in no text but UTF-16, which has them at every other place. */
function isBinary(head: Uint8Array): boolean {
  const start = head.subarray(0, 4096);
  const zeros = start.filter(byte => byte === 0).length;
  const control = start.filter(byte => byte < 32 && byte !== 9 && byte !== 10 && byte !== 13 && byte !== 0).length;
  return control > start.length / 50 || (zeros > 0 && zeros < start.length / 4);
}

function unknownBinary(path: string): InputError {
  const fix = 'export it as CSV, or name its format with --format';
  return new InputError('is a binary file of no known form', path, fix);
}
