import { constants, crc32, inflateRawSync } from 'node:zlib';
import { type DirectoryEntry, dataAt, directoryEntries, findDirectory } from '../../zip-directory.ts';
import type { Fail } from '../fail.ts';

/** A file in an archive: where its bytes are, and what they inflate to. */
export interface ZipEntry {
  readonly name: string;
  readonly bytes: number;
  readonly crc: number;
  readonly isDeflated: boolean;
  readonly stored: Uint8Array;
}

/**
 * The files in a `.zip` by its central directory (PKWARE APPNOTE 6.3), stored or deflated. Nothing is inflated yet.
 * Throws `fail(…)` for a damaged directory, for encryption and for other compressions.
 */
export function readZip(archive: Uint8Array, fail: Fail): readonly ZipEntry[] {
  const damaged = (what: string) => fail(`is a damaged archive: ${what}`, 'save or copy it again');
  const view = new DataView(archive.buffer, archive.byteOffset, archive.length);
  const directory = findDirectory(view, 0);
  if (directory === undefined) throw damaged('it has no directory at its end');
  const listed = new DataView(archive.buffer, archive.byteOffset + directory.at, directory.bytes);
  return [...directoryEntries(listed, directory.count)].map(entry => {
    if (entry === undefined) throw damaged('its directory is cut short');
    return locate(entry, view, fail, damaged);
  });
}

/** The bytes of a file in an archive. Throws `fail(…)` where they are more than `limitBytes`, or not what the directory says. */
export function unzip(entry: ZipEntry, limitBytes: number, fail: Fail): Uint8Array {
  const { name, bytes, crc, isDeflated, stored } = entry;
  if (bytes > limitBytes) throw fail(`"${name}" is larger than ${limitBytes >>> 20} MiB`, 'save fewer vectors');
  const data = isDeflated ? inflate(entry, fail) : stored;
  if (data.length !== bytes || crc32(data) !== crc) {
    throw damagedFile(name, 'its bytes are not those of its checksum', fail);
  }
  return data;
}

/** The first bytes of a file in an archive, at least 4 KiB where it has as many. Throws `fail(…)` where they do not inflate. */
export function unzipStart({ name, isDeflated, stored }: ZipEntry, fail: Fail): Uint8Array {
  const start = stored.subarray(0, startBytes);
  if (!isDeflated) return start;
  try {
    return inflateRawSync(start, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: startBytes * largestRatio });
  } catch {
    throw damagedFile(name, 'it does not inflate', fail);
  }
}

const startBytes = 4096;
const largestRatio = 1100; // deflate's is 1032

function locate(
  { name, method, isEncrypted, crc, storedBytes, bytes, localAt }: DirectoryEntry,
  archive: DataView,
  fail: Fail,
  damaged: (what: string) => Error,
): ZipEntry {
  if (isEncrypted) throw fail(`"${name}" is encrypted`, 'save the archive without a password');
  if (method !== 0 && method !== 8) {
    throw fail(`"${name}" is compressed by method ${method}`, 'save it with np.savez or np.savez_compressed');
  }
  const local =
    localAt + 30 <= archive.byteLength ? new DataView(archive.buffer, archive.byteOffset + localAt, 30) : undefined;
  const start = local && dataAt(local, localAt);
  if (start === undefined) throw damaged(`"${name}" is not where its directory says`);
  if (start + storedBytes > archive.byteLength) throw damaged(`"${name}" is cut short`);
  const stored = new Uint8Array(archive.buffer, archive.byteOffset + start, storedBytes);
  return { name, bytes, crc, isDeflated: method === 8, stored };
}

function inflate({ name, bytes, stored }: ZipEntry, fail: Fail): Uint8Array {
  try {
    return inflateRawSync(stored, { maxOutputLength: Math.max(1, bytes) }); // an archive that inflates beyond its word is stopped there
  } catch {
    throw damagedFile(name, `it does not inflate to ${bytes} bytes`, fail);
  }
}

function damagedFile(name: string, what: string, fail: Fail): Error {
  return fail(`"${name}" is damaged: ${what}`, 'save or copy the archive again');
}
