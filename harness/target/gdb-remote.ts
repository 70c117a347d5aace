import type { Duplex } from 'node:stream';
import { TargetError } from '../errors.ts';
import type { Memory } from './port.ts';

/** QEMU takes packets of 4096 characters; a byte is two of them. */
const chunkBytes = 2032;

/**
 * The memory of a machine whose debug stub is at the other end of `stream`, in the GDB remote protocol. The machine stands still for each
 * access, and its virtual time with it. Rejects with a TargetError at `where` for what the stub does not do.
 * https://sourceware.org/gdb/current/onlinedocs/gdb.html/Remote-Protocol.html
 */
export function gdbMemory(stream: Duplex, where: string): Memory & { end(reason: unknown): void } {
  const packets = packetQueue(stream);
  let last: Promise<unknown> = Promise.resolve();

  const whilePaused = <T>(access: () => Promise<T>): Promise<T> => {
    const paused = last.then(async () => {
      const stopped = packets.stop(); // the first request goes with it: two wake-ups of the emulator instead of four
      try {
        return await access();
      } finally {
        await stopped;
        packets.send('c');
      }
    });
    last = paused.catch(() => {});
    return paused;
  };
  const ask = async (request: string): Promise<string> => {
    packets.send(request);
    return packets.next();
  };
  const refused = (answer: string, access: string): TargetError =>
    new TargetError(`the debug stub answered "${answer}" to ${access}`, where, 'use addresses of its memory');

  return {
    read: (address, length) =>
      whilePaused(async () => {
        const read: string[] = [];
        for (const { at, bytes } of chunks(length)) {
          const place = (address + at).toString(16);
          const hex = await ask(`m${place},${bytes.toString(16)}`);
          if (hex.length !== 2 * bytes) throw refused(hex, `reading ${bytes} bytes at 0x${place}`);
          read.push(hex);
        }
        return Buffer.from(read.join(''), 'hex');
      }),
    write: (address, data) =>
      whilePaused(async () => {
        for (const { at, bytes } of chunks(data.length)) {
          const place = (address + at).toString(16);
          const hex = Buffer.from(data.subarray(at, at + bytes)).toString('hex');
          const answer = await ask(`M${place},${bytes.toString(16)}:${hex}`);
          if (answer !== 'OK') throw refused(answer, `writing ${bytes} bytes at 0x${place}`);
        }
      }),
    end: reason => packets.end(reason),
  };
}

function* chunks(length: number): Generator<{ at: number; bytes: number }> {
  for (let at = 0; at < length; at += chunkBytes) yield { at, bytes: Math.min(chunkBytes, length - at) };
}

function packet(text: string): string {
  const sum = Buffer.from(text).reduce((total, byte) => (total + byte) & 0xff, 0);
  return `$${text}#${sum.toString(16).padStart(2, '0')}`;
}

interface PacketQueue {
  send(text: string): void;
  /** The next answer to a request. */
  next(): Promise<string>;
  /** Stops the machine; resolves when it stands still. Requests may follow at once: they are carried out after it. */
  stop(): Promise<unknown>;
  end(reason: unknown): void;
}

/** The packets that the stub sends, in order; each is acknowledged with what is sent next, as every write wakes the emulator. */
function packetQueue(stream: Duplex): PacketQueue {
  const [answers, stops] = [mailbox(), mailbox()];
  let buffered = '';
  let isStopping = false;
  let owed = '';

  const write = (text: string): void => {
    stream.write(owed + text);
    owed = '';
  };
  const send = (text: string): void => write(packet(text));
  const take = (text: string): void => {
    owed += '+';
    if (text.startsWith('F')) return send(isStopping ? `${refusedCall},C` : refusedCall);
    if (!stopReply.test(text)) return answers.put(text);
    isStopping = false;
    stops.put(text);
  };

  stream.on('data', (data: Buffer) => {
    buffered += data.toString('latin1');
    for (let match = nextPacket.exec(buffered); match; match = nextPacket.exec(buffered)) {
      buffered = buffered.slice(match.index + match[0].length);
      take(match[1] ?? '');
    }
  });

  return {
    send,
    next: () => answers.next(),
    stop() {
      isStopping = true;
      write('\x03');
      return stops.next();
    },
    end(reason) {
      answers.end(reason);
      stops.end(reason);
    },
  };
}

/** Packets of one kind, for one reader. */
function mailbox() {
  const arrived: string[] = [];
  let waiting: { resolve: (text: string) => void; reject: (reason: unknown) => void } | undefined;
  let ended: { readonly reason: unknown } | undefined;
  return {
    put(text: string): void {
      if (!waiting) return void arrived.push(text);
      waiting.resolve(text);
      waiting = undefined;
    },
    next: (): Promise<string> =>
      new Promise((resolve, reject) => {
        const first = arrived.shift();
        if (ended) reject(ended.reason);
        else if (first !== undefined) resolve(first);
        else waiting = { resolve, reject };
      }),
    end(reason: unknown): void {
      ended ??= { reason };
      waiting?.reject(reason);
    },
  };
}

/**
 * Semihosting asks the debugger for files and commands of the host: a firmware under test gets none. -1, EACCES. The call has halted the
 * machine, and a break that comes then is lost: `,C` tells the stub of it, which would else go on as soon as the call is answered.
 */
const refusedCall = 'F-1,d';

/** Answers are hexadecimal, OK or E and a number. */
const stopReply = /^[TS]/;

const nextPacket = /\$([^#]*)#[0-9a-f]{2}/;
