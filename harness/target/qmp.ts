import type { Duplex } from 'node:stream';
import { TargetError } from '../errors.ts';

/** Something that QEMU says unasked. */
export interface QmpEvent {
  /** `RESET`, `SHUTDOWN`, `GUEST_PANICKED` and others. */
  readonly name: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** QEMU's own control channel. */
export interface Qmp {
  /** Resolves with what the command returns. Rejects with a TargetError where QEMU refuses it, or with what ended the channel. */
  execute(command: string): Promise<unknown>;
  /** The next event of that name that `is` accepts. */
  next(name: string, is: (data: QmpEvent['data']) => boolean): Promise<QmpEvent>;
  end(reason: unknown): void;
}

/** One line of QEMU's: its greeting, an answer to a command by its id, or an event. */
interface Line {
  readonly id?: number;
  readonly return?: unknown;
  readonly error?: { readonly class: string; readonly desc: string };
  readonly event?: string;
  readonly data?: QmpEvent['data'];
}

interface Waiting<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * A client of the QEMU Machine Protocol at the other end of `stream`: it takes the greeting, leaves the negotiation at once, and tells answers
 * by their ids from events. https://www.qemu.org/docs/master/interop/qmp-spec.html
 */
export function qmpClient(stream: Duplex, where: string, onEvent: (event: QmpEvent) => void = () => {}): Qmp {
  const commands = new Map<number, Waiting<unknown> & { readonly command: string }>();
  const awaited = new Set<Waiting<QmpEvent> & { readonly is: (event: QmpEvent) => boolean }>();
  let ended: { readonly reason: unknown } | undefined;
  let lastId = 0;
  let buffered = '';

  const execute = (command: string): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (ended) return reject(ended.reason);
      const id = ++lastId;
      commands.set(id, { command, resolve, reject });
      stream.write(`${JSON.stringify({ execute: command, id })}\n`);
    });
  const answer = ({ id = 0, return: value, error }: Line): void => {
    const asked = commands.get(id);
    commands.delete(id);
    if (!error) asked?.resolve(value);
    else asked?.reject(refused(asked.command, error, where));
  };
  const tell = (event: QmpEvent): void => {
    onEvent(event);
    for (const waiting of [...awaited].filter(({ is }) => is(event))) {
      awaited.delete(waiting);
      waiting.resolve(event);
    }
  };
  const take = (line: Line): void => {
    if (line.event !== undefined) tell({ name: line.event, data: line.data ?? {} });
    else if (line.return !== undefined || line.error) answer(line);
  };

  const end = (reason: unknown): void => {
    ended ??= { reason };
    for (const { reject } of [...commands.values(), ...awaited]) reject(ended.reason);
    commands.clear();
    awaited.clear();
  };
  stream.on('data', (data: Buffer) => {
    const lines = (buffered + data.toString('utf8')).split('\n');
    buffered = lines.pop() ?? '';
    try {
      for (const text of lines.filter(each => each.trim() !== '')) take(JSON.parse(text) as Line);
    } catch (cause) {
      end(
        new TargetError(`QEMU's control channel says what is no JSON`, where, 'see what else writes to it', { cause }),
      );
    }
  });
  execute('qmp_capabilities').catch(() => {}); // whoever asks for more hears of it

  return {
    execute,
    next: (name, is) =>
      new Promise((resolve, reject) => {
        if (ended) return reject(ended.reason);
        awaited.add({ is: event => event.name === name && is(event.data), resolve, reject });
      }),
    end,
  };
}

function refused(command: string, error: NonNullable<Line['error']>, where: string): TargetError {
  const fix = `see whether this QEMU knows \`${command}\`: it may be too old`;
  return new TargetError(`QEMU refused ${command}: ${error.desc} (${error.class})`, where, fix);
}
