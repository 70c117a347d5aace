import { didYouMean, InputError } from '../errors.ts';

/** Where a port over the network is. */
export interface Address {
  readonly kind: 'rfc2217' | 'tcp';
  /** A name or an address; IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

const kinds = ['rfc2217', 'tcp'] as const;

/** `rfc2217://HOST:PORT` or `tcp://HOST:PORT`, and nothing else. Throws InputError. */
export function addressOf(url: string, where: string): Address {
  const fail = (what: string) =>
    new InputError(`"${url}" ${what}`, where, 'write rfc2217://HOST:PORT or tcp://HOST:PORT, such as tcp://[::1]:9090');
  const parts = URL.canParse(url) ? new URL(url) : undefined;
  if (!parts) throw fail('is no URL');
  const scheme = parts.protocol.slice(0, -1);
  const kind = kinds.find(known => known === scheme);
  if (!kind) throw fail(`begins with ${scheme}, which is no way to a port.${didYouMean(scheme, kinds)}`);
  if (parts.hostname === '') throw fail('names no host');
  if (parts.port === '' || parts.port === '0') throw fail('names no port');
  const more = [parts.username, parts.password, parts.pathname.replace(/^\/$/, ''), parts.search, parts.hash];
  if (more.some(part => part !== '')) throw fail('has more than a host and a port');
  return { kind, host: parts.hostname.replace(/^\[|\]$/g, ''), port: Number(parts.port) };
}
