import { expect, test } from 'vitest';
import { queueOf } from './queue.ts';

const many = Array.from({ length: 3000 }, (_, index) => index);

async function allOf<Thing>(things: AsyncIterable<Thing>): Promise<Thing[]> {
  const seen: Thing[] = [];
  for await (const thing of things) seen.push(thing);
  return seen;
}

test('what was pushed is read in its order, whenever it came', async () => {
  const queue = queueOf<number>();
  for (const thing of many) queue.push(thing);
  const read = allOf(queue);
  await Promise.resolve();
  queue.push(3000);
  queue.end();
  queue.push(3001); // too late
  expect(await read).toEqual([...many, 3000]);
});

test('who stops reading finds the rest when they read again', async () => {
  const queue = queueOf<number>();
  for (const thing of many) queue.push(thing);
  queue.end();
  for await (const thing of queue) if (thing === 1500) break;
  expect(await allOf(queue)).toEqual(many.slice(1501));
});

test('an error comes after all that was pushed before it, and the first end counts', async () => {
  const queue = queueOf<number>();
  queue.push(1);
  queue.end(new Error('lost'));
  queue.end();
  const seen: number[] = [];
  const read = (async () => {
    for await (const thing of queue) seen.push(thing);
  })();
  await expect(read).rejects.toThrow('lost');
  expect(seen).toEqual([1]);
});
