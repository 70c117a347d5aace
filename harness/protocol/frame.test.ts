import { expect, test } from 'vitest';
import { encodeFrame, type Frame, frameParser, type Received } from './frame.ts';

const hello: Frame = { kind: 1, sequence: 0xbeef, payload: Uint8Array.of(0, 1, 0, 255) };

test('has the layout that PROTOCOL.md gives it', () => {
  const ready = encodeFrame({ kind: 0x80, sequence: 0, payload: new Uint8Array() });
  expect([...ready]).toEqual([0, 2, 0x80, 1, 5, 0x92, 0xc2, 0x74, 0x1e, 0]);
});

test('reads frames from pieces of any length', () => {
  const random = randomNumbers(1);
  for (let round = 0; round < 100; round++) {
    const frames = Array.from({ length: 1 + (random() % 4) }, () => randomFrame(random));
    const received = receive(inPieces(join(frames.map(encodeFrame)), random));
    expect(received).toEqual(frames.map(frame => ({ kind: 'frame', frame })));
  }
});

test('finds the next frame after any noise, and gives the noise back', () => {
  const random = randomNumbers(2);
  for (let round = 0; round < 100; round++) {
    const noise = Uint8Array.from({ length: 1 + (random() % 40) }, () => 1 + (random() % 255));
    const received = receive(inPieces(join([noise, encodeFrame(hello)]), random));
    expect(received).toEqual([
      { kind: 'discarded', bytes: noise },
      { kind: 'frame', frame: hello },
    ]);
  }
});

test('never takes a frame with one bit wrong', () => {
  const bytes = encodeFrame(hello);
  for (let bit = 8; bit < (bytes.length - 1) * 8; bit++) {
    const damaged = bytes.slice();
    damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(receive([damaged]).filter(item => item.kind === 'frame')).toEqual([]);
  }
});

test('keeps the text that firmware prints between frames', () => {
  const text = Buffer.from('tensor arena: 12 KiB\r\n');
  const [printed] = receive([encodeFrame(hello), text, encodeFrame(hello)]).filter(item => item.kind === 'discarded');
  expect(printed && Buffer.from(printed.bytes).toString()).toBe('tensor arena: 12 KiB\r\n');
});

test('discards what grows beyond any frame, so that endless noise takes no endless memory', () => {
  const parse = frameParser();
  const noise = new Uint8Array(1 << 16).fill(0x55);
  const discarded = Array.from({ length: 64 }, () => [...parse(noise)]).flat();
  expect(discarded.length).toBeGreaterThan(10);
  expect(discarded.every(item => item.kind === 'discarded')).toBe(true);
  expect([...parse(encodeFrame(hello))].at(-1)).toEqual({ kind: 'frame', frame: hello });
});

function receive(pieces: readonly Uint8Array[]): Received[] {
  const parse = frameParser();
  return pieces.flatMap(piece => [...parse(piece)]).map(plain);
}

function plain(item: Received): Received {
  return item.kind === 'frame' ? item : { kind: 'discarded', bytes: new Uint8Array(item.bytes) };
}

function randomFrame(random: () => number): Frame {
  const payload = Uint8Array.from({ length: random() % 600 }, () => random() % (random() % 2 ? 256 : 2));
  return { kind: random() % 256, sequence: random() % 65_536, payload };
}

function inPieces(bytes: Uint8Array, random: () => number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let from = 0; from < bytes.length; ) {
    const end = from + 1 + (random() % 50);
    pieces.push(bytes.slice(from, end));
    from = end;
  }
  return pieces;
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** Numerical Recipes' linear congruential generator, without its poor low bits. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 8;
  };
}
