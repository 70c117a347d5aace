import { expect, test } from 'vitest';
import { comparedMeter } from './compared-meter.ts';
import type { OpenMeter, PowerMeter } from './port.ts';

test('a meter that somebody has compared has their accuracy, and is the same otherwise', async () => {
  const supplies: boolean[] = [];
  let closed = 0;
  const opened: OpenMeter = {
    facts: { kind: 'mock', title: 'Mock', lines: [], accuracy: { percent: 10, offsetMa: 1, of: 'its maker' } },
    stream: { quantity: 'current', unit: 'mA', rateHz: 1000 },
    readings: { async *[Symbol.asyncIterator]() {} },
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    supply: isOn => Promise.resolve(void supplies.push(isOn)),
    [Symbol.asyncDispose]: () => Promise.resolve(void closed++),
  };
  const meter: PowerMeter = {
    name: 'mock',
    find: () => Promise.resolve({ id: 'mock', path: '/dev/null' }),
    open: () => Promise.resolve(opened),
  };
  const accuracy = { percent: 3, offsetMa: 0.0002, of: 'us' };
  const compared = comparedMeter(meter, accuracy);
  expect({ name: compared.name, found: await compared.find() }).toEqual({ name: 'mock', found: await meter.find() });
  {
    await using other = await compared.open(new AbortController().signal);
    expect(other.facts).toEqual({ ...opened.facts, accuracy });
    expect([other.stream, other.readings]).toEqual([opened.stream, opened.readings]);
    await other.supply?.(true);
    expect(supplies).toEqual([true]);
  }
  expect(closed).toBe(1);
});
