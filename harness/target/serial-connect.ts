import { addressOf } from './serial-url.ts';
import type { Listener, Wire, WireOptions } from './serial-wire.ts';

/** Opens a port that was found: a device of this machine, or one over the network. Rejects with TargetError. */
export function connectWire(
  path: string,
  options: WireOptions,
  listener: Listener,
  signal: AbortSignal,
): Promise<Wire> {
  return /^[a-z0-9]+:\/\//i.test(path) ? openUrl(path, options, listener, signal) : openDevice(path, options, listener);
}

async function openDevice(path: string, options: WireOptions, listener: Listener): Promise<Wire> {
  return (await import('./serial-tty.ts')).openTty(path, options, listener);
}

async function openUrl(url: string, options: WireOptions, listener: Listener, signal: AbortSignal): Promise<Wire> {
  const { connectTo, tcpWire } = await import('./serial-tcp.ts');
  const address = addressOf(url, options.where);
  const socket = await connectTo(address, options.where, signal);
  if (address.kind === 'tcp') return tcpWire(socket, listener, address, options.where);
  const { openRfc2217 } = await import('./serial-rfc2217.ts');
  return openRfc2217(socket, { ...address, ...options }, listener, signal);
}
