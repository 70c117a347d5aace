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
import { withModel } from '../../harness/suite/suite.ts';
import type { Link, Target } from '../../harness/target/port.ts';

/** Shares of wall time [0…1] that are not emulation: of the whole case, and of what follows the first byte that the DUT sends. */
export interface Overhead {
  readonly whole: number;
  readonly started: number;
}

/**
 * Measures a case as the broker does, and gives what of it is not emulation. Emulation is from a request to compute (INFER, PREPARE, PROVE)
 * until the last byte of its answer: the wake-ups on both sides are in it, some 0.1 ms each time. Everything else is not.
 */
export async function overheadOf(planned: PlannedCase, folder: string): Promise<Overhead> {
  const { board } = planned;
  const suite = withModel(planned.suite);
  const { signal } = new AbortController();
  const inputs = loadCaseInputs(suite);
  const watch = stopwatch();
  using recorder = createRecorder(join(folder, 'recording'), () => performance.now());
  const job = {
    suite,
    target: watched(await targetFor(board, signal), watch),
    protocol: await protocolFor(board.protocol),
    image: readImage(planned, inputs),
    model: inputs.model,
    inputs: inputs.vectors.inputs,
    recorder,
    clock: { nowMs: () => performance.now(), nowIso: () => new Date().toISOString() },
    onProgress: () => {},
    isRequired: true,
  };
  const startMs = performance.now();
  const manifest = await measure(job, signal);
  const endMs = performance.now();
  if (manifest.outcome.status !== 'complete') throw new Error(`${planned.id}: ${manifest.outcome.reason}`);
  const emulationMs = watch.elapsedMs();
  return { whole: 1 - emulationMs / (endMs - startMs), started: 1 - emulationMs / (endMs - watch.firstMs()) };
}

/** Time from each `start` to the last `lap` after it, and when the first was. */
function stopwatch() {
  let [ms, startMs] = [0, Number.NaN];
  let [lapMs, firstMs] = [0, Number.NaN];
  const elapsedMs = () => ms + lapMs;
  return {
    start: () => ([ms, startMs, lapMs] = [elapsedMs(), performance.now(), 0]),
    lap: () => {
      const nowMs = performance.now();
      lapMs = Number.isNaN(startMs) ? 0 : nowMs - startMs;
      if (Number.isNaN(firstMs)) firstMs = nowMs;
    },
    firstMs: () => firstMs,
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
