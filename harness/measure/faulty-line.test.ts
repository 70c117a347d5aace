import { expect, test } from 'vitest';
import { queueOf } from '../queue.ts';
import type { Link } from '../target/port.ts';
import { type ByteFaults, type FaultyLineOptions, faultyLine } from './faulty-line.ts';

const bytes = Uint8Array.from({ length: 5000 }, (_, at) => at & 0xff);
const faults: Partial<ByteFaults> = { drop: 1e-2, flip: 1e-2, double: 1e-2 };

/** What arrives of the bytes when they are sent in pieces of so many. */
async function arriving(pieceBytes: number, options: Partial<FaultyLineOptions> = {}): Promise<Buffer> {
  const arrived: Uint8Array[] = [];
  const link: Link = {
    bytes: queueOf<Uint8Array>(),
    write: async piece => void arrived.push(piece.slice()),
    [Symbol.asyncDispose]: async () => {},
  };
  const line = faultyLine(link, { seed: 1, toDut: faults, ...options });
  for (let at = 0; at < bytes.length; at += pieceBytes) await line.write(bytes.subarray(at, at + pieceBytes));
  await new Promise(resolve => setTimeout(resolve, 5)); // each piece is delivered in a turn of its own
  return Buffer.concat(arrived);
}

test('which bytes are befallen does not hang on the pieces that they come in', async () => {
  const whole = await arriving(bytes.length);
  expect(whole.equals(bytes)).toBe(false);
  for (const pieceBytes of [1, 7, 64]) expect(await arriving(pieceBytes)).toEqual(whole);
});

test('another seed befalls others', async () => {
  expect(await arriving(64, { seed: 2 })).not.toEqual(await arriving(64));
});

test('a quiet line does nothing until it is told to', async () => {
  expect((await arriving(64, { isQuiet: true })).equals(bytes)).toBe(true);
});

test('the back door is kept for what has no other way, once the line is disturbed', () => {
  const memory = { read: async () => new Uint8Array(), write: async () => {} };
  const link: Link = {
    bytes: queueOf<Uint8Array>(),
    write: async () => {},
    memory,
    [Symbol.asyncDispose]: async () => {},
  };
  const line = faultyLine(link, { seed: 1, isQuiet: true });
  expect(line.memory?.isLastResort).toBe(false);
  line.disturb();
  expect(line.memory?.isLastResort).toBe(true);
});
