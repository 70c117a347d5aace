import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { timeLimit } from './time-limit.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

const late = () => new Error('late');
const never = new AbortController().signal;

test('aborts once its time has passed', () => {
  using limit = timeLimit(1000, late, never);
  vi.advanceTimersByTime(999);
  expect(limit.signal.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  expect(limit.signal.reason).toEqual(new Error('late'));
});

test('stands still while it is paused, and goes on with what was left', () => {
  using limit = timeLimit(1000, late, never);
  vi.advanceTimersByTime(600);
  limit.pause();
  vi.advanceTimersByTime(60_000);
  limit.resume();
  limit.resume();
  vi.advanceTimersByTime(399);
  expect(limit.signal.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  expect(limit.signal.aborted).toBe(true);
});

test('an interruption comes through at any time', () => {
  const interrupt = new AbortController();
  using limit = timeLimit(1000, late, interrupt.signal);
  limit.pause();
  interrupt.abort(new Error('Ctrl-C'));
  expect(limit.signal.reason).toEqual(new Error('Ctrl-C'));
});
