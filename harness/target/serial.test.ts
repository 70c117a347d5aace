import { expect, test } from 'vitest';
import { fakeMachine } from './fixtures/sysfs.ts';
import { serialTarget } from './serial.ts';

const one = { location: '1-1.4', usb: '0483:374b', serial: '066CFF49', ports: { 2: 'ttyACM0' } };
const other = { ...one, location: '1-1.3', serial: '0670FF51', ports: { 2: 'ttyACM1' } };

test('a port is gone when no port is the board’s, not when a second board makes it doubtful which', async () => {
  const machine = fakeMachine();
  const target = serialTarget({ name: 'nucleo', basis: 'silicon', port: { usb: '0483:374b' } }, machine);
  expect(await target.isPresent()).toBe(false);
  machine.plug(one);
  expect(await target.isPresent()).toBe(true);
  machine.plug(other);
  expect(await target.isPresent()).toBe(true);
  machine.unplug(one);
  machine.unplug(other);
  expect(await target.isPresent()).toBe(false);
});
