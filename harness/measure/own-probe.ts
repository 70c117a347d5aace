import type { ProbeId } from '../flash/port.ts';
import type { FoundPort } from '../target/port.ts';

/** The debug probe that a port is a side of: the one that is on that very board, or wired to it. Undefined for any other port, and for a probe without a number of its own. */
export function ownProbeOf({ usb }: FoundPort): ProbeId | undefined {
  if (usb?.serial === undefined || !isPrintable.test(usb.serial)) return undefined;
  const { vendorId, productId, serial } = usb;
  const kind = kinds.find(([, devices]) => devices.test(`${vendorId}:${productId}`.toLowerCase()))?.[0];
  return kind && { kind, vendorId, productId, serial };
}

/** Old ST-LINKs have bytes there that are no text. */
const isPrintable = /^[\x21-\x7e]+$/;

/** By vendor and product: chips have ports of their own under their makers' numbers as well (0483:5740, 2e8a:000a). */
const kinds: readonly (readonly [ProbeId['kind'], RegExp])[] = [
  ['st-link', /^0483:37[45]/],
  ['j-link', /^1366:/],
  // Arm and its licensees (DAPLink), the Raspberry Pi Debug Probe and picoprobe, Microchip EDBG and nEDBG, NXP LPC-Link2 and MCU-Link
  ['cmsis-dap', /^(0d28:0204|2e8a:000[4c]|03eb:(2111|2141|2145|2175)|1fc9:(0090|0143))$/],
];
