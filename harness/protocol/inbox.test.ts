import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { createInbox } from './inbox.ts';

test('leaves nothing on the signal of the run when its link has ended', async () => {
  const { signal } = new AbortController();
  const inbox = createInbox(signal);
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  inbox.end(new Error('the link ended'));
  expect(getEventListeners(signal, 'abort')).toEqual([]);
  await expect(inbox.next(0)).rejects.toThrow('the link ended');
});

test('an interruption wakes whoever waits', async () => {
  const run = new AbortController();
  const next = createInbox(run.signal).next(performance.now() + 60_000);
  run.abort(new Error('interrupted'));
  await expect(next).rejects.toThrow('interrupted');
});

test('the first end counts, and what came before it is still to be had', async () => {
  const inbox = createInbox(new AbortController().signal);
  inbox.put({ kind: 'damage' });
  inbox.end(new Error('the cable came off'));
  inbox.end(new Error('the port is closed'));
  expect(await inbox.next(0)).toEqual({ kind: 'damage' });
  await expect(inbox.next(0)).rejects.toThrow('the cable came off');
});
