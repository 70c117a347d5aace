import { constants, crc32, inflateRawSync } from 'node:zlib';
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
 * Throws `fail(…)` for a damaged directory, for encryption, for other compressions and for zip64, which files below 2 GiB do not need.
 */
export function readZip(archive: Uint8Array, fail: Fail): readonly ZipEntry[] {
  const damaged = (what: string) => fail(`is a damaged archive: ${what}`, 'save or copy it again');
  const view = new DataView(archive.buffer, archive.byteOffset, archive.length);
  const end = findEnd(view);
  if (end === undefined) throw damaged('it has no directory at its end');
  const count = view.getUint16(end + 10, true);
  const entries: ZipEntry[] = [];
  for (let at = view.getUint32(end + 16, true); entries.length < count; ) {
    if (at + 46 > end || view.getUint32(at, true) !== signatures.entry) throw damaged('its directory is cut short');
    const lengths = [28, 30, 32].map(offset => view.getUint16(at + offset, true));
    const next = lengths.reduce((sum, length) => sum + length, at + 46);
    if (next > end) throw damaged('its directory is cut short');
    entries.push(readEntry(view, at, fail, damaged));
    at = next;
  }
  return entries;
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

const signatures = { end: 0x06054b50, entry: 0x02014b50, local: 0x04034b50 };
const startBytes = 4096;
const largestRatio = 1100; // deflate's is 1032

/** The end record is 22 bytes, and a comment of up to 65,535 after it. */
function findEnd(view: DataView): number | undefined {
  for (let at = view.byteLength - 22; at >= Math.max(0, view.byteLength - 22 - 0xffff); at--) {
    if (view.getUint32(at, true) === signatures.end) return at;
  }
  return undefined;
}

function readEntry(view: DataView, at: number, fail: Fail, damaged: (what: string) => Error): ZipEntry {
  const u16 = (offset: number) => view.getUint16(at + offset, true);
  const u32 = (offset: number) => view.getUint32(at + offset, true);
  const name = Buffer.from(view.buffer, view.byteOffset + at + 46, u16(28)).toString('utf8');
  const method = u16(10);
  if (u16(8) & 1) throw fail(`"${name}" is encrypted`, 'save the archive without a password');
  if (method !== 0 && method !== 8) {
    throw fail(`"${name}" is compressed by method ${method}`, 'save it with np.savez or np.savez_compressed');
  }

  const local = u32(42);
  if (local + 30 > view.byteLength || view.getUint32(local, true) !== signatures.local) {
    throw damaged(`"${name}" is not where its directory says`);
  }
  const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  if (start + u32(20) > view.byteLength) throw damaged(`"${name}" is cut short`);
  const stored = new Uint8Array(view.buffer, view.byteOffset + start, u32(20));
  return { name, bytes: u32(24), crc: u32(16), isDeflated: method === 8, stored };
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
