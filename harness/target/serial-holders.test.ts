import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fakeMachine } from './fixtures/sysfs.ts';
import { holdersOf } from './serial-holders.ts';

test('a program that has the port open is named, by whatever link the port is asked for', () => {
  const { sys: proc, dev } = fakeMachine();
  writeFileSync(join(dev, 'ttyACM0'), '');
  symlinkSync('ttyACM0', join(dev, 'by-id'));
  for (const [pid, opened] of [
    ['812', 'ttyACM0'],
    ['813', 'ttyACM1'],
    [String(process.pid), 'ttyACM0'],
  ] as const) {
    mkdirSync(join(proc, pid, 'fd'), { recursive: true });
    writeFileSync(join(proc, pid, 'comm'), 'minicom\n');
    symlinkSync(join(dev, opened), join(proc, pid, 'fd/3'));
  }
  expect(holdersOf(join(dev, 'by-id'), proc)).toEqual([{ pid: 812, name: 'minicom' }]);
  expect(holdersOf(join(dev, 'ttyACM9'), proc)).toEqual([]);
  expect(holdersOf(join(dev, 'ttyACM0'), '/nowhere')).toEqual([]);
});
