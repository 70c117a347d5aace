// How much of a case is emulation: the time in which the host waits for the DUT to compute, and nobody else has anything to do.
import { join } from 'node:path';
import { measure } from '../../harness/measure/session.ts';
import { decodeFrame } from '../../harness/protocol/frame.ts';
import { kinds } from '../../harness/protocol/wire.ts';
import { createRecorder } from '../../harness/recording/recorder.ts';
import { protocolFor, targetFor } from '../../harness/runner/adapters.ts';
import { loadCaseInputs } from '../../harness/runner/case-inputs.ts';
import { readImage } from '../../harness/runner/image.ts';
import type { PlannedCase } from '../../harness/runner/plan.ts';
import type { Link, Target } from '../../harness/target/port.ts';
import { timed } from './rows.ts';

/**
 * Measures a case as the broker does, and gives the share of its wall time [0…1] that is not emulation. Emulation is from a request to compute
 * (INFER, PREPARE, PROVE) until the last byte of its answer: the wake-ups on both sides are in it, some 0.1 ms each time. Everything else is
 * not, the emulator's own start included.
 */
export async function overheadOf(planned: PlannedCase, folder: string): Promise<number> {
  const { suite, board } = planned;
  const { signal } = new AbortController();
  const inputs = loadCaseInputs(suite);
  const watch = stopwatch();
  using recorder = createRecorder(join(folder, 'recording'), () => performance.now());
  const job = {
    suite,
    target: watched(await targetFor(board, signal), watch),
    protocol: await protocolFor(board),
    image: readImage(planned, inputs),
    model: inputs.model,
    inputs: inputs.vectors.inputs,
    recorder,
    clock: { nowMs: () => performance.now(), nowIso: () => new Date().toISOString() },
    onProgress: () => {},
    isRequired: true,
  };
  const { seconds, value: manifest } = await timed(() => measure(job, signal));
  if (manifest.outcome.status !== 'complete') throw new Error(`${planned.id}: ${manifest.outcome.reason}`);
  return 1 - watch.elapsedMs() / 1000 / seconds;
}

/** Time from each `start` to the last `lap` after it. */
function stopwatch() {
  let [ms, startMs] = [0, Number.NaN];
  let lapMs = 0;
  const elapsedMs = () => ms + lapMs;
  return {
    start: () => ([ms, startMs, lapMs] = [elapsedMs(), performance.now(), 0]),
    lap: () => (lapMs = Number.isNaN(startMs) ? 0 : performance.now() - startMs),
    stop: () => ([ms, startMs, lapMs] = [elapsedMs(), Number.NaN, 0]),
    elapsedMs,
  };
}

type Stopwatch = ReturnType<typeof stopwatch>;

function watched(target: Target, watch: Stopwatch): Target {
  return { ...target, open: async (path, signal) => watchedLink(await target.open(path, signal), watch) };
}

const computing: readonly (number | undefined)[] = [kinds.infer, kinds.prepare, kinds.prove];

function watchedLink(link: Link, watch: Stopwatch): Link {
  return {
    ...link,
    bytes: lapping(link.bytes, watch),
    write(bytes) {
      if (computing.includes(decodeFrame(bytes.subarray(1, -1))?.kind)) watch.start();
      else watch.stop();
      return link.write(bytes);
    },
    [Symbol.asyncDispose]: () => link[Symbol.asyncDispose](),
  };
}

async function* lapping(bytes: AsyncIterable<Uint8Array>, watch: Stopwatch): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    watch.lap();
    yield chunk;
  }
}
