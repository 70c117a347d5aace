import type { Socket } from 'node:net';
import { PortRefused, type TargetError } from '../errors.ts';
import { refusalIn } from './ser2net.ts';
import { expectBaud } from './serial-errors.ts';
import { closed, connectionLost, socketWire } from './serial-tcp.ts';
import type { Address } from './serial-url.ts';
import type { Listener, Wire, WireOptions } from './serial-wire.ts';
import { escaped, option, subnegotiation, telnet, telnetParser } from './telnet.ts';

/** RFC 2217, section 3. An answer has 100 more, and says what is now. */
const commands = { baud: 1, dataBits: 2, parity: 3, stopBits: 4, control: 5, purge: 12 } as const;
const comPort = 44;
/** BINARY, ECHO, SUPPRESS-GO-AHEAD: a server may have these. */
const agreeable = [0, 1, 3];

const openingMs = 5000;
/** Not every server answers what its port cannot do: ser2net 4.3.11 says nothing of the lines of a pty. */
const answerMs = 500;

/**
 * A port of a server that speaks RFC 2217, such as ser2net's `telnet(rfc2217=true)`. Takes the socket over. Rejects with TargetError, or when
 * the signal aborts.
 */
export async function openRfc2217(
  socket: Socket,
  { host, port, baud, where }: Address & WireOptions,
  listener: Listener,
  signal: AbortSignal,
): Promise<Wire> {
  const talk = conversation(socket);
  const lost = (): TargetError => connectionLost(host, port, where);
  const abort = (): void => void socket.destroy();
  signal.addEventListener('abort', abort);
  try {
    await settle(talk, baud, where);
  } catch (cause) {
    const isClosed = socket.destroyed;
    await closed(socket);
    signal.throwIfAborted();
    throw refusalIn(talk.heard(), where) ?? (isClosed ? lost() : cause);
  } finally {
    signal.removeEventListener('abort', abort);
  }
  let isClosed = false;
  socket.once('close', () => !isClosed && listener.onLoss(lost()));
  talk.listen(bytes => listener.onBytes(bytes));
  const { write, ...flow } = socketWire(socket, lost);
  return {
    ...flow,
    write: bytes => write(escaped(bytes)),
    async setLines({ dtr, rts }) {
      talk.tell(commands.control, Uint8Array.of(dtr ? 8 : 9));
      const answer = await talk.ask(commands.control, Uint8Array.of(rts ? 11 : 12), answerMs);
      return answer ? undefined : 'the server did not say that it has moved them';
    },
    async purge() {
      await talk.ask(commands.purge, Uint8Array.of(3), answerMs); // both directions
    },
    async close() {
      isClosed = true;
      await closed(socket);
    },
  };
}

/** Agrees on the option, then on 8N1 at this rate without flow control. */
async function settle(talk: Conversation, baud: number, where: string): Promise<void> {
  const verb = await talk.offer();
  if (verb === telnet.dont)
    throw new PortRefused('the server does not take RFC 2217', where, 'let ser2net have telnet(rfc2217=true) there');
  const wanted = Buffer.alloc(4);
  wanted.writeUInt32BE(baud);
  const answer = verb === undefined ? undefined : await talk.ask(commands.baud, wanted, openingMs);
  if (answer?.length !== 4)
    throw new PortRefused('the server does not speak RFC 2217', where, 'write tcp:// for a port of raw bytes');
  expectBaud(Buffer.from(answer).readUInt32BE(), { baud, where }, 'the port of the server');
  for (const [command, value] of [
    [commands.dataBits, 8],
    [commands.parity, 1],
    [commands.stopBits, 1],
    [commands.control, 1],
  ] as const)
    talk.tell(command, Uint8Array.of(value));
}

/** A telnet connection, from its first byte on. What is asked resolves with undefined when the answer does not come, or the connection ends. */
interface Conversation {
  /** Offers the option; resolves with DO or DONT. */
  offer(): Promise<number | undefined>;
  ask(command: number, value: Uint8Array, ms: number): Promise<Uint8Array | undefined>;
  tell(command: number, value: Uint8Array): void;
  /** Data is kept until then. */
  listen(onData: (bytes: Uint8Array) => void): void;
  /** Data that nobody has listened to. */
  heard(): string;
}

function conversation(socket: Socket): Conversation {
  const parse = telnetParser();
  const waiting = new Map<string, (answer?: Uint8Array) => void>();
  const early: Uint8Array[] = [];
  let onData = (bytes: Uint8Array): void => void early.push(bytes);

  const answerTo = (question: string, ms: number): Promise<Uint8Array | undefined> =>
    new Promise(resolve => {
      const done = (answer?: Uint8Array): void => {
        clearTimeout(timer);
        waiting.delete(question);
        resolve(answer);
      };
      const timer = setTimeout(done, ms);
      waiting.set(question, done);
    });
  const tell = (command: number, value: Uint8Array): void =>
    void socket.write(subnegotiation(comPort, Uint8Array.of(command, ...value)));

  socket.on('data', bytes => {
    const data: Uint8Array[] = []; // handed on at once: each doubled byte ends a piece, and a tensor may be full of them
    for (const item of parse(bytes)) {
      if (item.kind === 'data') data.push(item.bytes);
      else if (item.kind === 'subnegotiation') waiting.get(nameOf(item.payload))?.(item.payload.slice(1));
      else if (item.option !== comPort) agree(socket, item.verb, item.option);
      else if (item.verb === telnet.do || item.verb === telnet.dont) waiting.get('offer')?.(Uint8Array.of(item.verb));
    }
    if (data.length > 0) onData(Buffer.concat(data));
  });
  socket.once('close', () => {
    for (const done of waiting.values()) done();
  });
  return {
    async offer() {
      socket.write(Buffer.concat([option(telnet.will, comPort), option(telnet.will, 0), option(telnet.do, 0)]));
      return (await answerTo('offer', openingMs))?.[0];
    },
    ask(command, value, ms) {
      tell(command, value);
      return answerTo(nameOf(Uint8Array.of(command + 100, ...value)), ms);
    },
    tell,
    listen(take) {
      onData = take;
      for (const bytes of early.splice(0)) take(bytes);
    },
    heard: () => Buffer.concat(early).toString('latin1'),
  };
}

/** Which question an answer is to: of the lines by its value too, as one command is for all of them. */
function nameOf([command = 0, value]: Uint8Array): string {
  return command === commands.control + 100 ? `${command} ${value}` : String(command);
}

/** Options besides the one that was offered; an answer to our own offer of BINARY asks for none. */
function agree(socket: Socket, verb: number, code: number): void {
  const isKnown = agreeable.includes(code);
  if (code === 0) return;
  if (verb === telnet.do) socket.write(option(isKnown ? telnet.will : telnet.wont, code));
  if (verb === telnet.will) socket.write(option(isKnown ? telnet.do : telnet.dont, code));
}
