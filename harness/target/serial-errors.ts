import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { PortRefused, TargetError } from '../errors.ts';
import { howToGetAccess } from './serial-access.ts';
import { type Holder, holdersOf } from './serial-holders.ts';

/** Why a device did not open, from what serialport says: it has the system's words, and no code. */
export function openingError(cause: Error, path: string, where: string): TargetError {
  const { what, fix, isRefused } = explained(cause.message, path);
  const Kind = isRefused ? PortRefused : TargetError;
  return new Kind(what, where, fix, { cause });
}

/**
 * Who opened a port without a lock, as many serial monitors do, keeps nobody out, and takes bytes that are meant for us. What is behind a
 * pseudo-terminal may hold this end as well. Throws PortRefused.
 */
export function expectAlone(path: string, where: string, proc?: string): void {
  if (existsSync(path) && realpathSync(path).startsWith('/dev/pts/')) return;
  const holders = holdersOf(path, proc);
  if (holders.length === 0) return;
  const { what, fix } = inUse(path, holders);
  throw new PortRefused(what, where, fix);
}

/** A driver takes what its divider can make: one that is 3 % off garbles the last bits of a byte. Throws PortRefused. */
export function expectBaud(actual: number, { baud, where }: { baud: number; where: string }, port: string): void {
  if (actual === 0 || Math.abs(actual / baud - 1) <= 0.03) return; // 0: a terminal that is gone, as others will say
  const fix = 'choose a rate that it has, such as 115200, here and in the firmware';
  throw new PortRefused(`${port} cannot do ${baud} baud: it would run at ${actual}`, where, fix);
}

interface Explained {
  readonly what: string;
  readonly fix: string;
  readonly isRefused?: true;
}

function explained(message: string, path: string): Explained {
  if (/Permission denied|Operation not permitted/.test(message))
    return { what: `this user may not use ${path}`, fix: howToGetAccess(owners, path), isRefused: true };
  if (/resource busy|temporarily unavailable/i.test(message))
    return { ...inUse(path, holdersOf(path)), isRefused: true };
  if (/No such (file|device)/.test(message) && !existsSync(path))
    return {
      what: `there is no ${path}`,
      fix: 'plug the board in; in a container, hand the device over: docker run --device, or a mount of /dev',
    };
  if (/Inappropriate ioctl|Is a directory/.test(message))
    return {
      what: `${path} is no serial port`,
      fix: 'name a device, best below /dev/serial/by-id: tickmark boards',
      isRefused: true,
    };
  return { what: `${path} did not open: ${message.replace(/^Error:? /, '')}`, fix: 'unplug it and plug it in again' };
}

function inUse(path: string, holders: readonly Holder[]): { readonly what: string; readonly fix: string } {
  const by = holders.map(({ pid, name }) => `${name} (process ${pid})`).join(', ');
  return by === ''
    ? {
        what: `another program has ${path} open`,
        fix: `end it: sudo fuser -v ${path} names it; ModemManager takes every new port for some seconds`,
      }
    : { what: `${path} is open in ${by}`, fix: 'end that program, or wait for it' };
}

const owners = {
  read: (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined),
  groupOf: (path: string) => statSync(path, { throwIfNoEntry: false })?.gid,
};
