import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { entryPoint } from '../entry.ts';

/** What the thread is started with. */
export interface StreamSource {
  readonly path: string;
  /** One int32: a state. */
  readonly shared: SharedArrayBuffer;
}

export const streamState = { reading: 0, paused: 1 } as const;

/** A port that a thread of its own reads. Stopping it closes what the thread has opened. */
export interface StreamReader {
  pause(): void;
  resume(): void;
  stop(): Promise<void>;
}

/**
 * Reads a device that somebody has opened and set up. Its bytes come some 50 times a second. By serialport, each of the device's packets is an
 * event of the process: 8 % of a core at 400 kB/s in 2 KiB packets, thrice what this takes, and while the process is busy for 10 ms, nobody
 * reads. Resolves when it reads; rejects when it cannot. `onEnd` is called when the system refuses a later read.
 */
export async function readByThread(
  path: string,
  { onBytes, onEnd }: { onBytes: (bytes: Uint8Array) => void; onEnd: (cause: Error) => void },
): Promise<StreamReader> {
  const shared = new SharedArrayBuffer(4);
  const state = new Int32Array(shared);
  const { url, execArgv } = entryPoint('serial-stream.worker', import.meta.url);
  const source: StreamSource = { path, shared };
  const thread = new Worker(url, { workerData: source, execArgv: [...execArgv], name: 'serial stream' });
  await once(thread, 'message');
  thread.on('message', onBytes);
  thread.on('error', onEnd);
  const change = (to: number): void => {
    Atomics.store(state, 0, to);
    Atomics.notify(state, 0);
  };
  return {
    pause: () => change(streamState.paused),
    resume: () => change(streamState.reading),
    async stop() {
      thread.off('message', onBytes);
      await thread.terminate();
    },
  };
}
