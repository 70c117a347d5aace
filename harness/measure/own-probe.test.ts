import { expect, test } from 'vitest';
import { ownProbeOf } from './own-probe.ts';

function probeAt(vendorId: string, productId: string, serial?: string) {
  const usb = { vendorId, productId, ...(serial !== undefined && { serial }) };
  return ownProbeOf({ id: 'usb-1-1.4-0', path: '/dev/ttyACM0', usb });
}

test.each([
  ['0483', '374b', 'st-link'],
  ['0483', '3754', 'st-link'],
  ['1366', '1061', 'j-link'],
  ['0d28', '0204', 'cmsis-dap'],
  ['2e8a', '000c', 'cmsis-dap'],
] as const)('the port of %s:%s is a debug probe’s own: %s', (vendorId, productId, kind) => {
  expect(probeAt(vendorId, productId, '066CFF')).toEqual({ kind, vendorId, productId, serial: '066CFF' });
});

test.each([
  ['0483', '5740'],
  ['2e8a', '000a'],
  ['10c4', 'ea60'],
])('the port of %s:%s, a chip’s own or a bridge, is no probe’s', (vendorId, productId) => {
  expect(probeAt(vendorId, productId, '066CFF')).toBeUndefined();
});

test('a probe without a number that can be read is not named by it', () => {
  expect(probeAt('0483', '374b')).toBeUndefined();
  expect(probeAt('0483', '3748', 'Q\u00ffl\u0006I')).toBeUndefined();
  expect(probeAt('0483', '3748', ' ')).toBeUndefined();
  expect(ownProbeOf({ id: 'net', path: 'tcp://h:1' })).toBeUndefined();
});
