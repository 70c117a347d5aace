// The thread that reads a port which never falls silent: every few milliseconds, whatever the rest of the process does.
import { constants, openSync, readSync } from 'node:fs';
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { type StreamSource, streamState } from './serial-stream.ts';

/** A tty keeps 4 KiB for its reader, which is 10 ms of the fastest stream known; then it holds the device up. */
const restMs = 3;
const gatherMs = 20;
const gatheredBytes = 1 << 16;

const { path, shared } = workerData as StreamSource;
const state = new Int32Array(shared);
const port = openSync(path, constants.O_RDONLY | constants.O_NOCTTY | constants.O_NONBLOCK); // closed with the thread
const room = Buffer.allocUnsafeSlow(gatheredBytes);
hurry();
let used = 0;
let sentMs = performance.now();
parentPort?.postMessage(new Uint8Array()); // it reads from here on

while (true) {
  Atomics.wait(state, 0, streamState.paused);
  const count = readSome();
  used += count;
  const nowMs = performance.now();
  if (nowMs - sentMs >= gatherMs || used === room.length) {
    send();
    sentMs = nowMs;
  }
  if (count < 4095) Atomics.wait(state, 0, streamState.reading, restMs); // else there may be more: a tty hands out no more at once
}

/** Before other programs, where this user may: on Linux it is this thread's alone, which rests nearly always. */
function hurry(): void {
  try {
    if (process.platform === 'linux') setPriority(0, -15);
  } catch {
    // EACCES: as everybody else, then
  }
}

function readSome(): number {
  try {
    return readSync(port, room, used, room.length - used, null);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0;
    send();
    throw error;
  }
}

function send(): void {
  if (used === 0) return;
  const bytes = Uint8Array.prototype.slice.call(room, 0, used);
  parentPort?.postMessage(bytes, [bytes.buffer]);
  used = 0;
}
