import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PortRefused } from '../errors.ts';
import { fakeMachine } from './fixtures/sysfs.ts';
import { expectAlone, expectBaud, openingError } from './serial-errors.ts';

test.each([
  ['Error: Permission denied, cannot open /nowhere', /this user may not use \/nowhere/, /let this user read and write/],
  [
    'Error: Device or resource busy, cannot open /nowhere',
    /another program has \/nowhere open/,
    /sudo fuser -v \/nowhere/,
  ],
  ['Error Resource temporarily unavailable Cannot lock port', /another program has \/nowhere open/, /end it/],
  ['Error: No such file or directory, cannot open /nowhere', /there is no \/nowhere/, /docker run --device/],
  ['Error: Inappropriate ioctl for device setting custom baud rate of 1', /is no serial port/, /tickmark boards/],
  ['Error: Input/output error, cannot open /nowhere', /did not open: Input\/output error/, /unplug it/],
])('%s', (message, what, fix) => {
  const error = openingError(new Error(message), '/nowhere', 'board');
  expect(error.message).toMatch(what);
  expect(error.fix).toMatch(fix);
  expect(error.where).toBe('board');
  expect(error.cause).toBeInstanceOf(Error);
});

test.each([115_200, 113_000, 0])('a port that runs at %i baud is taken for 115200', actual => {
  expect(() => expectBaud(actual, { baud: 115_200, where: 'board' }, '/dev/ttyUSB0')).not.toThrow();
});

test('a port that cannot do a rate is refused with both', () => {
  const refused = expect(() => expectBaud(9600, { baud: 115_200, where: 'board' }, '/dev/ttyUSB0'));
  refused.toThrow(PortRefused);
  refused.toThrow('board: /dev/ttyUSB0 cannot do 115200 baud: it would run at 9600');
});

test('a monitor that took no lock, and would read what is meant for us, is named; one on another port is none', () => {
  const { sys: proc, dev } = fakeMachine();
  for (const name of ['ttyACM0', 'ttyACM1']) writeFileSync(join(dev, name), '');
  mkdirSync(join(proc, '812', 'fd'), { recursive: true });
  writeFileSync(join(proc, '812', 'comm'), 'idf_monitor\n');
  symlinkSync(join(dev, 'ttyACM0'), join(proc, '812', 'fd/3'));
  const refused = expect(() => expectAlone(join(dev, 'ttyACM0'), 'board', proc));
  refused.toThrow(PortRefused);
  refused.toThrow(/^board: .*ttyACM0 is open in idf_monitor \(process 812\)\n {2}→ end that program/);
  expect(() => expectAlone(join(dev, 'ttyACM1'), 'board', proc)).not.toThrow();
});
