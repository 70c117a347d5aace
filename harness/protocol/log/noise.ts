import { unprintableIn } from './line.ts';

/** Bytes that are no text, as a line at another rate gives them. */
export interface Noise {
  /** Of the first bytes, from 0 to 1. */
  readonly share: number;
  /** How many bits of ours one of theirs takes, where it takes several: they send at that part of our rate. */
  readonly slower?: number;
}

/** A log has some bytes that are none; at a wrong rate most are. */
const noisyShare = 0.3;
/** Fewer say nothing. */
const fewestBytes = 16;

/** What makes a stream's first bytes look like noise; undefined for text. */
export function noiseIn(first: Uint8Array): Noise | undefined {
  const text = new TextDecoder().decode(first).replace(/[\r\n]/g, ' ');
  const share = first.length === 0 ? 0 : unprintableIn(text) / first.length;
  if (first.length < fewestBytes || share < noisyShare) return undefined;
  const slower = bitLength(first);
  return { share, ...(slower !== undefined && { slower }) };
}

/**
 * A line that sends slower than it is read at has every bit several times. Of each byte the runs of equal bits count, from the start bit on
 * and without the last, whose end is not seen: all are whole multiples of that number.
 */
function bitLength(bytes: Uint8Array): number | undefined {
  const counts = new Map<number, number>();
  let runs = 0;
  for (const byte of bytes) {
    for (const run of runsOf(byte)) {
      counts.set(run, (counts.get(run) ?? 0) + 1);
      runs++;
    }
  }
  const shares = (multiple: number) =>
    [...counts].reduce((sum, [run, count]) => (run % multiple === 0 ? sum + count : sum), 0) / runs;
  return runs < fewestBytes ? undefined : [6, 4, 3, 2].find(multiple => shares(multiple) > 0.9);
}

function runsOf(byte: number): readonly number[] {
  const bits = [0, ...Array.from({ length: 8 }, (_, bit) => (byte >> bit) & 1)];
  const runs: number[] = [];
  let length = 0;
  for (const [index, bit] of bits.entries()) {
    if (index > 0 && bit !== bits[index - 1]) {
      runs.push(length);
      length = 0;
    }
    length++;
  }
  return runs;
}
