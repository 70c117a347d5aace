import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { pause } from './pause.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a pause ends with its time, or with the reason that it is cut off for, and leaves no timer', async () => {
  const stop = new AbortController();
  const whole = pause(1000, stop.signal);
  await vi.advanceTimersByTimeAsync(1000);
  await whole;
  const cut = pause(1000, stop.signal);
  stop.abort(new Error('Ctrl-C'));
  await expect(cut).rejects.toThrow('Ctrl-C');
  await expect(pause(1000, stop.signal)).rejects.toThrow('Ctrl-C');
  expect(vi.getTimerCount()).toBe(0);
});
