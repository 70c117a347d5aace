import type { TargetError } from '../errors.ts';
import type { Listener, Wire } from '../target/serial-wire.ts';
import { inTime } from './in-time.ts';
import { type Lpm01aFormat, type Lpm01aItem, lpm01aParser } from './lpm01a-lines.ts';

/** What a command was answered. `text` is what the meter says after `ack` or `error`, and any detail of the latter. */
export interface Answer {
  readonly isDone: boolean;
  readonly text: string;
}

/** Commands and answers, beside whatever the meter streams. */
export interface Lpm01aTalk {
  /** Sends a command. Undefined where it is not answered in that time; rejects where the port is lost. The words of an error come on a line after it. */
  ask(command: string, withinMs: number): Promise<Answer | undefined>;
  /** Rejects with TargetError where it is not taken. */
  write(command: string): Promise<void>;
  /** The first item that `pick` makes something of. Undefined where none comes in that time; rejects where the port is lost. */
  hear<Picked>(pick: (item: Lpm01aItem) => Picked | undefined, withinMs: number): Promise<Picked | undefined>;
  /** Resolves once nothing has come for so long; false where that is not so in the time. */
  quiet(forMs: number, withinMs: number): Promise<boolean>;
  /** Text that nobody waited for, the last first. */
  readonly said: readonly string[];
  /** Bytes so far. */
  readonly heardBytes: number;
  close(): Promise<void>;
}

/** What a talk tells of besides answers. */
export interface TalkListener {
  onItem(item: Lpm01aItem): void;
  onLoss(lost: TargetError): void;
}

interface Opening {
  readonly format: Lpm01aFormat;
  /** For errors. */
  readonly where: string;
  readonly connect: (listener: Listener) => Promise<Wire>;
}

interface Waiter {
  offer(item: Lpm01aItem): void;
  fail(error: Error): void;
}

const mostSaid = 4;

/** Opens the port. Rejects with TargetError. */
export async function openTalk({ format, where, connect }: Opening, listener: TalkListener): Promise<Lpm01aTalk> {
  const parse = lpm01aParser({ format });
  const waiters = new Set<Waiter>();
  const said: string[] = [];
  let heardBytes = 0;
  let lost: TargetError | undefined;

  const wire = await connect({
    onBytes(bytes) {
      heardBytes += bytes.length;
      for (const item of parse(bytes)) {
        if (item.kind === 'text') said.unshift(...said.splice(0, mostSaid - 1), item.text);
        for (const waiter of waiters) waiter.offer(item);
        listener.onItem(item);
      }
    },
    onLoss(error) {
      lost = error as TargetError;
      for (const waiter of waiters) waiter.fail(lost);
      listener.onLoss(lost);
    },
  });

  const hear: Lpm01aTalk['hear'] = (pick, withinMs) => {
    const heard = new Promise<ReturnType<typeof pick>>((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        waiters.delete(waiter);
      };
      const timer = setTimeout(() => {
        end();
        resolve(undefined);
      }, withinMs);
      const waiter: Waiter = {
        offer(item) {
          const picked = pick(item);
          if (picked === undefined) return;
          end();
          resolve(picked);
        },
        fail(error) {
          end();
          reject(error);
        },
      };
      if (lost) waiter.fail(lost);
      else waiters.add(waiter);
    });
    heard.catch(() => {}); // whoever waited may have learnt it from something else
    return heard;
  };
  const write = (command: string): Promise<void> => inTime(wire.write(Buffer.from(`${command}\r\n`)), where);

  return {
    hear,
    write,
    said,
    get heardBytes() {
      return heardBytes;
    },
    async ask(command, withinMs) {
      let refusal: Answer | undefined;
      const answered = hear(item => {
        if (refusal) return item.kind === 'detail' ? { ...refusal, text: item.text } : undefined;
        const answer = answerTo(command, item);
        if (answer?.isDone) return answer;
        refusal = answer;
        return undefined;
      }, withinMs);
      write(command).catch(() => {}); // a lost port fails the wait
      return (await answered) ?? refusal;
    },
    async quiet(forMs, withinMs) {
      const deadlineMs = performance.now() + withinMs;
      for (let before = -1; before !== heardBytes; ) {
        if (performance.now() > deadlineMs) return false;
        before = heardBytes;
        await hear(() => undefined, forMs);
      }
      return true;
    },
    close: () => wire.close(),
  };
}

/** An answer repeats its command, or at least the first word of it: `ack version: 1.0.6`. */
function answerTo(command: string, item: Lpm01aItem): Answer | undefined {
  if (item.kind !== 'ack' && item.kind !== 'error') return undefined;
  const [word = ''] = command.split(' ');
  if (!item.text.startsWith(word)) return undefined;
  const text = item.text.startsWith(command) ? item.text.slice(command.length) : item.text.slice(word.length);
  return { isDone: item.kind === 'ack', text: text.replace(/^[: ]+/, '') };
}
