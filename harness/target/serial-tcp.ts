import { connect, type Socket } from 'node:net';
import { messageOf, PortRefused, TargetError } from '../errors.ts';
import { refusalText } from './ser2net.ts';
import type { Address } from './serial-url.ts';
import type { Listener, Wire } from './serial-wire.ts';
import { telnet } from './telnet.ts';

/** A connected socket that notices a host which is gone after some 15 s. Rejects with TargetError, or when the signal aborts. */
export async function connectTo({ host, port }: Address, where: string, signal: AbortSignal): Promise<Socket> {
  const socket = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 5000 });
  const limit = AbortSignal.any([signal, AbortSignal.timeout(connectMs)]);
  const abort = (): void => void socket.destroy(limit.reason as Error);
  limit.addEventListener('abort', abort);
  if (limit.aborted) abort();
  try {
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    socket.on('error', () => {}); // 'close' says what was lost
    return socket;
  } catch (cause) {
    signal.throwIfAborted();
    throw new TargetError(`no connection to ${host}, port ${port}: ${reasonOf(cause)}`, where, fixFor(cause), {
      cause,
    });
  } finally {
    limit.removeEventListener('abort', abort);
  }
}

const connectMs = 10_000;

/** Of a name with several addresses Node gives one error for all, without words of its own. */
function reasonOf(cause: unknown): string {
  const errors: unknown[] = cause instanceof AggregateError ? cause.errors : [cause];
  return errors.map(messageOf).join(', ');
}

function fixFor(cause: unknown): string {
  const { code } = cause as { readonly code?: string };
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'check the name of the host';
  return 'start what serves the port there (ser2net, OpenOCD, J-Link), and let firewalls pass it';
}

/**
 * A raw TCP connection: ser2net without telnet, or a debugger's RTT server, for boards without a UART. OpenOCD serves RTT with
 * `rtt setup ADDRESS SIZE "SEGGER RTT"; rtt start; rtt server start 9090 0`, J-Link with `JLinkGDBServer -RTTTelnetPort 19021` (its banner
 * comes as bytes, before the firmware's). Has no baud rate and no lines of its own.
 */
export function tcpWire(socket: Socket, listener: Listener, { host, port }: Address, where: string): Wire {
  const held = refusalText();
  let isClosed = false;
  const take = (bytes: Uint8Array): void => {
    if (bytes.length > 0 && !isClosed) listener.onBytes(bytes);
  };
  const stopHolding = setTimeout(() => take(held.release()), refusalMs).unref();
  socket.once('data', bytes => {
    if (!isTelnet(bytes)) return;
    isClosed = true;
    socket.destroy();
    listener.onLoss(new PortRefused('the server speaks telnet', where, `write rfc2217://${host}:${port}`));
  });
  socket.on('data', bytes => take(held.pass(bytes)));
  socket.once('close', () => {
    clearTimeout(stopHolding);
    const refused = held.refusal(where);
    if (!refused) take(held.release());
    if (!isClosed) listener.onLoss(refused ?? connectionLost(host, port, where));
  });
  return {
    ...socketWire(socket, () => connectionLost(host, port, where)),
    async close() {
      isClosed = true;
      await closed(socket);
    },
  };
}

/** Its first words are what it offers and asks for, before any byte of the board's. */
function isTelnet([first, second]: Uint8Array): boolean {
  return first === telnet.iac && (second === telnet.will || second === telnet.do);
}

/** A server that refuses closes with its words: what is still open then has a board behind it. */
const refusalMs = 500;

/** What every wire over a socket does alike. */
export function socketWire(socket: Socket, lost: () => TargetError): Pick<Wire, 'write' | 'pause' | 'resume'> {
  return {
    write: bytes =>
      new Promise<void>((resolve, reject) => socket.write(bytes, error => (error ? reject(lost()) : resolve()))),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
  };
}

export function connectionLost(host: string, port: number, where: string): TargetError {
  const fix = 'see whether the board is still plugged in there, and what its server says';
  return new TargetError(`${host}, port ${port}, closed the connection`, where, fix);
}

/** Resolves when the socket is gone. */
export async function closed(socket: Socket): Promise<void> {
  if (socket.closed) return;
  const gone = new Promise(resolve => socket.once('close', resolve));
  socket.destroy();
  await gone;
}
