/** One line that the DUT has printed, without its end. */
export interface Line {
  readonly text: string;
  /** `cr`: its line feed was lost, or never sent. `cut`: longer than any line of the protocol; the rest of it is passed over. */
  readonly end: 'crlf' | 'lf' | 'cr' | 'cut';
  /** When its last byte was heard, by `performance.now`. */
  readonly atMs: number;
}

/** Cuts what is heard into lines. Empty ones are passed over; bytes that are no UTF-8 become U+FFFD. */
export interface LineReader {
  read(bytes: Uint8Array, atMs: number): readonly Line[];
  /** What was heard of a line that has not ended yet, a carriage return left out. */
  pending(): string;
  /** Takes the line that has not ended for what it is. */
  dropPending(): void;
  /** Bytes since the last end of a line. */
  readonly unendedBytes: number;
}

/** The longest reply of the protocol, a dozen scores, has 90 characters. */
const mostBytes = 1024;

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** A reader of its own buffer, which never grows beyond the longest line. */
export function lineReader(): LineReader {
  const buffer = Buffer.alloc(mostBytes);
  let length = 0;
  let unendedBytes = 0;
  let hasReturned = false;

  const text = (): string => buffer.toString('utf8', 0, Math.min(length, mostBytes));
  const clear = (): void => {
    length = 0;
    hasReturned = false;
  };
  const ended = (end: Line['end'], atMs: number): Line[] => {
    const line = { text: text(), end, atMs };
    clear();
    unendedBytes = 0;
    return line.text === '' ? [] : [line];
  };
  const take = (byte: number, atMs: number): Line[] => {
    unendedBytes++;
    if (byte === lineFeed && length > mostBytes) {
      clear();
      unendedBytes = 0;
      return []; // the end of one that was cut
    }
    if (byte === lineFeed) return ended(hasReturned ? 'crlf' : 'lf', atMs);
    const before = hasReturned && byte !== carriageReturn && length <= mostBytes ? ended('cr', atMs) : [];
    if (byte === carriageReturn) hasReturned = true;
    else if (length < mostBytes) buffer[length++] = byte;
    else if (length === mostBytes) return [...before, { text: text(), end: 'cut', atMs: (length++, atMs) }];
    return before;
  };
  return {
    read(bytes, atMs) {
      const lines: Line[] = [];
      for (const byte of bytes) {
        const found = take(byte, atMs);
        if (found.length > 0) lines.push(...found);
      }
      return lines;
    },
    pending: () => (length > mostBytes ? '' : text()),
    dropPending: clear,
    get unendedBytes() {
      return unendedBytes;
    },
  };
}
