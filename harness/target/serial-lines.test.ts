import { afterEach, expect, test, vi } from 'vitest';
import { resetByLines } from './serial-lines.ts';
import type { Lines, Wire } from './serial-wire.ts';

afterEach(() => {
  vi.useRealTimers();
});

const { signal } = new AbortController();

const nowMs = () => Math.round(performance.now());

/** A wire that notes when what is done to it. */
function noting(steps: string[], why?: string): Wire {
  return {
    write: async () => {},
    async setLines({ dtr, rts }: Lines) {
      steps.push(`${nowMs()} ms DTR ${dtr} RTS ${rts}`);
      return why;
    },
    purge: async () => void steps.push(`${nowMs()} ms purge`),
    pause: () => {},
    resume: () => {},
    close: async () => {},
  };
}

async function stepsOf(use: 'esp32' | 'esp32-usb-jtag', why?: string): Promise<{ steps: string[]; result: unknown }> {
  vi.useFakeTimers({ now: 0, toFake: ['setTimeout', 'performance'] });
  const steps: string[] = [];
  const resetting = resetByLines(noting(steps, why), use, { onHeld: () => steps.push('held'), signal });
  await vi.advanceTimersByTimeAsync(1000);
  return { steps, result: await resetting };
}

test('an ESP32 is held in reset, what came before is dropped, and then it is let go, with GPIO0 high throughout', async () => {
  const { steps, result } = await stepsOf('esp32');
  expect(result).toBeUndefined();
  expect(steps).toEqual(['0 ms DTR false RTS true', '100 ms purge', 'held', '100 ms DTR false RTS false']);
});

test('the chip’s own USB-Serial-JTAG forgets the boot loader first, and is held longer', async () => {
  const { steps } = await stepsOf('esp32-usb-jtag');
  expect(steps).toEqual([
    '0 ms DTR false RTS false',
    '0 ms DTR false RTS true',
    '200 ms purge',
    'held',
    '200 ms DTR false RTS false',
  ]);
});

test('lines that do not move drop nothing, and are left off', async () => {
  const { steps, result } = await stepsOf('esp32', 'it has none');
  expect(result).toBe('it has none');
  expect(steps).toEqual(['0 ms DTR false RTS true', '0 ms DTR false RTS false']);
});

test('a raw connection has no lines', async () => {
  const wire: Partial<Wire> = noting([]);
  delete wire.setLines;
  expect(await resetByLines(wire as Wire, 'esp32', { onHeld: () => {}, signal })).toBe('a raw connection has no lines');
});
