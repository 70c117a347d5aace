import { Silent } from '../../errors.ts';
import type { Link } from '../../target/port.ts';
import { hear } from './hearing.ts';
import type { Line } from './lines.ts';
import { ready } from './replies.ts';

export interface InterfaceOptions {
  /** The DUT's, which the board is set to. */
  readonly baud: number;
  /** How long DUT and board may take until they answer. */
  readonly readyMs: number;
}

/** Behind the board a command may be so long, `%` included: that of 26 bytes, which MLPerf Tiny's runner sends there. */
export const throughCommandBytes = 56;

const prefix = '[dut]: ';
/** It has written its flash and started anew by then, in the logs of published submissions. */
const answerMs = 700;
const nameMs = 3000;
const mostSettings = 5;

/**
 * A link to a DUT through MLPerf Tiny's interface board (mlcommons/tiny, benchmark/interface): what is written goes to the DUT, and what comes is the DUT's. The
 * board keeps what a DUT says unasked, such as its boot text, and takes it for the answer to the next command: every answer is then that to the
 * command before. Only its reset empties it, which `setbaud` does. Rejects with Silent where the board, or the DUT behind it, does not answer.
 */
export async function throughInterface(
  link: Link,
  { baud, readyMs }: InterfaceOptions,
  signal: AbortSignal,
): Promise<Link> {
  const heard = hear(link, signal);
  const board = { heard, write: (command: string) => link.write(Buffer.from(`${command}%`, 'ascii')) };
  const deadlineMs = performance.now() + readyMs;
  for (let setting = 0; ; setting++) {
    const isSet = await setBaud(board, baud, deadlineMs);
    if (!isSet) throw setting === 0 ? boardSilent() : dutSilent(baud);
    const named = await nameOf(board);
    if (named === 'answered') break;
    const isLate = setting + 1 >= mostSettings || performance.now() > deadlineMs;
    if (isLate) throw named === 'silent' ? dutSilent(baud) : outOfStep();
  }
  return {
    ...link,
    bytes: dutLines(heard),
    write: bytes => link.write(Buffer.concat([Buffer.from('dut '), bytes])),
    [Symbol.asyncDispose]: () => link[Symbol.asyncDispose](),
  };
}

interface Board {
  readonly heard: ReturnType<typeof hear>;
  readonly write: (command: string) => Promise<void>;
}

/** It starts anew, deaf for a while. */
async function setBaud({ heard, write }: Board, baud: number, deadlineMs: number): Promise<boolean> {
  await write(`setbaud ${baud}`);
  await linesUntil(heard, ({ text }) => text === ready, answerMs);
  do {
    await write('checkbaud');
    const lines = await linesUntil(heard, ({ text }) => text === ready, answerMs);
    if (lines.some(({ text }) => text === `baud is: ${baud}`)) return true;
  } while (performance.now() < deadlineMs);
  return false;
}

/** `other`: what the DUT said before it was asked, as it booted. */
async function nameOf({ heard, write }: Board): Promise<'answered' | 'other' | 'silent'> {
  await write('dut name');
  const lines = await linesUntil(heard, ({ text }) => text === prefix + ready, nameMs);
  if (lines.some(({ text }) => text.startsWith(`${prefix}m-name-dut-`))) return 'answered';
  return lines.some(({ text }) => text.startsWith(prefix)) ? 'other' : 'silent';
}

/** All lines up to the last one that is waited for, or as many as come in that time. */
async function linesUntil(
  heard: Board['heard'],
  isLast: (line: Line) => boolean,
  withinMs: number,
): Promise<readonly Line[]> {
  const endMs = performance.now() + withinMs;
  const lines: Line[] = [];
  for (let line = await heard.next(endMs); line; line = await heard.next(endMs)) {
    lines.push(line);
    if (isLast(line)) break;
  }
  return lines;
}

/** The board's own lines answer nobody here. */
async function* dutLines(heard: Board['heard']): AsyncGenerator<Uint8Array> {
  for (let line = await heard.next(forever); line; line = await heard.next(forever))
    if (line.text.startsWith(prefix)) yield Buffer.from(line.text.slice(prefix.length) + ends[line.end]);
}

const forever = Number.POSITIVE_INFINITY;
const ends: Readonly<Record<Line['end'], string>> = { crlf: '\r\n', lf: '\n', cr: '\r', cut: '\r\n' };

function boardSilent(): Silent {
  return new Silent(
    'the interface board does not answer',
    'interface board',
    "see whether `port` is its own, not the DUT's, and `baud` 115200; it needs an SD card in its slot to start",
  );
}

function dutSilent(baud: number): Silent {
  return new Silent(
    'the interface board answers, and the DUT behind it does not',
    'DUT',
    `see whether the DUT has its supply, runs firmware of MLPerf Tiny, and speaks at ${baud} baud; press the board's reset button, since it waits for the DUT's answer`,
  );
}

function outOfStep(): Silent {
  return new Silent(
    'what comes through the interface board answers other commands than were sent',
    'DUT',
    'see whether the DUT restarts by itself, or prints unasked: look into wire.jsonl',
  );
}
