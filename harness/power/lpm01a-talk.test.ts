import { expect, test, vi } from 'vitest';
import { openTalk } from './lpm01a-talk.ts';

test('a meter that takes no bytes is not waited for: whoever closes it comes to an end', async () => {
  vi.useFakeTimers();
  try {
    const stuck = { write: () => new Promise<void>(() => {}), pause() {}, resume() {}, close: async () => {} };
    const listener = { onItem() {}, onLoss() {} };
    const talk = await openTalk({ format: 'ascii_dec', where: 'desk/meter', connect: async () => stuck }, listener);
    const refused = expect(talk.write('stop')).rejects.toThrow(/^desk\/meter: it takes no commands/);
    const asked = talk.ask('hrc', 1000);
    await vi.advanceTimersByTimeAsync(1000);
    await refused;
    expect(await asked).toBeUndefined();
  } finally {
    vi.useRealTimers();
  }
});
