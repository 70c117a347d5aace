import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TargetError } from '../errors.ts';
import type { PowerSwitch } from '../flash/port.ts';
import type { LogProtocol } from '../protocol/port.ts';
import type { SerialTarget } from '../target/port.ts';
import { climb } from './ladder.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

const protocol: LogProtocol = { kind: 'log', read: () => Promise.reject(new Error('is not read here')) as never };

/** A board, its switch, and what became of its power. */
function powered(more: Partial<PowerSwitch> = {}) {
  const done: string[] = [];
  const target = { name: 'nucleo', isPresent: async () => done.at(-1) !== 'off' } as SerialTarget;
  const power: PowerSwitch = {
    name: 'relay',
    missing: async () => undefined,
    off: async () => void done.push('off'),
    async on(_io, signal) {
      signal.throwIfAborted();
      done.push('on');
    },
    ...more,
  };
  const gear = { target, power, hasLines: false, rungs: ['power'], bootMs: 1000 } as const;
  const cycle = (signal: AbortSignal) => climb('power', { gear, protocol, io: { log: () => {} } }, signal);
  return { done, cycle };
}

const stuck = (what: string) => () => Promise.reject(new TargetError(what, 'relay', 'mend it'));
const interrupted = new Error('interrupted');

test('a run that is interrupted while the power is taken away gives it back', async () => {
  const run = new AbortController();
  const { done, cycle } = powered({
    async off() {
      done.push('off');
      run.abort(interrupted);
      throw interrupted;
    },
  });
  await expect(cycle(run.signal)).rejects.toThrow('interrupted');
  expect(done).toEqual(['off', 'on']);
});

test('one that is interrupted while the power comes back lets it come', async () => {
  const run = new AbortController();
  const { done, cycle } = powered({
    async on(_io, signal) {
      run.abort(interrupted);
      signal.throwIfAborted();
      done.push('on');
    },
  });
  const cycled = cycle(run.signal);
  await vi.advanceTimersByTimeAsync(5000);
  await cycled;
  expect(done).toEqual(['off', 'on']);
});

test('a switch that fails may have switched: the power is given back, and its first fault told', async () => {
  const { done, cycle } = powered({ off: stuck('sticks') });
  const signal = new AbortController().signal;
  await expect(cycle(signal)).rejects.toThrow('sticks');
  expect(done).toEqual(['on']);
  await expect(powered({ off: stuck('sticks'), on: stuck('is gone') }).cycle(signal)).rejects.toThrow('sticks');
});

test('what could not be switched on again is not switched off', async () => {
  const { done, cycle } = powered({ missing: async () => 'relay is not installed: get one' });
  await expect(cycle(new AbortController().signal)).rejects.toThrow('relay is not installed');
  expect(done).toEqual([]);
});
