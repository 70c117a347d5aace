import type { FoundPort } from '../target/port.ts';
import { findPort, matchesPort, type PortMatch } from '../target/serial-find.ts';
import { type DeviceRoots, listPorts } from '../target/serial-ports.ts';

export const ppk2Usb = '1915:c00a';

/**
 * The port of the PPK2 that is meant. Since firmware 1.2 it has a second one, a shell: its data come by that with the lower interface. Rejects with
 * PortAbsent when none is there, and with TargetError when several may be meant.
 */
export async function findPpk2(match: PortMatch, where: string, roots: DeviceRoots): Promise<FoundPort> {
  if (match.url !== undefined) return findPort(match, where, roots);
  const its = { usb: ppk2Usb, ...match };
  if (its.path !== undefined) return findPort(its, where, roots);
  const [data, ...others] = await dataInterfaces(its, roots);
  return findPort({ ...(data !== undefined && others.length === 0 && { interface: data }), ...its }, where, roots);
}

/** Those with the data, of all devices that match: one where they are alike. */
async function dataInterfaces(match: PortMatch, roots: DeviceRoots): Promise<readonly number[]> {
  const lowest = new Map<string, number>();
  for (const port of await listPorts(roots)) {
    const { location = '', interface: number } = port.usb ?? {};
    if (number === undefined || !matchesPort(match, port)) continue;
    lowest.set(location, Math.min(number, lowest.get(location) ?? number));
  }
  return [...new Set(lowest.values())];
}
