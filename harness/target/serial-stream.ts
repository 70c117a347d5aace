import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { entryPoint } from '../entry.ts';

/** What the thread is started with. */
export interface StreamSource {
  readonly path: string;
  /** A ring. */
  readonly shared: SharedArrayBuffer;
}

export const streamState = { reading: 0, paused: 1 } as const;

/** 10 s of the fastest stream known; a power of two, so that counters of 32 bits come round with it. */
const ringBytes = 1 << 22;
const headBytes = 16;

/** What the two threads share: a state, how many bytes were written and taken, and the bytes. */
export function streamRing(shared: SharedArrayBuffer) {
  return {
    state: new Int32Array(shared, 0, 1),
    written: new Int32Array(shared, 4, 1),
    taken: new Int32Array(shared, 8, 1),
    ring: new Uint8Array(shared, headBytes),
  };
}

/** A port that a thread of its own reads. Stopping it closes what the thread has opened. */
export interface StreamReader {
  pause(): void;
  resume(): void;
  stop(): Promise<void>;
}

const takeMs = 20;

/**
 * Reads a device that somebody has opened and set up. Its bytes come some 50 times a second. By serialport, each of the device's packets is an
 * event of the process: 8 % of a core at 400 kB/s in 2 KiB packets, thrice what this takes, and while the process is busy for 10 ms, nobody
 * reads. Resolves when it reads; rejects when it cannot. `onEnd` is called when the system refuses a later read.
 */
export async function readByThread(
  path: string,
  { onBytes, onEnd }: { onBytes: (bytes: Uint8Array) => void; onEnd: (cause: Error) => void },
): Promise<StreamReader> {
  const shared = new SharedArrayBuffer(headBytes + ringBytes);
  const { state, written, taken, ring } = streamRing(shared);
  const { url, execArgv } = entryPoint('serial-stream.worker', import.meta.url);
  const source: StreamSource = { path, shared };
  const thread = new Worker(url, { workerData: source, execArgv: [...execArgv], name: 'serial stream' });
  await once(thread, 'message');
  const takeAll = (): void => {
    const end = Atomics.load(written, 0) >>> 0;
    for (let from = Atomics.load(taken, 0) >>> 0; from !== end; ) {
      const at = from % ring.length;
      const bytes = ring.slice(at, at + ((end - from) >>> 0));
      onBytes(bytes);
      from = (from + bytes.length) >>> 0;
      Atomics.store(taken, 0, from);
    }
  };
  const taking = setInterval(takeAll, takeMs);
  thread.on('error', cause => {
    takeAll();
    onEnd(cause);
  });
  const change = (to: number): void => {
    Atomics.store(state, 0, to);
    Atomics.notify(state, 0);
  };
  return {
    pause: () => change(streamState.paused),
    resume: () => change(streamState.reading),
    async stop() {
      clearInterval(taking);
      await thread.terminate();
    },
  };
}
