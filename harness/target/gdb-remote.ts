import type { Duplex } from 'node:stream';
import type { Memory } from './port.ts';

/** QEMU takes packets of 4096 characters; a byte is two of them. */
const chunkBytes = 2032;

/**
 * The memory of a machine whose debug stub is at the other end of `stream`, in the GDB remote protocol. The machine stands still for each
 * access, and its virtual time with it. Reading or writing rejects with a RangeError where there is no memory.
 * https://sourceware.org/gdb/current/onlinedocs/gdb.html/Remote-Protocol.html
 */
export function gdbMemory(stream: Duplex): Memory & { end(reason: unknown): void } {
  const packets = packetQueue(stream);
  let last: Promise<unknown> = Promise.resolve();

  const whilePaused = <T>(access: () => Promise<T>): Promise<T> => {
    const paused = last.then(async () => {
      stream.write('\x03');
      await packets.next(); // the stop reply
      try {
        return await access();
      } finally {
        stream.write(packet('c'));
      }
    });
    last = paused.catch(() => {});
    return paused;
  };
  const ask = async (request: string): Promise<string> => {
    stream.write(packet(request));
    return packets.next();
  };

  return {
    read: (address, length) =>
      whilePaused(async () => {
        const hex: string[] = [];
        for (const { at, bytes } of chunks(length))
          hex.push(expectMemory(await ask(`m${(address + at).toString(16)},${bytes.toString(16)}`), address));
        return Buffer.from(hex.join(''), 'hex');
      }),
    write: (address, data) =>
      whilePaused(async () => {
        for (const { at, bytes } of chunks(data.length)) {
          const hex = Buffer.from(data.subarray(at, at + bytes)).toString('hex');
          expectMemory(await ask(`M${(address + at).toString(16)},${bytes.toString(16)}:${hex}`), address);
        }
      }),
    end: reason => packets.end(reason),
  };
}

function* chunks(length: number): Generator<{ at: number; bytes: number }> {
  for (let at = 0; at < length; at += chunkBytes) yield { at, bytes: Math.min(chunkBytes, length - at) };
}

function expectMemory(answer: string, address: number): string {
  if (answer.startsWith('E')) throw new RangeError(`no memory at 0x${address.toString(16)}`);
  return answer;
}

function packet(text: string): string {
  const sum = Buffer.from(text).reduce((total, byte) => (total + byte) & 0xff, 0);
  return `$${text}#${sum.toString(16).padStart(2, '0')}`;
}

interface PacketQueue {
  next(): Promise<string>;
  end(reason: unknown): void;
}

/** The packets that the stub sends, in order; each is acknowledged as it arrives. */
function packetQueue(stream: Duplex): PacketQueue {
  const arrived: string[] = [];
  let waiting: { resolve: (text: string) => void; reject: (reason: unknown) => void } | undefined;
  let ended: { readonly reason: unknown } | undefined;
  let buffered = '';

  stream.on('data', (data: Buffer) => {
    buffered += data.toString('latin1');
    for (let match = nextPacket.exec(buffered); match; match = nextPacket.exec(buffered)) {
      buffered = buffered.slice(match.index + match[0].length);
      stream.write('+');
      if (match[1]?.startsWith('F')) stream.write(packet(refusedCall));
      else arrived.push(match[1] ?? '');
    }
    const [first] = arrived;
    if (waiting && first !== undefined) {
      arrived.shift();
      waiting.resolve(first);
      waiting = undefined;
    }
  });

  return {
    next: () =>
      new Promise((resolve, reject) => {
        const first = arrived.shift();
        if (ended) reject(ended.reason);
        else if (first !== undefined) resolve(first);
        else waiting = { resolve, reject };
      }),
    end(reason) {
      ended ??= { reason };
      waiting?.reject(reason);
    },
  };
}

/** Semihosting asks the debugger for files and commands of the host: a firmware under test gets none. -1, EACCES. */
const refusedCall = 'F-1,d';

const nextPacket = /\$([^#]*)#[0-9a-f]{2}/;
