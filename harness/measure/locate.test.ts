import { expect, test } from 'vitest';
import { FirmwareFault, InputError, NotInstalled, TargetError } from '../errors.ts';
import { located } from './locate.ts';

const functionAt = (address: number) => (address < 0x1000 ? `f+0x${address.toString(16)}` : undefined);

test('a fault keeps its kind and its advice, and says what lies at its addresses', () => {
  const fault = new FirmwareFault('the firmware faulted: HardFault pc=0x00000420 lr=0x00000031', 'DUT', 'look it up');
  const told = located(fault, functionAt);
  expect(told).toBeInstanceOf(FirmwareFault);
  expect(told).toMatchObject({
    what: 'the firmware faulted: HardFault pc=0x00000420 in f+0x420 lr=0x00000031 in f+0x31',
    where: 'DUT',
    fix: 'look it up',
    cause: fault,
  });
});

test('an address that lies in no function is left as it is', () => {
  const lost = new TargetError('the core faulted: no code there at pc=0x30000000', 'pico', 'see the log');
  expect(located(lost, functionAt)).toBe(lost);
});

test('what has its place is not given another one', () => {
  const once = located(new TargetError('the core stopped at pc=0x00000102: Lockup', 'q', 'see the log'), functionAt);
  expect(String(once)).toContain('the core stopped at pc=0x00000102 in f+0x102: Lockup');
  expect(located(once, functionAt)).toBe(once);
});

test('other errors, and images without symbols, stay as they are', () => {
  const wrong = new InputError('pc=0x00000420', 'file', 'mend it');
  const missing = new NotInstalled('not installed', 'q', 'install it');
  expect([located(wrong, functionAt), located(missing, functionAt)]).toEqual([wrong, missing]);
  const fault = new FirmwareFault('pc=0x00000420', 'DUT', 'look it up');
  expect(located(fault, undefined)).toBe(fault);
});
