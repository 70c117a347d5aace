import { existsSync, realpathSync } from 'node:fs';
import { PortAbsent, TargetError } from '../errors.ts';
import type { FoundPort } from './port.ts';
import { type DeviceRoots, listPorts, type PortInfo, systemRoots } from './serial-ports.ts';
import { addressOf } from './serial-url.ts';

/** How a board file describes a port: all that it names must match; a `url` stands alone. */
export interface PortMatch {
  readonly usb?: string | undefined;
  readonly serial?: string | undefined;
  readonly location?: string | undefined;
  readonly interface?: number | undefined;
  readonly path?: string | undefined;
  readonly url?: string | undefined;
}

/**
 * The one port that is meant; opens none. Throws PortAbsent when none is, with what is plugged in and what does not match, and TargetError when
 * several are, with what tells them apart. `where` is the board.
 */
export async function findPort(match: PortMatch, where: string, roots: DeviceRoots = systemRoots): Promise<FoundPort> {
  if (match.url !== undefined) return portAt(match.url, where);
  const ports = await listPorts(roots);
  if (match.path !== undefined) return portOfPath({ ...match, path: match.path }, ports, where);
  const [found, ...others] = ports.filter(port => misfits(match, port).length === 0);
  if (!found) throw noneFound(match, ports, where);
  if (others.length > 0) throw severalFound([found, ...others], where);
  return asFound(found);
}

/** Whether a description could mean this port, as far as it can be told without opening anything. */
export function matchesPort(match: PortMatch, port: PortInfo): boolean {
  if (match.url !== undefined) return false;
  return match.path === undefined ? misfits(match, port).length === 0 : realOr(match.path) === port.path;
}

function portAt(url: string, where: string): FoundPort {
  const { host, port } = addressOf(url, where);
  return { id: safe(`net-${knownHost(host)}-${port}`), path: url };
}

/** This machine has one name, whichever it is called by: two would be two locks. Other hosts are not looked up. */
function knownHost(host: string): string {
  const name = host.toLowerCase().replace(/\.$/, '');
  return /^(localhost|127\.0\.0\.1|::1|::ffff:7f00:1)$/.test(name) ? '127.0.0.1' : name;
}

/** A device that is named may be another board today: what else the description says of it is checked, where the system can tell. */
function portOfPath(match: PortMatch & { path: string }, ports: readonly PortInfo[], where: string): FoundPort {
  const { path } = match;
  if (!existsSync(path))
    throw new PortAbsent(`there is no port ${path}`, where, `${shown(ports)}; plug it in, or correct the path`);
  const real = realOr(path);
  const known = ports.find(port => port.path === real);
  if (!known) return { id: safe(`tty-${real}`), path };
  const faults = misfits(match, known);
  if (faults.length > 0)
    throw new TargetError(
      `${path} is another port: ${faults.join(', and ')}`,
      where,
      'correct `port` in its board file',
    );
  return { ...asFound(known), path };
}

/** Named for where it is plugged in: that stays when the board comes back under another number, and no two boards share it. */
function asFound({ path, usb }: PortInfo): FoundPort {
  if (!usb) return { id: safe(`tty-${path}`), path };
  const { location, serial } = usb;
  const [vendorId = '', productId = ''] = usb.id.split(':');
  return {
    id: safe(`usb-${location || path}-${usb.interface ?? 0}`),
    path,
    usb: { vendorId, productId, ...(serial !== '' && { serial }), ...(location !== '' && { location }) },
  };
}

/** It names a file of a lock. */
function safe(id: string): string {
  return id.replace(/[^A-Za-z0-9.-]+/g, '_');
}

/** What of a description a port does not have, each as a sentence's end. */
function misfits(match: PortMatch, { usb }: PortInfo): string[] {
  if (!usb) return ['is no USB device'];
  const wanted: [string, string | number | undefined, string | number | undefined][] = [
    ['USB id', match.usb, usb.id],
    ['serial number', match.serial, usb.serial],
    ['USB location', match.location, usb.location],
    ['interface', match.interface, usb.interface],
  ];
  return wanted
    .filter(([, want, has]) => want !== undefined && String(want).toLowerCase() !== String(has).toLowerCase())
    .map(([what, want, has]) => `its ${what} is ${has === '' || has === undefined ? 'blank' : has}, not ${want}`);
}

function noneFound(match: PortMatch, ports: readonly PortInfo[], where: string): PortAbsent {
  const nearest = ports
    .map(port => ({ port, faults: misfits(match, port) }))
    .sort((a, b) => a.faults.length - b.faults.length)[0];
  const isNear = nearest && nearest.faults.length < partsOf(match);
  const but = isNear ? `; the nearest is ${nearest.port.path}, but ${nearest.faults.join(', and ')}` : '';
  const fix = isNear ? 'plug it in, or correct `port`' : 'plug it in, with a cable that carries data';
  return new PortAbsent(`no port is ${describe(match)}${but}`, where, `${shown(ports)}; ${fix}`);
}

function partsOf({ usb, serial, location, interface: number }: PortMatch): number {
  return [usb, serial, location, number].filter(part => part !== undefined).length;
}

function describe({ usb, serial, location, interface: number }: PortMatch): string {
  return [
    usb !== undefined && `USB ${usb}`,
    serial !== undefined && `serial number ${serial}`,
    location !== undefined && `at ${location}`,
    number !== undefined && `interface ${number}`,
  ]
    .filter(part => part !== false)
    .join(', ');
}

function shown(ports: readonly PortInfo[]): string {
  return ports.length === 0 ? 'no USB serial port is plugged in' : `plugged in: ${ports.map(shownPort).join('; ')}`;
}

function shownPort({ path, usb }: PortInfo): string {
  if (!usb) return path;
  const serial = usb.serial === '' ? 'no serial number' : usb.serial;
  const number = usb.interface === undefined ? '' : ` interface ${usb.interface}`;
  return `${path} (${usb.id}, ${serial}, at ${usb.location}${number})`;
}

function severalFound(ports: readonly PortInfo[], where: string): TargetError {
  const devices = new Set(ports.map(({ usb }) => usb?.location)).size;
  const parts = whatTellsApart(ports, devices);
  const write = ports.map(port => `${parts.map(part => `${part}: ${port.usb?.[part]}`).join(', ')} for ${port.path}`);
  const what = devices === 1 ? `${ports.length} ports of one device match` : `${devices} devices match`;
  const fix = `add to \`port\` what tells them apart: ${write.join('; ')}`;
  return new TargetError(`${what}: ${ports.map(shownPort).join(' and ')}`, where, fix);
}

/** The serial number moves with the board, so it comes first; the location is no two devices' own. */
function whatTellsApart(ports: readonly PortInfo[], devices: number): ('serial' | 'location' | 'interface')[] {
  const serials = new Set(ports.map(({ usb }) => usb?.serial));
  const bySerial = serials.size === devices && !serials.has('');
  return [
    ...(devices > 1 ? [bySerial ? ('serial' as const) : ('location' as const)] : []),
    ...(ports.length > devices ? ['interface' as const] : []),
  ];
}

function realOr(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
