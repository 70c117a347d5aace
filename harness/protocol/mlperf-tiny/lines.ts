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
  /** Takes away what was heard of a line that has not ended. */
  takePending(): string;
  /** Bytes since the last end of a line. */
  readonly unendedBytes: number;
}

/** The longest reply of the protocol, a dozen scores, has 90 characters. */
const mostBytes = 1024;

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** A reader whose buffer never grows beyond the longest line. */
export function lineReader(): LineReader {
  const buffer = Buffer.alloc(mostBytes);
  let length = 0;
  let unendedBytes = 0;
  let hasReturned = false;
  let isCut = false;

  const takePending = (): string => {
    const text = isCut ? '' : buffer.toString('utf8', 0, length);
    length = 0;
    hasReturned = false;
    isCut = false;
    return text;
  };
  return {
    takePending,
    read(bytes, atMs) {
      const lines: Line[] = [];
      const end = (how: Line['end']): void => {
        const text = takePending();
        if (text !== '') lines.push({ text, end: how, atMs });
      };
      for (const byte of bytes) {
        unendedBytes++;
        if (byte === lineFeed) {
          end(hasReturned ? 'crlf' : 'lf');
          unendedBytes = 0;
          continue;
        }
        if (hasReturned && byte !== carriageReturn) end('cr');
        if (byte === carriageReturn) hasReturned = true;
        else if (length < mostBytes) buffer[length++] = byte;
        else if (!isCut) {
          end('cut');
          isCut = true;
        }
      }
      return lines;
    },
    get unendedBytes() {
      return unendedBytes;
    },
  };
}
