import type { FileHandle } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import { InputError } from '../../errors.ts';
import { type DirectoryEntry, dataAt, directoryEntries, findDirectory, tailBytes } from '../../zip-directory.ts';

/** A `.zip` on disk, whose files may be larger than memory. */
export interface Archive {
  readonly names: readonly string[];
  /** The bytes of a file, as they inflate. Throws InputError where they are damaged: at the end, if it is the checksum that tells. */
  read(name: string): AsyncGenerator<Uint8Array>;
}

const mostDirectoryBytes = 1 << 20;

/** Throws InputError where the directory at its end is damaged, as in a file that was cut short. */
export async function openArchive(handle: FileHandle, path: string): Promise<Archive> {
  const { size } = await handle.stat();
  const damaged = (what: string) => new InputError(`is a damaged archive: ${what}`, path, 'save or copy it again');
  const tailAt = Math.max(0, size - tailBytes);
  const directory = findDirectory(await viewOf(handle, tailAt, size - tailAt), tailAt);
  if (!directory || directory.bytes > mostDirectoryBytes) throw damaged('it has no directory at its end');
  const view = await viewOf(handle, directory.at, directory.bytes);
  const entries = [...directoryEntries(view, Math.min(directory.count, mostDirectoryBytes))].map(entry => {
    if (!entry) throw damaged('its directory is cut short');
    return entry;
  });
  return {
    names: entries.map(({ name }) => name),
    async *read(name) {
      const entry = entries.find(each => each.name === name);
      if (!entry) throw damaged(`it has no "${name}"`);
      yield* bytesOf(handle, entry, damaged);
    },
  };
}

async function viewOf(handle: FileHandle, at: number, bytes: number): Promise<DataView> {
  const buffer = Buffer.alloc(bytes);
  let done = 0;
  for (let got = -1; got !== 0 && done < bytes; done += got) {
    got = (await handle.read(buffer, done, bytes - done, at + done)).bytesRead;
  }
  return new DataView(buffer.buffer, buffer.byteOffset, done);
}

async function* bytesOf(
  handle: FileHandle,
  { name, method, isEncrypted, crc, storedBytes, bytes, localAt }: DirectoryEntry,
  damaged: (what: string) => InputError,
): AsyncGenerator<Uint8Array> {
  const start = dataAt(await viewOf(handle, localAt, 30), localAt);
  if (start === undefined) throw damaged(`"${name}" is not where its directory says`);
  if (isEncrypted || (method !== 0 && method !== 8))
    throw damaged(`"${name}" is encrypted, or compressed by method ${method}`);
  const stored = Readable.from(pieces(handle, start, storedBytes), { objectMode: false });
  const inflated = method === 0 ? stored : pipeline(stored, createInflateRaw(), () => {}); // its error comes below
  let seen = 0;
  let sum = 0;
  try {
    for await (const piece of inflated as AsyncIterable<Uint8Array>) {
      seen += piece.length;
      if (seen > bytes) break;
      sum = crc32(piece, sum);
      yield piece;
    }
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    throw damaged(`"${name}" does not inflate`);
  }
  if (seen !== bytes || sum !== crc) throw damaged(`the bytes of "${name}" are not those of its checksum`);
}

const pieceBytes = 1 << 18;

async function* pieces(handle: FileHandle, start: number, bytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes; ) {
    const piece = Buffer.allocUnsafe(Math.min(pieceBytes, bytes - at));
    const { bytesRead } = await handle.read(piece, 0, piece.length, start + at);
    if (bytesRead === 0) return;
    yield piece.subarray(0, bytesRead);
    at += bytesRead;
  }
}
