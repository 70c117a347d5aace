import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TargetError } from '../errors.ts';
import { openSerialLink, type SerialOpening } from './serial-link.ts';
import type { Listener, Wire } from './serial-wire.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

const vanished = new TargetError('/dev/ttyACM0 vanished', 'c3', 'check the cable');
const wire: Wire = { write: async () => {}, pause: () => {}, resume: () => {}, close: async () => {} };

/** A port of the chip's own that vanishes while it is opened for the second time, and stays from then on. */
function flappingPort(
  isNative: boolean,
  atOpening = 2,
): { readonly opening: SerialOpening; readonly listeners: Listener[] } {
  const listeners: Listener[] = [];
  const opening: SerialOpening = {
    name: 'c3',
    isNative,
    lines: 'none',
    appearMs: 5000,
    find: async () => ({ id: 'usb-1-1-0', path: '/dev/ttyACM0' }),
    async connect(_path, listener) {
      listeners.push(listener);
      if (listeners.length === atOpening || !isNative) listener.onLoss(vanished);
      return wire;
    },
  };
  return { opening, listeners };
}

test('a port of the chip’s own that comes back, and vanishes while it is opened, is opened once more', async () => {
  const { opening, listeners } = flappingPort(true);
  await using link = await openSerialLink(opening, new AbortController().signal);
  listeners[0]?.onLoss(vanished);
  await vi.advanceTimersByTimeAsync(1000);
  expect(listeners).toHaveLength(3);
  listeners[2]?.onBytes(Uint8Array.of(7));
  for await (const bytes of link.bytes) {
    expect([...bytes]).toEqual([7]);
    break;
  }
});

test('a bridge that vanishes while it is opened is lost at once', async () => {
  const { opening, listeners } = flappingPort(false);
  await expect(openSerialLink(opening, new AbortController().signal)).rejects.toBe(vanished);
  expect(listeners).toHaveLength(1);
});

test('at its first opening a port of the chip’s own may vanish too', async () => {
  const { opening, listeners } = flappingPort(true, 1);
  const opened = openSerialLink(opening, new AbortController().signal);
  await vi.advanceTimersByTimeAsync(1000);
  await (await opened)[Symbol.asyncDispose]();
  expect(listeners).toHaveLength(2);
});
