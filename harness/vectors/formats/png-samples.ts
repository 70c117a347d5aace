import type { Fail } from '../fail.ts';
import type { Values } from './numbers.ts';

/** What a PNG's header says. */
export interface PngLayout {
  readonly width: number;
  readonly height: number;
  /** Bits of a sample: 1, 2, 4, 8 or 16. */
  readonly depth: number;
  /** The colour type: 0 gray, 2 RGB, 3 palette, 4 gray and alpha, 6 RGB and alpha. */
  readonly colour: number;
  /** Samples of a pixel. */
  readonly channels: number;
  readonly isInterlaced: boolean;
}

/** Every `stepX`th pixel of every `stepY`th row, from (x, y). */
interface Pass {
  readonly x: number;
  readonly y: number;
  readonly stepX: number;
  readonly stepY: number;
  readonly columns: number;
  readonly rows: number;
  readonly rowBytes: number;
}

/** The reduced images that an interlaced PNG is made of (Adam7), or the whole one; empty passes left out. */
export function passesOf({ width, height, depth, channels, isInterlaced }: PngLayout): readonly Pass[] {
  return (isInterlaced ? adam7 : [[0, 0, 1, 1] as const])
    .map(([x, y, stepX, stepY]) => {
      const [columns, rows] = [Math.ceil((width - x) / stepX), Math.ceil((height - y) / stepY)];
      return { x, y, stepX, stepY, columns, rows, rowBytes: Math.ceil((columns * channels * depth) / 8) };
    })
    .filter(({ columns, rows }) => columns > 0 && rows > 0);
}

/** The samples [height, width, channels] of the filtered rows of all passes. Throws `fail(…)` for an unknown filter. */
export function samplesOf(rows: Uint8Array, layout: PngLayout, fail: Fail): Values {
  const { width, height, depth, channels } = layout;
  const samples = new (depth === 16 ? Uint16Array : Uint8Array)(width * height * channels);
  const pixelBytes = Math.max(1, (channels * depth) / 8);
  let at = 0;
  for (const pass of passesOf(layout)) {
    let above: Uint8Array = new Uint8Array(pass.rowBytes);
    for (let row = 0; row < pass.rows; row++, at += 1 + pass.rowBytes) {
      const line = rows.subarray(at + 1, at + 1 + pass.rowBytes);
      unfilter(rows[at] ?? 0, { line, above, pixelBytes }, fail);
      const start = (pass.y + row * pass.stepY) * width + pass.x;
      place(line, { start, step: pass.stepX, columns: pass.columns }, samples, layout);
      above = line;
    }
  }
  return samples;
}

/** Puts the samples of a line where its pixels lie: every `step`th pixel from `start`. */
function place(
  line: Uint8Array,
  { start, step, columns }: { readonly start: number; readonly step: number; readonly columns: number },
  samples: Uint8Array | Uint16Array,
  { channels, depth }: PngLayout,
): void {
  if (depth === 8 && step === 1) return samples.set(line, start * channels);
  for (let column = 0, sample = 0; column < columns; column++) {
    const to = (start + column * step) * channels;
    for (let channel = 0; channel < channels; channel++) samples[to + channel] = unpack(line, sample++, depth);
  }
}

const adam7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

interface FilteredLine {
  readonly line: Uint8Array;
  /** The line above, unfiltered; zeros for the first of a pass. */
  readonly above: Uint8Array;
  readonly pixelBytes: number;
}

/** Adds to each byte what its filter predicted from the bytes left (a), above (b) and above left (c), in place; typed arrays wrap at 256. */
function unfilter(filter: number, { line, above, pixelBytes }: FilteredLine, fail: Fail): void {
  const predict = predictors[filter];
  if (!predict) throw fail(`is a damaged PNG: a row has the filter ${filter}`, 'save or copy it again');
  if (filter === 0) return;
  const first = Math.min(pixelBytes, line.length); // the bytes without any left of them
  for (let at = 0; at < first; at++) line[at] = (line[at] ?? 0) + predict(0, above[at] ?? 0, 0);
  for (let at = first; at < line.length; at++) {
    const left = at - pixelBytes;
    line[at] = (line[at] ?? 0) + predict(line[left] ?? 0, above[at] ?? 0, above[left] ?? 0);
  }
}

const predictors: readonly ((a: number, b: number, c: number) => number)[] = [
  () => 0,
  a => a,
  (_, b) => b,
  (a, b) => (a + b) >> 1,
  paeth,
];

function paeth(a: number, b: number, c: number): number {
  const [toA, toB, toC] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
  if (toA <= toB && toA <= toC) return a;
  return toB <= toC ? b : c;
}

/** Samples are packed from the high bits down; 16 bits have the high byte first. */
function unpack(line: Uint8Array, index: number, depth: number): number {
  if (depth === 8) return line[index] ?? 0;
  if (depth === 16) return (line[2 * index] ?? 0) * 256 + (line[2 * index + 1] ?? 0);
  const bit = index * depth;
  return ((line[bit >> 3] ?? 0) >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
}
