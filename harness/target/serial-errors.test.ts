import { expect, test } from 'vitest';
import { PortRefused } from '../errors.ts';
import { expectBaud, openingError } from './serial-errors.ts';

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
