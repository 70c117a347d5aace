import type { LogProtocol } from '../port.ts';
import { crashReader } from './crash.ts';
import type { Finding, Reader } from './finding.ts';
import { type Line, lineReader, type Seen } from './line.ts';
import { type Noise, noiseIn } from './noise.ts';
import { findIn } from './patterns.ts';
import { predictionReader } from './predictions.ts';
import { layerReader, profileReader } from './profile.ts';
import { arenaTableReader, stReader } from './tables.ts';
import { type LogPatterns, userPatterns } from './user.ts';

/** A piece of a log: the lines that it completes, and what they tell. */
export interface LogPiece {
  readonly lines: readonly Line[];
  readonly findings: readonly Finding[];
}

/** Reads what firmware prints, byte by byte, in bounded memory. Throws InputError for a user's pattern that does not come to an end. */
export interface LogReader {
  push(bytes: Uint8Array): LogPiece;
  /** Whatever was still open. */
  end(): LogPiece;
  readonly seen: Seen;
  /** Whether a crash's dump has begun and not ended. */
  readonly isInDump: () => boolean;
  /** What the first bytes look like where they are no text. */
  noise(): Noise | undefined;
}

/** How to hear firmware that only prints. */
export function logProtocol(): LogProtocol {
  return { kind: 'log', read: logReader };
}

/** Finds what it knows in the text of many tools, and what a suite's patterns name. */
export function logReader(patterns: LogPatterns): LogReader {
  const lines = lineReader();
  const look = userPatterns(patterns);
  const first: Uint8Array[] = [];
  const crashes = crashReader();
  const readers = [crashes, profileReader(), layerReader(), predictionReader(), arenaTableReader(), stReader()];
  const see = knownForms(crashes, readers);

  const read = (whole: readonly Line[]): Finding[] => {
    const users = look(whole);
    return whole.flatMap((line, index) => {
      const own = users[index];
      return own?.isIgnored ? [] : [...see(line), ...(own?.findings ?? [])];
    });
  };
  return {
    seen: lines.seen,
    isInDump: crashes.isOpen,
    noise: () => noiseIn(Buffer.concat(first)),
    push(bytes) {
      if (lines.seen.bytes < sampledBytes) first.push(bytes.slice(0, sampledBytes - lines.seen.bytes));
      const whole = lines.push(bytes);
      return { lines: whole, findings: read(whole) };
    },
    end() {
      const last = lines.end();
      const findings = [...read(last), ...readers.flatMap(reader => reader.close())];
      return { lines: last, findings: findings.filter(finding => !isCutFigure(finding, last)) };
    },
  };
}

/** A line that was cut off in a number or a version tells another one: without its end it has none, only what it failed by. */
function isCutFigure({ kind, line }: Finding, last: readonly Line[]): boolean {
  const isTold = ['metric', 'scores', 'operators', 'fact', 'message'].includes(kind);
  return isTold && last.some(({ number }) => number === line);
}

/** Enough to tell noise by, and at what rate it was sent. */
const sampledBytes = 4096;

/** What a line tells by itself, and in the block that it stands in. A line that a block does not know ends it; a blank one does not, and is part of a dump. */
function knownForms(crashes: Reader, readers: readonly Reader[]): (line: Line) => readonly Finding[] {
  const closeAll = (but?: Reader) => readers.flatMap(reader => (reader === but ? [] : reader.close()));
  return line => {
    if (line.plain.trim() === '') return crashes.see(line) ?? [];
    for (const reader of readers) {
      const found = reader.see(line);
      if (found) return [...closeAll(reader), ...found];
    }
    return [...closeAll(), ...(findIn(line) ?? [])];
  };
}
