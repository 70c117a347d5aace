// The thread that reads a port which never falls silent: every few milliseconds, whatever the rest of the process does. It shares
// a ring with it and no more, since who waits for another thread waits until that has its turn.
import { spawnSync } from 'node:child_process';
import { constants, openSync, readlinkSync, readSync } from 'node:fs';
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { type StreamSource, streamRing, streamState } from './serial-stream.ts';

/** A tty keeps 4 KiB for its reader, which is 10 ms of the fastest stream known; then it holds the device up. */
const restMs = 3;
/** A tty hands out no more at once: there may be more. */
const mostAtOnce = 4095;

const { path, shared } = workerData as StreamSource;
const { state, written, taken, ring } = streamRing(shared);
const port = openSync(path, constants.O_RDONLY | constants.O_NOCTTY | constants.O_NONBLOCK); // closed with the thread
Error.stackTraceLimit = 0; // or each read of nothing makes garbage
hurry();
parentPort?.postMessage('it reads');

while (true) {
  Atomics.wait(state, 0, streamState.paused);
  if (readSome() < mostAtOnce) Atomics.wait(state, 0, streamState.reading, restMs);
}

function readSome(): number {
  const count = Atomics.load(written, 0) >>> 0;
  const room = ring.length - ((count - Atomics.load(taken, 0)) >>> 0);
  const at = count % ring.length;
  const read = readAt(at, Math.min(room, ring.length - at));
  Atomics.store(written, 0, count + read);
  return read;
}

function readAt(at: number, most: number): number {
  try {
    return most === 0 ? 0 : readSync(port, ring, at, most, null);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0;
    throw error;
  }
}

/**
 * Before other programs, where this user may: root, CAP_SYS_NICE, or an rtprio limit. On a busy machine nobody reads for 40 to 100 ms otherwise,
 * whatever its nice value; this thread rests nearly always.
 */
function hurry(): void {
  if (process.platform !== 'linux') return;
  const thread = readlinkSync('/proc/thread-self').split('/').at(-1) ?? '';
  const isRealTime = spawnSync('chrt', ['--fifo', '--pid', '1', thread], { stdio: 'ignore' }).status === 0;
  try {
    if (!isRealTime) setPriority(0, -15); // of this thread alone, on Linux
  } catch {
    // EACCES: as everybody else, then
  }
}
