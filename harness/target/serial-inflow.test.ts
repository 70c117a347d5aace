import { expect, test } from 'vitest';
import { type Inflow, inflow, mostWaiting } from './serial-inflow.ts';

async function text(bytes: Inflow): Promise<string> {
  let all = '';
  for await (const piece of bytes) all += Buffer.from(piece).toString();
  return all;
}

test('a reader that falls behind has the line held up, and let go when it has caught up', async () => {
  const calls: string[] = [];
  const bytes = inflow({ onFull: () => calls.push('full'), onRoom: () => calls.push('room') });
  const piece = new Uint8Array(1 << 20);
  for (let pushed = 0; pushed <= mostWaiting; pushed += piece.length) bytes.push(piece);
  expect(calls).toEqual(['full']);
  bytes.end();
  await text(bytes);
  expect(calls).toEqual(['full', 'room']);
});

test('what is dropped is never read, and what comes later is read whole', async () => {
  const bytes = inflow({ onFull: () => {}, onRoom: () => {} });
  const push = (piece: string) => bytes.push(Buffer.from(piece));
  push('old');
  push('er');
  expect(bytes.drop()).toBe(5);
  expect(bytes.drop()).toBe(0);
  push('!new');
  bytes.end();
  expect(await text(bytes)).toBe('!new');
});
