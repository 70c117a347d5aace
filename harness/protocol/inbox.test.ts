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
