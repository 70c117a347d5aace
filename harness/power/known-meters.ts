import type { PortInfo, UsbPort } from '../target/serial-ports.ts';
import { ppk2Usb } from './ppk2-port.ts';

/** A meter that a USB port says it is. The LPM01A shares its id with much else of ST's, and every unit has the same serial number. */
export function meterKind({ id, product }: UsbPort): 'ppk2' | 'lpm01a' | undefined {
  if (id === ppk2Usb) return 'ppk2';
  return id === '0483:5740' && product.startsWith('PowerShield') ? 'lpm01a' : undefined;
}

/** What a board file's meter is, where it names no port. */
export const meterUsb = { ppk2: ppk2Usb, lpm01a: '0483:5740' } as const;

/** Whether a port is a meter's second one, which its data do not come by. */
export function isShell({ usb }: PortInfo, all: readonly PortInfo[]): boolean {
  if (!usb || meterKind(usb) !== 'ppk2') return false;
  const { interface: number = 0, location } = usb;
  return all.some(other => other.usb?.location === location && (other.usb.interface ?? 0) < number);
}
