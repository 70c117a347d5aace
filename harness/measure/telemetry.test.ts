import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TargetError } from '../errors.ts';
import { queueOf } from '../queue.ts';
import { telemetryOn } from './telemetry.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

/** With time passing meanwhile. */
async function settled<T>(asked: Promise<T>): Promise<T> {
  const [outcome] = await Promise.allSettled([asked, vi.advanceTimersByTimeAsync(1200)]);
  if (outcome.status === 'rejected') throw outcome.reason;
  return outcome.value;
}

/** A wire beside a radio, and what goes over it. */
function aWire() {
  const bytes = queueOf<Uint8Array>();
  const link = { bytes, write: async () => {}, [Symbol.asyncDispose]: async () => bytes.end() };
  const telemetry = telemetryOn(link, 'the telemetry of desk', new AbortController().signal);
  return {
    bytes,
    telemetry,
    begin: () => settled(telemetry.begin()),
    end: () => settled(telemetry.end()),
    async say(text: string, afterMs: number) {
      await vi.advanceTimersByTimeAsync(afterMs);
      bytes.push(Buffer.from(text));
      await vi.advanceTimersByTimeAsync(0);
    },
    dispose: () => telemetry[Symbol.asyncDispose](),
  };
}

test('counts what comes between its begin and its end, and a message by the pause before it', async () => {
  const wire = aWire();
  await wire.say('join', 0);
  await wire.begin();
  for (const [text, afterMs] of [
    ['one', 5],
    ['-one', 30],
    ['two', 41],
    ['three', 500],
  ] as const)
    await wire.say(text, afterMs);
  expect(await wire.end()).toEqual({ bytes: 3 + 4 + 3 + 5, messages: 3 });
  await wire.dispose();
});

test('what is underway when it begins is of what was before, and at its end of what was asked', async () => {
  const wire = aWire();
  const begun = wire.telemetry.begin();
  await wire.say('warm-up', 90);
  await settled(begun);
  const ended = wire.telemetry.end();
  await wire.say('last', 90);
  expect(await settled(ended)).toEqual({ bytes: 4, messages: 1 });
});

test('a wire that carries nothing is not one of firmware that has nothing to tell', async () => {
  const wire = aWire();
  await wire.begin();
  expect(await wire.end()).toBeUndefined();
});

test.each([undefined, new TargetError('the port has vanished', 'desk', 'plug it in')])(
  'a port that is lost on the way is the rig’s fault (%s)',
  async error => {
    const wire = aWire();
    await wire.begin();
    await wire.say('half of it', 1);
    wire.bytes.end(error);
    await expect(wire.end()).rejects.toThrow(error?.what ?? 'its port was closed');
  },
);
