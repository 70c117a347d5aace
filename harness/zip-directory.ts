/** A file in a `.zip`, as its directory tells it (PKWARE APPNOTE 6.3). */
export interface DirectoryEntry {
  readonly name: string;
  /** 0 is stored, 8 is deflated. */
  readonly method: number;
  readonly isEncrypted: boolean;
  readonly crc: number;
  readonly storedBytes: number;
  readonly bytes: number;
  /** Where its local header is, from the archive's beginning. */
  readonly localAt: number;
}

/** Where an archive's directory is, from its beginning. */
export interface Directory {
  readonly count: number;
  readonly at: number;
  readonly bytes: number;
}

/** The directory's place is told within the last bytes of an archive: the end record, a comment of up to 65,535, and what zip64 puts before. */
export const tailBytes = 22 + 0xffff + 20 + 56;

/** `tail` is the end of an archive, from `tailAt` on. Undefined where it is none, or is cut short. */
export function findDirectory(tail: DataView, tailAt: number): Directory | undefined {
  const end = findEnd(tail);
  if (end === undefined) return undefined;
  const short = {
    count: tail.getUint16(end + 10, true),
    bytes: tail.getUint32(end + 12, true),
    at: tail.getUint32(end + 16, true),
  };
  const large =
    end >= 20 && tail.getUint32(end - 20, true) === signatures.largeLocator ? largeAt(tail, end, tailAt) : short;
  return large && large.at + large.bytes <= tailAt + end ? large : undefined;
}

/** The entries of a directory. Ends with `undefined` where it is cut short. */
export function* directoryEntries(directory: DataView, count: number): Generator<DirectoryEntry | undefined> {
  for (let at = 0, seen = 0; seen < count; seen++) {
    if (at + 46 > directory.byteLength || directory.getUint32(at, true) !== signatures.entry) {
      yield undefined;
      return;
    }
    const [nameBytes = 0, extraBytes = 0, commentBytes = 0] = [28, 30, 32].map(offset =>
      directory.getUint16(at + offset, true),
    );
    const next = at + 46 + nameBytes + extraBytes + commentBytes;
    if (next > directory.byteLength) {
      yield undefined;
      return;
    }
    yield entryAt(directory, at, { nameBytes, extraBytes });
    at = next;
  }
}

/** Where an entry's bytes begin, from its local header's first 30 bytes; undefined where that is none. */
export function dataAt(local: DataView, localAt: number): number | undefined {
  if (local.byteLength < 30 || local.getUint32(0, true) !== signatures.local) return undefined;
  return localAt + 30 + local.getUint16(26, true) + local.getUint16(28, true);
}

const signatures = {
  end: 0x06054b50,
  entry: 0x02014b50,
  local: 0x04034b50,
  largeEnd: 0x06064b50,
  largeLocator: 0x07064b50,
} as const;
const largeExtra = 0x0001;
const isInExtra = 0xffffffff;

function findEnd(tail: DataView): number | undefined {
  for (let at = tail.byteLength - 22; at >= Math.max(0, tail.byteLength - 22 - 0xffff); at--) {
    if (tail.getUint32(at, true) === signatures.end) return at;
  }
  return undefined;
}

/** Of an archive of 4 GiB and more. */
function largeAt(tail: DataView, end: number, tailAt: number): Directory | undefined {
  const at = u64(tail, end - 12) - tailAt;
  if (at < 0 || at + 56 > tail.byteLength || tail.getUint32(at, true) !== signatures.largeEnd) return undefined;
  return { count: u64(tail, at + 32), bytes: u64(tail, at + 40), at: u64(tail, at + 48) };
}

function entryAt(view: DataView, at: number, lengths: { nameBytes: number; extraBytes: number }): DirectoryEntry {
  const nameAt = at + 46;
  const extraAt = nameAt + lengths.nameBytes;
  const sizes = [24, 20, 42].map(offset => view.getUint32(at + offset, true));
  const large = largeSizes(view, extraAt, extraAt + lengths.extraBytes);
  const [bytes = 0, storedBytes = 0, localAt = 0] = sizes.map(size =>
    size === isInExtra ? (large.shift() ?? size) : size,
  );
  return {
    name: Buffer.from(view.buffer, view.byteOffset + nameAt, lengths.nameBytes).toString('utf8'),
    method: view.getUint16(at + 10, true),
    isEncrypted: (view.getUint16(at + 8, true) & 1) === 1,
    crc: view.getUint32(at + 16, true),
    bytes,
    storedBytes,
    localAt,
  };
}

/** Of the sizes that do not fit 32 bits, in their order. */
function largeSizes(view: DataView, from: number, end: number): number[] {
  for (let at = from; at + 4 <= end; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== largeExtra) continue;
    const count = Math.min(view.getUint16(at + 2, true), end - at - 4) >> 3;
    return Array.from({ length: count }, (_, index) => u64(view, at + 4 + 8 * index));
  }
  return [];
}

function u64(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}
