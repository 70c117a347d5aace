import { createServer, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { InputError, TargetError } from '../errors.ts';
import { echo, noSocat, openLines, rateOf, standingPty, startPty } from './fixtures/ptys.ts';
import { noSer2net, startSer2net } from './fixtures/ser2net.ts';
import type { Link, Target } from './port.ts';
import { type SerialOptions, serialTarget } from './serial.ts';
import { read, testTarget } from './target.contract.ts';

const { signal } = new AbortController();
const missing = noSer2net ?? noSocat;

function at(url: string, options: Partial<SerialOptions> = {}) {
  return serialTarget({ name: 'board', basis: 'host', port: { url }, ...options });
}

describe.skipIf(missing !== undefined)(`a board behind ser2net (${missing ?? 'found'})`, () => {
  describe.each(['rfc2217', 'raw'] as const)('%s', kind => {
    const urlOf = (ports: { readonly rfc2217: number; readonly raw: number }) =>
      `${kind === 'raw' ? 'tcp' : kind}://127.0.0.1:${ports[kind]}`;
    /** A server and a DUT for each opening, which starts once ser2net has opened its device. */
    const started = (): Target => {
      const serving = startSer2net(startPty(echo, 'when opened').path);
      return {
        name: 'board',
        basis: 'host',
        open: async (image, until) => at(urlOf(await serving)).open(image, until),
      };
    };

    testTarget({ target: started, image: () => '', openResources: openLines });

    test('passes all 256 bytes in both directions, in order', async () => {
      await using link = await at(urlOf(await startSer2net((await standingPty('exec cat')).path))).open('', signal);
      const bytes = Uint8Array.from({ length: 4096 }, (_, index) => (index * 7) & 0xff);
      await link.write(bytes);
      expect(await read(link, bytes.length)).toBe(Buffer.from(bytes).toString('latin1'));
    });

    test.each(['rfc2217', 'raw'] as const)(
      'a second user, after one of %s, is told that the port or its device is in use, and hears none of it as bytes',
      async holder => {
        const ports = await startSer2net((await standingPty('exec cat')).path);
        await using first = await at(`${holder === 'raw' ? 'tcp' : holder}://127.0.0.1:${ports[holder]}`).open(
          '',
          signal,
        );
        await first.write(Buffer.from('a'));
        expect(await read(first, 1)).toBe('a');
        const refused = at(urlOf(ports))
          .open('', signal)
          .then(link => read(link, 1));
        const which = holder === kind ? 'port' : 'device of the port';
        await expect(refused).rejects.toThrow(`ser2net says that the ${which} is in use\n  → wait for its other user`);
      },
    );

    test('a device that ser2net does not have is said so', async () => {
      const refused = at(urlOf(await startSer2net('/nowhere')))
        .open('', signal)
        .then(link => read(link, 1));
      await expect(refused).rejects.toThrow(/could not open the device of the port: \S+/);
    });

    test('a terminal that goes away there is a lost board here', async () => {
      const pty = await standingPty('exec cat');
      await using link = await at(urlOf(await startSer2net(pty.path))).open('', signal);
      await link.write(Buffer.from('a'));
      expect(await read(link, 1)).toBe('a');
      await pty.pull();
      await expect(read(link, 1)).rejects.toThrow(/board: 127\.0\.0\.1, port \d+, closed the connection/);
      await expect(link.write(Uint8Array.of(1))).rejects.toThrow(TargetError);
    });
  });

  test('lines that a terminal does not have harm nothing, and the bytes after them come', async () => {
    const { rfc2217 } = await startSer2net((await standingPty('exec cat')).path);
    await using link = await at(`rfc2217://127.0.0.1:${rfc2217}`, { lines: 'esp32' }).open('', signal);
    await link.write(Buffer.from('a'));
    expect(await read(link, 1)).toBe('a');
    await expect(link.reset?.()).rejects.toThrow('the server did not say that it has moved them');
  });

  test('a rate is set at the server', async () => {
    const { path } = await standingPty('exec cat');
    const { rfc2217 } = await startSer2net(path);
    await using _link = await at(`rfc2217://127.0.0.1:${rfc2217}`, { baud: 921_600 }).open('', signal);
    expect(rateOf(path)).toBe('921600');
  });

  test('a tensor full of bytes that telnet doubles comes whole, and in few pieces', async () => {
    const { rfc2217 } = await startSer2net((await standingPty('exec cat')).path);
    await using link = await at(`rfc2217://127.0.0.1:${rfc2217}`).open('', signal);
    const sent = new Uint8Array(50_000).fill(255);
    const writing = link.write(sent);
    let [heard, pieces] = [0, 0];
    for await (const bytes of link.bytes) {
      expect(bytes.every(byte => byte === 255)).toBe(true);
      heard += bytes.length;
      pieces++;
      if (heard >= sent.length) break;
    }
    await writing;
    expect(heard).toBe(sent.length);
    expect(pieces).toBeLessThan(sent.length / 20);
  });

  test('RFC 2217 to a port of raw bytes says what to write', async () => {
    const { raw } = await startSer2net((await standingPty('exec cat')).path);
    await expect(at(`rfc2217://127.0.0.1:${raw}`).open('', signal)).rejects.toThrow(
      'write tcp:// for a port of raw bytes',
    );
  });

  test('raw TCP to a port of RFC 2217 says what to write', async () => {
    const { rfc2217 } = await startSer2net((await standingPty('exec cat')).path);
    await using link = await at(`tcp://127.0.0.1:${rfc2217}`).open('', signal);
    await expect(read(link, 1)).rejects.toThrow(`write rfc2217://127.0.0.1:${rfc2217}`);
  });
});

test('a server whose lines move is told DTR, then RTS, and is believed when it says so', async () => {
  const lines: number[] = [];
  const { url } = await serve(socket => {
    rfc2217Server(socket, value => {
      if (value >= 8) lines.push(value);
      if (value === 12) socket.write('!'); // reset is released
    });
  });
  await using link = await at(url('rfc2217'), { lines: 'esp32' }).open('', signal);
  expect(await read(link, 1)).toBe('!');
  expect(lines).toEqual([9, 11, 9, 12]);
  await link.reset?.();
  expect(await read(link, 1)).toBe('!');
});

test('a server that gives another rate is refused by its number', async () => {
  const { url } = await serve(socket => rfc2217Server(socket, () => {}, 9600));
  await expect(at(url('rfc2217')).open('', signal)).rejects.toThrow(
    'the port of the server cannot do 115200 baud: it would run at 9600',
  );
});

test('a server that refuses the option says so', async () => {
  const { url } = await serve(socket => void socket.write(Buffer.of(255, 254, 44)));
  await expect(at(url('rfc2217')).open('', signal)).rejects.toThrow('the server does not take RFC 2217');
});

test('the banner of J-Link’s RTT server comes as bytes before the firmware’s', async () => {
  const banner = 'SEGGER J-Link V7.94e - Real time terminal output\r\nProcess: JLinkGDBServerCLExe\r\n';
  const { url } = await serve(socket => socket.write(`${banner}!`));
  await using link = await at(url('tcp')).open('', signal);
  expect(await read(link, banner.length + 1)).toBe(`${banner}!`);
});

test('a board that begins as a refusal would is heard a little later, and whole', async () => {
  const { url } = await serve(socket => socket.write('P'));
  await using link: Link = await at(url('tcp')).open('', signal);
  expect(await read(link, 1)).toBe('P');
});

test('nobody there is no board', async () => {
  await expect(at('tcp://[::1]:1').open('', signal)).rejects.toThrow(
    /board: no connection to ::1, port 1: .*\n {2}→ start/,
  );
  await expect(at('tcp://no-such-host.invalid:1').open('', signal)).rejects.toThrow('check the name of the host');
  expect(() => at('tcp://localhost')).toThrow(InputError);
});

/** A server on loopback for what ser2net does not do. */
async function serve(
  onConnect: (socket: Socket) => void,
): Promise<{ readonly url: (kind: 'rfc2217' | 'tcp') => string }> {
  const sockets = new Set<Socket>();
  const server = createServer(socket => {
    sockets.add(socket.on('error', () => {}));
    onConnect(socket);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as { port: number };
  return { url: kind => `${kind}://127.0.0.1:${port}` };
}

/** Agrees to everything, and tells of each SET-CONTROL. */
function rfc2217Server(socket: Socket, onControl: (value: number) => void, baud?: number): void {
  socket.write(Buffer.of(255, 253, 44, 255, 251, 44));
  socket.on('data', bytes => {
    for (let from = bytes.indexOf(250); from >= 0; from = bytes.indexOf(250, from + 1)) {
      const [, command = 0, ...rest] = bytes.subarray(from + 1, bytes.indexOf(240, from));
      const value = rest.slice(0, -1);
      const answer = command === 1 && baud !== undefined ? [0, 0, baud >> 8, baud & 0xff] : value;
      socket.write(Buffer.of(255, 250, 44, command + 100, ...answer, 255, 240));
      if (command === 5) onControl(value[0] ?? 0);
    }
  });
}
