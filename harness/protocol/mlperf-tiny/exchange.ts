import { FirmwareFault, ProtocolError, Silent } from '../../errors.ts';
import type { Link } from '../../target/port.ts';
import type { LinkUse, Waiting } from '../port.ts';
import { hear } from './hearing.ts';
import type { Line } from './lines.ts';
import { isBootLine, isForeign, isWornOf, questionOf, ready, refusalIn, vendorIn } from './replies.ts';

/** What came after a command. `worn`: its `m-ready` had lost a byte. `silent`: none came. */
export interface Reply {
  readonly lines: readonly Line[];
  readonly end: 'ready' | 'worn' | 'silent';
  /** An end of a line was lost, or that of the reply. */
  readonly isWorn: boolean;
}

interface Asking {
  /** How long it may say nothing, after these lines of its reply. @default a short command's limit */
  readonly silenceMs?: (lines: readonly Line[]) => number;
  readonly isRepeat?: boolean;
}

/**
 * Commands and replies, one after the other: the DUT parses the buffer that it receives into, so not a byte is sent between a command
 * and the end of `m-ready`. Throws FirmwareFault where the DUT restarts once it was `introduced`.
 */
export interface Exchange {
  ask(command: string, asking?: Asking): Promise<Reply>;
  /** After a reply that could not be used: notes the loss, and finds out where host and DUT are when they may have parted. */
  mend(reply: Reply, command: string): Promise<void>;
  /** A loss that showed in what a reply says. */
  noteDamage(): void;
  /** Data bytes that a command was made to carry. */
  noteDataBytes(bytes: number): void;
  /** Whether it was seen to become ready by then, as it does after a start. */
  becameReady(withinMs: number): Promise<boolean>;
  introduced(): void;
  /** How long a short command may take. */
  shortMs(): number;
  readonly isLossy: boolean;
  /** What is outstanding, and to what line ends are held against. */
  waiting(): Waiting | undefined;
  use(): LinkUse;
  /** Bytes that came without a line end after them. */
  unendedBytes(): number;
}

/** EEMBC's runner waits as long for a first answer. */
const firstLimitMs = 2000;
/** … and on a link that loses bytes, four times the slowest answer, within these. */
const leastLimitMs = 250;
/** One slow answer of a busy machine counts for the next hundred. */
const forgetting = 0.98;
const quietMs = 60;
/** One that talks for longer is asked all the same. */
const longestQuietMs = 10_000;
/** More than a dump of the largest input has, by far. */
const mostLines = 20_000;

/** Opens an exchange on a link. */
export function openExchange(link: Link, signal: AbortSignal): Exchange {
  const heard = hear(link, signal);
  const count = { requests: 0, repeats: 0, damagedFrames: 0, lostFrames: 0 };
  let leastDataBytes = Number.POSITIVE_INFINITY;
  let slowestMs = 0;
  let asked: { readonly request: string; readonly sendings: number; readonly sinceMs: number } | undefined;
  let isIntroduced = false;
  let hasReturns = false;

  const isLossy = (): boolean => count.damagedFrames + count.lostFrames > 0;
  const shortMs = (): number =>
    isLossy() ? Math.min(Math.max(4 * slowestMs, leastLimitMs), firstLimitMs) : firstLimitMs;

  /** Lines of the protocol end as they always did, unless a byte was lost. */
  const hasLostEnd = ({ text, end }: Line): boolean => {
    const isOurs = text.startsWith('m-');
    if (isOurs && end === 'crlf') hasReturns = true;
    return end === 'cr' || end === 'cut' || (isOurs && end === 'lf' && hasReturns);
  };
  const expectNoRestart = (line: Line): void => {
    if (isIntroduced && isBootLine(line)) throw restarted(asked?.request);
  };
  /** Hears until nothing came for a while. Whatever it was, it answers nothing that is asked from now on. */
  const quiet = async (ms: number): Promise<void> => {
    const endMs = performance.now() + longestQuietMs;
    while (performance.now() < endMs) {
      const line = await heard.next(performance.now() + ms);
      if (line) expectNoRestart(line);
      else if (performance.now() - heard.lastMs() >= ms) break;
    }
    heard.takePending();
  };
  const takeStrays = async (): Promise<void> => {
    for (let line = await heard.next(0); line; line = await heard.next(0)) {
      expectNoRestart(line);
      if (isIntroduced) count.damagedFrames++;
    }
  };

  const ask = async (command: string, { silenceMs, isRepeat = false }: Asking = {}): Promise<Reply> => {
    await takeStrays();
    const sinceMs = performance.now();
    const sendings = isRepeat && asked?.request === command ? asked.sendings + 1 : 1;
    asked = { request: command, sendings, sinceMs };
    count[isRepeat ? 'repeats' : 'requests']++;
    await link.write(Buffer.from(`${command}%`, 'ascii'));

    const lines: Line[] = [];
    let isWorn = false;
    let fromMs = sinceMs;
    const ended = (end: Reply['end']): Reply => ({ lines, end, isWorn: isWorn || end !== 'ready' });
    while (lines.length < mostLines) {
      const line = await heard.next(performance.now() + (silenceMs?.(lines) ?? shortMs()));
      if (!line && silenceMs && performance.now() < fromMs + silenceMs(lines)) continue; // it has begun to speak meanwhile
      if (!line) {
        const rest = heard.takePending();
        return ended(rest === ready || isWornOf(rest, ready) ? 'worn' : 'silent');
      }
      fromMs = line.atMs;
      expectNoRestart(line);
      isWorn ||= hasLostEnd(line);
      const text = lines.length === 0 ? withoutEcho(line.text, command) : line.text;
      if (text === ready) {
        if (!silenceMs) slowestMs = Math.max(forgetting * slowestMs, line.atMs - sinceMs);
        asked = undefined;
        return ended('ready');
      }
      if (isWornOf(text, ready)) return ended('worn');
      if (text.endsWith(ready)) {
        lines.push({ ...line, text: text.slice(0, -ready.length) });
        return ended('worn');
      }
      if (text !== '') lines.push({ ...line, text });
    }
    throw new ProtocolError(
      `has said ${mostLines} lines to "${shortened(command)}" and is still talking`,
      'DUT',
      'its firmware is to print nothing of its own while it is asked: look into wire.jsonl',
    );
  };

  const resync = async (): Promise<void> => {
    for (let again = 0; again < 10; again++) {
      await quiet(Math.max(quietMs, Math.min(2 * slowestMs, leastLimitMs)));
      const { lines, end } = await ask('name', { isRepeat: true });
      if (end === 'ready' && vendorIn(lines) !== undefined && questionOf(lines) === 'name') return;
      count[end === 'silent' ? 'lostFrames' : 'damagedFrames']++;
    }
    const endless = heard.unendedBytes() > 0 ? `; ${heard.unendedBytes()} bytes came without a line end` : '';
    throw new Silent(
      `answers nothing that fits what it is asked, not even its name${endless}`,
      'DUT',
      'look into wire.jsonl: it hangs, or its line loses more than can be made good',
    );
  };

  return {
    ask,
    async mend({ lines, end }, command) {
      count[end === 'silent' || refusalIn(lines) !== undefined ? 'lostFrames' : 'damagedFrames']++;
      if (end === 'silent' || isForeign(lines, command)) await resync();
    },
    noteDamage() {
      count.damagedFrames++;
    },
    noteDataBytes(bytes) {
      leastDataBytes = Math.min(leastDataBytes, bytes);
    },
    async becameReady(withinMs) {
      const endMs = performance.now() + withinMs;
      for (let line = await heard.next(endMs); line; line = await heard.next(endMs))
        if (line.text === ready) return true;
      return false;
    },
    introduced() {
      isIntroduced = true;
    },
    shortMs,
    get isLossy() {
      return isLossy();
    },
    waiting: () =>
      asked && {
        request: `"${shortened(asked.request)}"`,
        sendings: asked.sendings,
        ms: performance.now() - asked.sinceMs,
      },
    use: () => ({ ...count, leastDataBytes: Number.isFinite(leastDataBytes) ? leastDataBytes : 0 }),
    unendedBytes: () => heard.unendedBytes(),
  };
}

/** Asks until `read` finds what it looks for in a whole reply. Throws ProtocolError, with what was heard last, after so many times. */
export async function demand<T>(
  exchange: Exchange,
  command: string,
  read: (lines: readonly Line[]) => T | undefined,
  tries = 8,
): Promise<T> {
  let last: Reply | undefined;
  for (let again = 0; again < tries; again++) {
    last = await exchange.ask(command, { isRepeat: again > 0 });
    const found = last.end === 'silent' ? undefined : read(last.lines);
    if (found !== undefined) {
      if (last.isWorn) exchange.noteDamage();
      return found;
    }
    await exchange.mend(last, command);
  }
  throw unanswered(command, last);
}

/** The last answer was none to this question, whatever was tried. */
export function unanswered(command: string, last: Reply | undefined): ProtocolError {
  const heard = last?.lines.map(({ text }) => text).slice(0, 3) ?? [];
  const other = questionOf(last?.lines ?? []);
  const isBefore = isForeign(last?.lines ?? [], command);
  const said = heard.length === 0 ? 'nothing' : JSON.stringify(heard.join('\n'));
  return new ProtocolError(
    `asked "${shortened(command)}", it says ${said}${isBefore ? `, which answers "${other}": it may answer the question before` : ''}`,
    'DUT',
    'look into wire.jsonl: it is no firmware of MLPerf Tiny, or its replies have got out of step',
  );
}

/** Some drivers, and the firmware for streaming wakewords, send back what they receive. */
function withoutEcho(text: string, command: string): string {
  if (text === `Received command: ${command}`) return '';
  return text.startsWith(`${command}%`) ? text.slice(command.length + 1) : text;
}

/** Hex says nothing to a person. */
function shortened(command: string): string {
  return command.length > 20 ? `${command.slice(0, 20)}…` : command;
}

function restarted(request: string | undefined): FirmwareFault {
  return new FirmwareFault(
    `restarted${request === undefined ? '' : ` while it was asked "${shortened(request)}"`}`,
    'DUT',
    'look at its supply, its watchdog and its stack: what it printed is in wire.jsonl',
  );
}
