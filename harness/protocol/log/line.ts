/** One line of a log. */
export interface Line {
  /** From 1, as editors count them. */
  readonly number: number;
  /** As it came, without its end: evidence. */
  readonly text: string;
  /** Without colours and the prefixes of loggers: what patterns look at. Spaces before it stay. */
  readonly plain: string;
  /** How many bytes it had, its end aside; more than `text` shows where it was too long. */
  readonly bytes: number;
}

/** Cuts a stream of bytes into lines. Holds no more than one line, and of that no more than `keptBytes`. */
export interface LineReader {
  /** Lines that are whole with these bytes. */
  push(bytes: Uint8Array): Line[];
  /** What came after the last end of a line, where anything did. */
  end(): Line[];
  /** So far, for telling noise from text. */
  readonly seen: Seen;
}

/** What a stream was made of. */
export interface Seen {
  readonly bytes: number;
  readonly lines: number;
  /** Bytes that no text has: controls but tab, ends of lines and escape, and what is not UTF-8. Of what was kept of lines that have ended. */
  readonly unprintable: number;
}

/** A profiler's longest line has some hundreds of bytes; a pattern has to look at each whole line. */
export const keptBytes = 8 << 10;

const [tab, newline, carriageReturn, escape] = [9, 10, 13, 27];

/** A line ends with `\n`, `\r\n` or `\r` alone, as firmware likes it. What is not UTF-8 becomes U+FFFD. */
export function lineReader(): LineReader {
  const decoder = new TextDecoder();
  const kept = Buffer.alloc(keptBytes);
  let count = 0;
  let number = 0;
  let isAfterReturn = false;
  const seen = { bytes: 0, lines: 0, unprintable: 0 };

  const take = (bytes: Uint8Array): void => {
    if (count < keptBytes) kept.set(bytes.subarray(0, keptBytes - count), count);
    count += bytes.length;
  };
  const finish = (): Line => {
    const text = decoder.decode(kept.subarray(0, Math.min(count, keptBytes)));
    const line = { number: ++number, text, plain: plainText(text), bytes: count };
    seen.lines = number;
    seen.unprintable += unprintableIn(text);
    count = 0;
    return line;
  };
  return {
    seen,
    push(bytes) {
      const lines: Line[] = [];
      seen.bytes += bytes.length;
      let start = isAfterReturn && bytes[0] === newline ? 1 : 0;
      if (bytes.length > 0) isAfterReturn = false;
      while (start < bytes.length) {
        const end = endIn(bytes, start);
        take(bytes.subarray(start, end));
        if (end === bytes.length) break;
        lines.push(finish());
        const isReturn = bytes[end] === carriageReturn;
        isAfterReturn = isReturn && end + 1 === bytes.length;
        start = end + (isReturn && bytes[end + 1] === newline ? 2 : 1);
      }
      return lines;
    },
    end: () => (count > 0 ? [finish()] : []),
  };
}

function endIn(bytes: Uint8Array, start: number): number {
  for (let at = start; at < bytes.length; at++) if (bytes[at] === newline || bytes[at] === carriageReturn) return at;
  return bytes.length;
}

/** Characters that no text has. */
export function unprintableIn(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at++) if (isUnprintable(text.charCodeAt(at))) count++;
  return count;
}

function isUnprintable(code: number): boolean {
  if (code < 32) return code !== tab && code !== escape;
  return (code >= 127 && code < 160) || code === 0xfffd;
}

/** A text without ANSI escapes and without what loggers and terminals put before a line; nor what a UART sends as its chip is reset. */
export function plainText(text: string): string {
  const whole = isUnprintable(text.charCodeAt(0)) ? text.replace(unprintables, '') : text;
  let plain = whole.includes('\u001b') ? whole.replace(ansi, '') : whole;
  if (!mayHavePrefix.test(plain)) return plain;
  for (let depth = 0; depth < mostPrefixes; depth++) {
    const prefix = prefixes.map(each => each.exec(plain)?.[0].length ?? 0).find(length => length > 0);
    if (prefix === undefined) break;
    plain = plain.slice(prefix);
  }
  return plain;
}

// oxlint-disable-next-line no-control-regex -- they are what is looked for
const unprintables = /^[\0-\u0008\u000b-\u001a\u001c-\u001f\u007f-\u009f\ufffd]+/;

/** ECMA-48: control sequences, operating system commands, and escapes of two characters. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const ansi = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\^_])/g;

/** A terminal's time, an interface board and a logger may each add one. */
const mostPrefixes = 4;
const mayHavePrefix = /^[[\dA-Z<]/;

const prefixes: readonly RegExp[] = [
  /^\[dut\]: /, // MLPerf Tiny's interface board
  /^[EWIDV] \([\d:.]{1,20}\) [^:]{1,40}: /, // ESP-IDF: `I (1234) main: `
  /^\[\d\d:\d\d:\d\d\.\d{3}(?:,\d{3})?\] <(?:err|wrn|inf|dbg)> [\w.]{1,40}: /, // Zephyr: `[00:00:01.234,000] <inf> main: `
  /^\[\d{8}\] <(?:err|wrn|inf|dbg)> [\w.]{1,40}: /, // Zephyr, in cycles
  /^[EWID]: /, // Zephyr's smallest logger
  /^(?:INFO|WARN|ERROR|DEBUG|TRACE) - /, // Arm's ML evaluation kit
  /^\[(?:INFO|WARN|ERROR|DEBUG)\] /,
  /^\[?\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?\]? /, // tio, ts, idf.py monitor
  /^\[\d\d:\d\d:\d\d(?:\.\d{1,6})?\] /,
  /^\d\d:\d\d:\d\d\.\d{3} -> /, // Arduino's serial monitor
];
