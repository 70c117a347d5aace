import { expect, test } from 'vitest';
import { TargetError } from '../errors.ts';
import type { OpenMeter, PowerMeter } from './port.ts';

/** What the contract needs: a meter whose instrument is there and answers. */
export interface MeterContract {
  readonly meter: () => PowerMeter | Promise<PowerMeter>;
  /** Lines that this process holds while a meter is open. */
  readonly openResources: () => number;
}

/** Every meter passes these. */
export function testMeter({ meter, openResources }: MeterContract): void {
  const { signal } = new AbortController();
  const open = async (until = signal): Promise<OpenMeter> => (await meter()).open(until);

  test('says what it is and what its stream will be before it measures', async () => {
    await using opened = await open();
    expect(opened.facts.kind).toMatch(/^[a-z0-9]+$/);
    expect(opened.facts.title).not.toBe('');
    expect(opened.stream.rateHz).toBeGreaterThan(0);
    expect(opened.stream.unit).toBe(opened.stream.quantity === 'current' ? 'mA' : 'µJ');
  });

  test('streams from its start on, and ends after its stop', async () => {
    await using opened = await open();
    await opened.start();
    const reading = seen(opened);
    await expect.poll(reading.samples, { timeout: 10_000 }).toBeGreaterThan(opened.stream.rateHz / 10);
    await opened.stop();
    await reading.end;
    expect(reading.faults).toEqual([]);
    expect(reading.numbers()).toBe(reading.samples());
  });

  test('a stop without a start, and a second one, are harmless', async () => {
    await using opened = await open();
    await opened.stop();
    await opened.start();
    await opened.stop();
    await opened.stop();
    await seen(opened).end;
  });

  test('may start again after its stop, and after a stop of nothing', async () => {
    await using opened = await open();
    await opened.stop();
    for (let time = 0; time < 2; time++) {
      await opened.start();
      const reading = seen(opened);
      await expect.poll(reading.samples, { timeout: 10_000 }).toBeGreaterThan(0);
      await opened.stop();
      await reading.end;
      expect(reading.faults).toEqual([]);
    }
  });

  test('may be disposed while it streams, and twice; its readings end, and nothing is left open', async () => {
    const before = openResources();
    const opened = await open();
    await opened.start();
    const reading = seen(opened);
    await opened[Symbol.asyncDispose]();
    await opened[Symbol.asyncDispose]();
    await reading.end;
    expect(openResources()).toBe(before);
    await expect(opened.start()).rejects.toThrow(TargetError);
    if (opened.supply) await expect(opened.supply(true)).rejects.toThrow(TargetError);
  });

  test('may be disposed before it measures and before anybody reads', async () => {
    const before = openResources();
    const opened = await open();
    await opened[Symbol.asyncDispose]();
    await seen(opened).end;
    expect(openResources()).toBe(before);
  });

  test('may be opened again at once', async () => {
    for (let time = 0; time < 3; time++) {
      await using opened = await open();
      await opened.start();
      const reading = seen(opened);
      await expect.poll(reading.samples, { timeout: 10_000 }).toBeGreaterThan(0);
    }
  });

  test('does not open when the signal has aborted before', async () => {
    await expect(open(AbortSignal.abort(new Error('interrupted')))).rejects.toThrow('interrupted');
  });

  test('leaves nothing open when the signal aborts while it opens', async () => {
    const before = openResources();
    const abort = new AbortController();
    const opening = open(abort.signal);
    setTimeout(() => abort.abort(new Error('interrupted')), 30); // it talks with the instrument by then
    await expect(opening).rejects.toThrow('interrupted');
    expect(openResources()).toBe(before);
  });

  test('ends its readings when the signal aborts, and disposal still leaves nothing open', async () => {
    const before = openResources();
    const abort = new AbortController();
    const opened = await open(abort.signal);
    await opened.start();
    const reading = seen(opened);
    await expect.poll(reading.samples, { timeout: 10_000 }).toBeGreaterThan(0);
    abort.abort(new Error('interrupted'));
    await reading.end;
    await expect(opened.start()).rejects.toThrow('interrupted');
    await opened[Symbol.asyncDispose]();
    expect(openResources()).toBe(before);
  });

  test('gives and takes the supply of what it measures, where it can', async ({ skip }) => {
    await using opened = await open();
    skip(!opened.supply, 'it cannot, as it is set up here');
    await opened.supply?.(true);
    await opened.supply?.(false);
  });
}

/** What a reader sees of a meter's readings until they end. */
function seen(opened: OpenMeter) {
  const faults: string[] = [];
  let samples = 0;
  let numbers = 0;
  const read = async (): Promise<void> => {
    for await (const reading of opened.readings) {
      if (reading.kind === 'samples') {
        samples += reading.values.length;
        numbers += reading.values.filter(Number.isFinite).length;
        expect(reading.levels?.length ?? reading.values.length).toBe(reading.values.length);
      } else if (reading.kind === 'gap' || reading.kind === 'impossible' || reading.kind === 'saturated') {
        faults.push(reading.kind);
      }
    }
  };
  return { faults, samples: () => samples, numbers: () => numbers, end: read() };
}
