import { stripVTControlCharacters } from 'node:util';
import type { BoundChild } from '../target/bound-child.ts';
import type { ToolIo } from './port.ts';
import type { KnownFailure } from './tool.ts';

/** What a tool has said so far. All of it is bounded: a tool may say more than a disk holds. */
export interface Heard {
  /** The first of the failures that it spoke of, in their order. */
  known(): KnownFailure | undefined;
  /** Whether it said that within its last lines. */
  readonly has: (what: RegExp) => boolean;
  /** The last lines, to follow a sentence. */
  quoted(): string;
  /** Takes what it left without an end of line. */
  flush(): void;
}

const keptLines = 200;
const quotedLines = 12;
const loggedLines = 2_000;
const longestLine = 500;

/** Hears both streams as one, since tools differ in which of them they complain on. */
export function hearTool({ process }: BoundChild, failures: readonly KnownFailure[], io: ToolIo): Heard {
  const last: string[] = [];
  const known = new Set<KnownFailure>();
  let count = 0;
  const take = (line: string): void => {
    count++;
    if (count <= loggedLines) io.log(line);
    if (count === loggedLines + 1) io.log('… what it says from here on is not kept');
    last.push(line);
    if (last.length > keptLines) last.shift();
    for (const failure of failures) if (failure.says.test(line)) known.add(failure);
  };
  const streams = [process.stdout, process.stderr].map(stream => {
    const lines = lineSplitter(take);
    stream?.setEncoding('utf8').on('data', lines.push);
    return lines;
  });
  return {
    known: () => failures.find(failure => known.has(failure)),
    has: what => last.some(line => what.test(line)),
    quoted: () => quoted(last.slice(-quotedLines)),
    flush: () => streams.forEach(lines => lines.flush()),
  };
}

/** Lines as a terminal leaves them: what a carriage return was written over is gone, and so are colours. Empty ones are left out. */
export function lineSplitter(take: (line: string) => void): { push: (text: string) => void; flush: () => void } {
  let begun = '';
  const give = (written: string): void => {
    const line = stripVTControlCharacters(lastWritten(written)).trimEnd();
    if (line.trim() !== '') take(line.length > longestLine ? `${line.slice(0, longestLine)}…` : line);
  };
  return {
    push(text) {
      const [first = '', ...more] = text.split('\n');
      begun = (begun + first).slice(-8 * longestLine); // a tool that never ends a line
      for (const next of more) {
        give(begun);
        begun = next.slice(-8 * longestLine);
      }
    },
    flush() {
      give(begun);
      begun = '';
    },
  };
}

function lastWritten(line: string): string {
  return line.split('\r').findLast(part => part.trim() !== '') ?? '';
}

function quoted(lines: readonly string[]): string {
  return lines.length === 0 ? ', and said nothing' : `:\n${lines.map(line => `    ${line}`).join('\n')}`;
}
