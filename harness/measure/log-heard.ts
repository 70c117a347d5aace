import { TargetError, WrongBoard } from '../errors.ts';
import type { LogPiece, LogReader } from '../protocol/port.ts';

/** The first and the last line of a log that say anything, for people. */
export interface HeardLines {
  readonly first: string;
  readonly last: string;
}

/** The lines of a log that people are told, with those of its next piece. */
export function withLines({ first, last }: HeardLines, { lines }: LogPiece): HeardLines {
  const said = lines.map(({ plain }) => plain.trim()).filter(text => text !== '');
  return { first: first || (said[0] ?? ''), last: said.at(-1) ?? last };
}

interface Heard {
  readonly reader: LogReader;
  readonly lines: HeardLines;
  /** Whether any line told anything. */
  readonly isKnown: boolean;
  readonly inferences: number;
  readonly baud: number | undefined;
}

/** What came of a log, as a clause. */
export function heardClause({ reader, lines: told, isKnown, inferences, baud }: Heard): string {
  const { lines, bytes } = reader.seen;
  const noise = isKnown ? undefined : reader.noise();
  if (noise) return noiseClause(noise, baud);
  if (bytes === 0) return 'nothing came';
  if (lines === 0) return `${bytes} bytes came, and no end of a line`;
  const came = `${counted(lines, 'line')} came`;
  if (!isKnown) return `${came}, none matched; the first was "${shortened(told.first)}"`;
  return `${came}, with ${counted(inferences, 'inference')} in them; the last was "${shortened(told.last)}"`;
}

/** An error of the rig's, with what to do about a log that is not as it should be. */
export function logError(what: string, where: string): TargetError {
  return new TargetError(what, where, 'look at the log; name its lines in log.metrics, and check the baud rate');
}

/** The same of text in which nothing is known: no reset makes it another. */
export function unknownLog(what: string, where: string): WrongBoard {
  return new WrongBoard(what, where, 'look at the log, and name its lines in log.metrics');
}

function noiseClause({ share, slower }: { share: number; slower?: number }, baud: number | undefined): string {
  const what = `${Math.round(100 * share)} % of what came at first is no text: it is sent at another baud rate`;
  if (slower === undefined) return `${what}, or is no log`;
  const rate = baud === undefined ? `1/${slower} of this one` : `${Math.round(baud / slower)}`;
  return `${what}, to judge by its bits at ${rate}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
