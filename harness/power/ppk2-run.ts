import type { Reading } from '../recording/trace.ts';
import { inflow } from '../target/serial-inflow.ts';
import { type DroppedBlocks, watchBlocks } from './dropped-blocks.ts';
import type { Ppk2Samples } from './ppk2-samples.ts';

/** One run of a PPK2, from its start to its stop: bytes on their way to one reader. */
export interface Ppk2Run {
  push(bytes: Uint8Array, nowMs: number): void;
  /** Ends it once all has been read; with an error, by throwing it. */
  end(error?: Error): void;
  read(samples: Ppk2Samples): AsyncIterable<Reading>;
}

/** What its firmware drops when the host is too slow, by its shell's own words (1.2.4: "Data block size = 512 samples"). */
const blockSamples = 512;
const sampleBytes = 4;

/** Calls back when more waits than a reader that keeps up ever leaves, and when there is room again. */
export function ppk2Run(options: { rateHz: number; onFull: () => void; onRoom: () => void }): Ppk2Run {
  const bytes = inflow(options);
  const watch = watchBlocks({ rateHz: options.rateHz, blockSamples });
  const dropped: { readonly afterBytes: number; readonly blocks: DroppedBlocks }[] = [];
  let pushed = 0;
  let hasEnded = false;

  const keep = (blocks: DroppedBlocks | undefined): void => {
    if (blocks) dropped.push({ afterBytes: pushed, blocks });
  };
  function* droppedBy(read: number): Generator<Reading> {
    for (let next = dropped[0]; next && next.afterBytes <= read; next = dropped[0]) {
      dropped.shift();
      yield { kind: 'gap', ...next.blocks, isLeast: true };
    }
  }
  return {
    push(more, nowMs) {
      keep(watch.take(more.length / sampleBytes, nowMs));
      pushed += more.length;
      bytes.push(more);
    },
    end(error) {
      if (!hasEnded && !error) keep(watch.end());
      hasEnded = true;
      bytes.end(error);
    },
    async *read(samples) {
      let read = 0;
      for await (const some of bytes) {
        yield* droppedBy(read);
        yield* samples.read(some);
        read += some.length;
      }
      yield* samples.end();
      yield* droppedBy(read);
    },
  };
}
