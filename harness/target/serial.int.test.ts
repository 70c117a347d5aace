import { rmSync, symlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { TargetError } from '../errors.ts';
import {
  echo,
  keptBytes,
  noSocat,
  openLines,
  type Pty,
  rateOf,
  standingPty,
  startPty,
  temporaryFolder,
} from './fixtures/ptys.ts';
import { fakeMachine } from './fixtures/sysfs.ts';
import type { Link } from './port.ts';
import { type SerialOptions, serialTarget } from './serial.ts';
import { mostWaiting } from './serial-inflow.ts';
import { openTty } from './serial-tty.ts';
import { read, testTarget } from './target.contract.ts';

const { signal } = new AbortController();

function onPath(path: string, options: Partial<SerialOptions> = {}) {
  return serialTarget({ name: 'board', basis: 'host', port: { path }, ...options });
}

async function open(pty: Pty, options: Partial<SerialOptions> = {}): Promise<Link> {
  return onPath(pty.path, options).open('', signal);
}

describe.skipIf(noSocat !== undefined)(`a board on a serial port (${noSocat ?? 'socat found'})`, () => {
  testTarget({
    target: () => onPath(startPty(echo, 'when opened').path),
    image: () => '',
    openResources: openLines,
  });

  test('passes all 256 bytes in both directions, in order', async () => {
    await using link = await open(await standingPty('exec cat'));
    const bytes = Uint8Array.from({ length: 4096 }, (_, at) => (at * 7) & 0xff);
    await link.write(bytes);
    expect(await read(link, bytes.length)).toBe(Buffer.from(bytes).toString('latin1'));
  });

  test('a port that appears while it is waited for is opened, and one that does not is named', async () => {
    await using link = await open(startPty('exec cat'));
    expect(link).toBeDefined();
    const absent = onPath('/dev/ttyACM99', { bootTime: '50 ms' });
    expect(await absent.isPresent()).toBe(false);
    await expect(absent.open('', signal)).rejects.toThrow('board: there is no port /dev/ttyACM99');
  });

  test('a port that is open elsewhere is busy, and by whom', async () => {
    const pty = await standingPty('exec cat');
    await using _first = await open(pty); // socat keeps its own end open as well
    await expect(open(pty)).rejects.toThrow(/\/pty is open in socat \(process \d+\).*\n {2}→ end that program/);
  });

  test('what is no serial port is said to be none', async () => {
    await expect(onPath('/dev/null').open('', signal)).rejects.toThrow('/dev/null is no serial port');
    await expect(onPath('/tmp').open('', signal)).rejects.toThrow('/tmp is no serial port');
  });

  test('a port that vanishes in the middle of a transfer ends it with its name, for the reader and the writer', async () => {
    const pty = await standingPty('exec cat >/dev/null');
    await using link = await open(pty);
    const big = new Uint8Array(1 << 20);
    const writing = (async () => {
      while (true) await link.write(big);
    })();
    const reading = read(link, 1);
    await Promise.all([
      expect(writing).rejects.toThrow(TargetError),
      expect(reading).rejects.toThrow(/vanished.*\n {2}→ check the cable/),
      pty.pull(),
    ]);
    await expect(link.write(Uint8Array.of(1))).rejects.toThrow('vanished');
    const folder = temporaryFolder();
    await link.keepEvidence?.(folder, { isComplete: false });
    expect(await readFile(join(folder, 'serial.log'), 'utf8')).toMatch(
      / s {2}opened \S+\n.* s {2}lost: board: .* vanished/,
    );
  });

  test('the chip’s own port comes back under another name, and the bytes go on', async () => {
    const machine = fakeMachine();
    const pico = { usb: '2e8a:000a', location: '1-2', serial: 'E661' };
    const plug = async (tty: string) => {
      const pty = await standingPty(echo, 'when opened');
      machine.plug({ ...pico, ports: { 0: tty } });
      replace(join(machine.dev, tty), pty.path);
      return pty;
    };
    const first = await plug('ttyACM0');
    const target = serialTarget({ name: 'pico', basis: 'host', port: { usb: pico.usb }, native: true }, machine);
    await using link = await target.open('', signal);
    await link.write(Buffer.from('a'));
    expect(await read(link, 2)).toBe('!a');
    machine.unplug({ ...pico, ports: { 0: 'ttyACM0' } });
    await first.pull();
    expect(await target.isPresent()).toBe(false);
    await plug('ttyACM1');
    expect(await read(link, 1)).toBe('!');
    await link.write(Buffer.from('b'));
    expect(await read(link, 1)).toBe('b');
  });

  test('the chip’s own port that does not come back is lost, after its time', async () => {
    const pty = await standingPty('exec cat');
    await using link = await open(pty, { native: true, bootTime: '200 ms' });
    await pty.pull();
    await expect(read(link, 1)).rejects.toThrow("the board's port vanished and was not back after 0.2 s");
    await expect(link.write(Uint8Array.of(1))).rejects.toThrow('was not back');
  });

  test('a port without lines is opened all the same, and a reset of it is refused', async () => {
    await using link = await open(await standingPty('exec cat'), { lines: 'esp32' });
    await expect(link.reset?.()).rejects.toThrow(/DTR and RTS did not move: .*Inappropriate ioctl/);
    await link.write(Buffer.from('a'));
    expect(await read(link, 1)).toBe('a');
    const folder = temporaryFolder();
    await link.keepEvidence?.(folder, { isComplete: true });
    expect(await readFile(join(folder, 'serial.log'), 'utf8')).toContain(
      'DTR and RTS did not move: Error: Inappropriate',
    );
    await link[Symbol.asyncDispose]();
    await expect(link.reset?.()).rejects.toThrow('the link is closed');
  });

  test.each([
    [921_600, '921600'],
    [1_234_567, '0'], // stty knows the rates of the standard alone
  ])('%i baud is set', async (baud, shown) => {
    const pty = await standingPty('exec cat');
    await using _link = await open(pty, { baud });
    expect(rateOf(pty.path)).toBe(shown);
  });

  test('a DUT that nobody reads is held up: most of ten megabytes without a line break waits outside', async () => {
    await using link = await open(await standingPty('head -c 10000000 /dev/zero; exec cat', 'when opened'));
    const before = keptBytes();
    const kept = () => keptBytes() - before;
    await expect.poll(kept, { timeout: 30_000 }).toBeGreaterThan(mostWaiting / 2);
    await new Promise(resolve => setTimeout(resolve, 300)); // for more to come, if it does
    expect(kept()).toBeLessThan(2 * mostWaiting);
    let length = 0;
    for await (const bytes of link.bytes) {
      length += bytes.length;
      if (length === 10_000_000) break;
    }
    expect(length).toBe(10_000_000);
  });

  test('a wire that is closed writes nothing, and is no loss', async () => {
    const pty = await standingPty('exec cat');
    const losses: Error[] = [];
    const wire = await openTty(
      pty.path,
      { baud: 9600, where: 'x' },
      { onBytes: () => {}, onLoss: e => losses.push(e) },
    );
    await wire.close();
    await wire.close();
    await expect(wire.write(Uint8Array.of(1))).rejects.toThrow(TargetError);
    expect(losses).toEqual([]);
  });
});

function replace(file: string, by: string): void {
  rmSync(file);
  symlinkSync(by, file);
}
