import { decodeFrame } from '../protocol/frame.ts';
import { readWire, type WireLine } from '../recording/read.ts';

const keptCharacters = 64 * 1024;

/**
 * What the DUT printed beside the protocol's frames, a line each with the host's milliseconds, and what passed between in brackets.
 * What is no frame between two zeros is evidence.
 * An empty string where nothing was recorded. The end is kept when it is long.
 */
export function uartText(folder: string): string {
  const wire = readWire(folder).filter(({ trial }) => trial === undefined); // what was done to a line on demand is no evidence
  if (wire.length > 0 && !wire.some(({ dir }) => dir === 'rx')) return '[the host sent, and heard nothing]';
  const lines = [...linesOf(wire)].join('\n');
  if (lines.length <= keptCharacters) return lines;
  const kept = lines.slice(lines.indexOf('\n', lines.length - keptCharacters) + 1);
  return `[${lines.length - kept.length} characters before this are in the recording's wire.jsonl]\n${kept}`;
}

function* linesOf(wire: readonly WireLine[]): Generator<string> {
  const frames = { count: 0, bytes: 0, firstMs: 0 };
  for (const stretch of stretchesOf(wire)) {
    if (decodeFrame(stretch.bytes)) {
      if (frames.count++ === 0) frames.firstMs = stretch.startsMs[0] ?? 0;
      frames.bytes += stretch.bytes.length;
      continue;
    }
    if (frames.count > 0) yield framesLine(frames);
    frames.count = frames.bytes = 0;
    for (const [at, line] of printable(stretch.bytes).split('\n').entries()) {
      if (line.trim()) yield `${stamp(stretch.startsMs[at] ?? 0)} ${line}`;
    }
  }
  if (frames.count > 0) yield framesLine(frames);
}

/** The received bytes between two zeros, and when the first byte of each line of them came: firmware without frames sends no zero at all. */
interface Stretch {
  readonly bytes: Uint8Array;
  readonly startsMs: readonly number[];
}

function* stretchesOf(wire: readonly WireLine[]): Generator<Stretch> {
  let pending: number[] = [];
  let startsMs: number[] = [];
  for (const line of wire) {
    if (line.dir !== 'rx') continue;
    for (const byte of Buffer.from(line.data, 'base64')) {
      if (byte !== 0) {
        if (pending.length === 0 || pending.at(-1) === newline) startsMs.push(line.ms);
        pending.push(byte);
      } else if (pending.length > 0) {
        yield { startsMs, bytes: Uint8Array.from(pending) };
        pending = [];
        startsMs = [];
      }
    }
  }
  if (pending.length > 0) yield { startsMs, bytes: Uint8Array.from(pending) };
}

const newline = 0x0a;

function printable(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes).replaceAll('\r\n', '\n');
  return text.replace(/(?![\n\t])\p{Cc}/gu, byte => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

function framesLine(frames: { count: number; bytes: number; firstMs: number }): string {
  return `${stamp(frames.firstMs)} [${frames.count} ${frames.count === 1 ? 'frame' : 'frames'}, ${frames.bytes} bytes]`;
}

function stamp(ms: number): string {
  return `${ms.toFixed(1).padStart(10)} ms`;
}
