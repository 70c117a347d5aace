import { type FileHandle, open } from 'node:fs/promises';
import { InputError } from '../../errors.ts';

/** A file that is read from its beginning, once. Held by `await using`. */
export interface ByteSource extends AsyncDisposable {
  /** Puts the next bytes into a buffer; resolves with how many, and with 0 at the end. */
  fill(into: Uint8Array): Promise<number>;
}

/** Throws InputError where there is no such file, or it is none. */
export async function openFile(path: string): Promise<FileHandle> {
  const handle = await open(path).catch((cause: NodeJS.ErrnoException) => {
    const what = cause.code === 'ENOENT' ? 'there is no such file' : `cannot be read: ${cause.code ?? cause.message}`;
    throw new InputError(what, path, 'name a file of measurements', { cause });
  });
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw new InputError('is no file', path, 'name a file of measurements');
}

/** The first bytes of a file, as many as it has up to `most`. */
export async function firstBytes(handle: FileHandle, most: number): Promise<Buffer> {
  const bytes = Buffer.alloc(most);
  let count = 0;
  for (let got = -1; got !== 0 && count < most; count += got) {
    got = (await handle.read(bytes, count, most - count, count)).bytesRead;
  }
  return bytes.subarray(0, count);
}

/** What a text is written in. `skip` is its byte order mark. */
export interface Encoding {
  readonly name: 'utf-8' | 'utf-16le' | 'utf-16be';
  readonly skip: number;
}

/** By the byte order mark, or by the zeros that UTF-16 has in every other byte of ASCII. */
export function encodingOf(head: Uint8Array): Encoding {
  if (head[0] === 0xff && head[1] === 0xfe) return { name: 'utf-16le', skip: 2 };
  if (head[0] === 0xfe && head[1] === 0xff) return { name: 'utf-16be', skip: 2 };
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return { name: 'utf-8', skip: 3 };
  const pairs = Math.min(head.length, 64) >> 1;
  const zeros = (odd: number) =>
    Array.from({ length: pairs }, (_, pair) => head[2 * pair + odd]).filter(byte => byte === 0);
  if (pairs >= 4 && zeros(1).length >= pairs - 1) return { name: 'utf-16le', skip: 0 };
  if (pairs >= 4 && zeros(0).length >= pairs - 1) return { name: 'utf-16be', skip: 0 };
  return { name: 'utf-8', skip: 0 };
}

/** A text file as UTF-8 (or whatever bytes it has beyond ASCII), without its byte order mark. */
export function textSource(handle: FileHandle, { name, skip }: Encoding): ByteSource {
  let position = skip;
  const read = async (into: Uint8Array) => {
    const { bytesRead } = await handle.read(into, 0, into.length, position);
    position += bytesRead;
    return bytesRead;
  };
  return {
    fill: name === 'utf-8' ? read : recoded(read, new TextDecoder(name)),
    [Symbol.asyncDispose]: () => handle.close(),
  };
}

/** UTF-16 as UTF-8, which takes half as much again at most. */
function recoded(read: ByteSource['fill'], decoder: InstanceType<typeof TextDecoder>): ByteSource['fill'] {
  const encoder = new TextEncoder();
  let raw = new Uint8Array(0);
  return async into => {
    const size = Math.floor(into.length / 2) & ~1;
    if (raw.length !== size) raw = new Uint8Array(size);
    for (;;) {
      const got = await read(raw);
      const { written } = encoder.encodeInto(decoder.decode(raw.subarray(0, got), { stream: got > 0 }), into);
      if (written > 0 || got === 0) return written; // one byte of a pair is no text yet
    }
  };
}

/** Whole lines: `bytes` from `from` to `end`, with the end of the last. The next block overwrites them. */
export interface LineBlock {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly end: number;
}

/** Bytes in the blocks of a text, so far; a line that is longer is none. */
export const longestLine = 1 << 16;
const blockBytes = 1 << 20;

/**
 * The lines of a text in blocks of about a MiB, the next of which is read meanwhile. Returns what is left behind the last end of a line: a
 * line that was cut off, or whose writer ends none. Throws InputError for a line longer than `longestLine`.
 */
export async function* lineBlocks(source: ByteSource, where: string): AsyncGenerator<LineBlock, Uint8Array, undefined> {
  const buffers = [0, 1].map(() => new Uint8Array(longestLine + blockBytes)) as [Uint8Array, Uint8Array];
  const fill = (index: number) => source.fill(buffers[index & 1].subarray(longestLine));
  let rest = new Uint8Array(0);
  let pending = fill(0);
  try {
    for (let index = 0; ; index++) {
      const got = await pending;
      if (got === 0) return rest;
      pending = fill(index + 1);
      const bytes = buffers[index & 1];
      const from = longestLine - rest.length;
      bytes.set(rest, from);
      const end = bytes.subarray(from, longestLine + got).lastIndexOf(newLine) + from + 1;
      if (longestLine + got - end > longestLine) throw tooLong(where);
      rest = bytes.slice(end, longestLine + got);
      if (end > from) yield { bytes, from, end };
    }
  } finally {
    await pending.catch(() => {}); // it writes into a buffer that somebody else may get
  }
}

const newLine = 10;

function tooLong(where: string): InputError {
  const what = `has a line of more than ${longestLine >> 10} KiB: it is no table of numbers`;
  return new InputError(what, where, 'export the measurements as CSV, one sample a line');
}
