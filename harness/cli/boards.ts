import { stringify } from 'yaml';
import { thisSystem } from '../doctor/system.ts';
import { InputError } from '../errors.ts';
import { isShell, meterKind, meterUsb } from '../power/known-meters.ts';
import { boardsFrom } from '../runner/select.ts';
import type { Board, SerialPlace } from '../suite/board.ts';
import { howToGetAccess } from '../target/serial-access.ts';
import { matchesPort } from '../target/serial-find.ts';
import { type Holder, holdersOf } from '../target/serial-holders.ts';
import { type DeviceRoots, listPorts, type PortInfo, systemRoots } from '../target/serial-ports.ts';
import { say, sayJson } from './say.ts';

/** `tickmark boards`: boards and meters that are plugged in, ready to paste into a board file, and which files mean them. Opens nothing. */
export async function boards({ json }: { json?: boolean }): Promise<void> {
  const found = await plugged(serialBoards(process.cwd()), systemRoots);
  if (json) sayJson(found);
  else say(asText(found));
}

/** What is plugged in, and what is not. */
export interface Plugged {
  readonly ports: readonly PluggedPort[];
  /** Boards, and meters of boards, on a port of this machine that is not there. */
  readonly absent: SerialBoards['boards'];
  /** Why board files could not be read, where they could not: then no port is known to be a board's. */
  readonly fault: string | null;
}

interface PluggedPort extends PortInfo {
  /** Names of the board files that mean it, as the board or as its meter. */
  readonly boards: readonly string[];
  readonly meterOf: readonly string[];
  readonly heldBy: readonly Holder[];
  /** How this user comes to use the port, or null where they may. */
  readonly access: string | null;
  /** For a board file: matches this port and none of the others. */
  readonly target: { readonly kind: 'serial'; readonly port: SerialPlace['port'] };
  /** The same for a board's meter, where it is one; `shell` is the port of a meter that its data do not come by. */
  readonly meter: { readonly kind: 'ppk2' | 'lpm01a'; readonly port: SerialPlace['port'] } | 'shell' | null;
}

interface SerialBoards {
  readonly boards: readonly { readonly name: string; readonly port: SerialPlace['port'] }[];
  /** By the name of their board. */
  readonly meters: SerialBoards['boards'];
  readonly fault: string | null;
}

/** A board file with a fault must not hide what is plugged in: `tickmark check` is for that. */
function serialBoards(cwd: string): SerialBoards {
  try {
    const all = [...boardsFrom(cwd).values()];
    return { boards: all.flatMap(portOf), meters: all.flatMap(meterPortOf), fault: null };
  } catch (error) {
    if (error instanceof InputError) return { boards: [], meters: [], fault: error.message };
    throw error;
  }
}

function portOf({ name, target }: Board): SerialBoards['boards'] {
  return target.kind === 'serial' ? [{ name, port: target.port }] : [];
}

function meterPortOf({ name, meter }: Board): SerialBoards['boards'] {
  return meter?.kind === undefined ? [] : [{ name, port: meter.port ?? { usb: meterUsb[meter.kind] } }];
}

/** Looks at what is plugged in; opens nothing. */
export async function plugged({ boards: known, meters, fault }: SerialBoards, roots: DeviceRoots): Promise<Plugged> {
  const system = thisSystem();
  const ports = await listPorts(roots);
  const namesOf = (all: SerialBoards['boards'], port: PortInfo): string[] =>
    all.filter(one => matchesPort(one.port, port)).map(({ name }) => name);
  const seen = ports.map(port => ({
    ...port,
    boards: namesOf(known, port),
    meterOf: isShell(port, ports) ? [] : namesOf(meters, port),
    meter: meterDescription(port, ports),
    heldBy: holdersOf(port.path),
    access: system.isUsable(port.path) ? null : howToGetAccess(system, port.path),
    target: { kind: 'serial' as const, port: descriptionOf(port, ports) },
  }));
  const absent = [
    ...absentOf(
      known,
      seen.flatMap(port => port.boards),
    ),
    ...absentOf(
      meters,
      seen.flatMap(port => port.meterOf),
    ).map(({ name, port }) => ({ name: `the meter of ${name}`, port })),
  ];
  return { ports: seen, absent, fault };
}

function absentOf(all: SerialBoards['boards'], present: readonly string[]): SerialBoards['boards'] {
  return all.filter(({ name, port }) => port.url === undefined && !present.includes(name));
}

function meterDescription(port: PortInfo, all: readonly PortInfo[]): PluggedPort['meter'] {
  const kind = port.usb && meterKind(port.usb);
  if (kind === undefined) return null;
  if (isShell(port, all)) return 'shell';
  const { interface: _, ...description } = descriptionOf(port, all); // the driver knows which
  return { kind, port: description };
}

/** What it takes to tell a port from all others: by serial number where that is its own, so that it may move to another socket. */
function descriptionOf(port: PortInfo, all: readonly PortInfo[]): SerialPlace['port'] {
  const { path, usb } = port;
  if (!usb) return { path };
  const ofDevice = all.filter(other => other.usb?.location === usb.location);
  const withSerial = all.filter(other => other.usb?.id === usb.id && other.usb.serial === usb.serial);
  const isOwn = usb.serial !== '' && withSerial.every(other => other.usb?.location === usb.location);
  return {
    usb: usb.id,
    ...(isOwn ? { serial: usb.serial } : { location: usb.location }),
    ...(ofDevice.length > 1 && usb.interface !== undefined && { interface: usb.interface }),
  };
}

/** For a person: a port, and what is to be pasted for it, in a paragraph each. */
export function asText({ ports, absent, fault }: Plugged): string {
  const none = 'No USB serial port is plugged in. What else could be in the way: tickmark doctor';
  const blocks = ports.length === 0 ? [none] : ports.map(portText);
  if (absent.length > 0) blocks.push(`Not plugged in:\n${absent.map(absentText).join('\n')}`);
  if (fault !== null) blocks.push(`Which of them are boards is not known, as their files have faults:\n${fault}`);
  return blocks.join('\n\n');
}

function portText({
  path,
  byId,
  usb,
  boards: names,
  meterOf: metered,
  heldBy,
  access,
  target,
  meter,
}: PluggedPort): string {
  const about = usb && [
    usb.product || 'a USB device without a name',
    usb.id,
    usb.serial === '' ? 'no serial number' : `serial number ${usb.serial}`,
    `at ${usb.location}`,
    ...(usb.interface === undefined ? [] : [`interface ${usb.interface}`]),
  ];
  return [
    `${path}${about ? `  ${about.join(', ')}` : ''}`,
    ...(byId === undefined ? [] : [`  ${byId}`]),
    ...(names.length > 0 ? [`  board: ${names.join(', ')}`] : []),
    ...(metered.length > 0 ? [`  meter of: ${metered.join(', ')}`] : []),
    ...(names.length + metered.length === 0 && meter !== 'shell' ? ['  no board file means it'] : []),
    ...heldBy.map(({ name, pid }) => `  open in ${name} (process ${pid})`),
    ...(access === null ? [] : [`  this user may not use it: ${access}`]),
    meter === 'shell' ? '  a meter’s shell; its data come by its other port' : toPaste(target, meter),
  ].join('\n');
}

/** Where a pin that marks windows goes: the LPM01A sees edges on one alone. */
const markers = { ppk2: 'D0', lpm01a: 'D7' } as const;

function toPaste(target: PluggedPort['target'], meter: Exclude<PluggedPort['meter'], 'shell'>): string {
  return meter
    ? `  meter: ${yamlOf({ at: 'where it goes', ...meter, mode: 'source', marker: markers[meter.kind] })}`
    : `  target: ${yamlOf(target)}`;
}

function absentText({ name, port }: SerialBoards['boards'][number]): string {
  return `  ${name}: ${yamlOf(port)}`;
}

/** On one line, with every text quoted: a serial number may look like a number, and a product like anything. */
function yamlOf(content: object): string {
  const styles = { collectionStyle: 'flow', defaultStringType: 'QUOTE_SINGLE', defaultKeyType: 'PLAIN' } as const;
  return stringify(content, { ...styles, lineWidth: 0 }).trim();
}
