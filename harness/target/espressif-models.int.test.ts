// The C# models in renode/, register by register, as the chips' Technical Reference Manuals have them.
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { untestableHere } from '../fixtures/tools.ts';
import { type RenodeProcess, startRenode } from './renode-process.ts';
import { findRenode, missingRenode } from './renode-program.ts';

const skipReason = untestableHere(missingRenode());
const folder = join(import.meta.dirname, '..', '..', 'renode');

const chips = [
  { chip: 'esp32', uart: 0x3ff4_0000, count: 0xff, conf0: 0x0800_001c, conf1: 0x6060, timeout: 0x8000_0000 },
  { chip: 'esp32c3', uart: 0x6000_0000, count: 0x3ff, conf0: 0x1000_001c, conf1: 0xc060, timeout: 1 << 21 },
];
const [fifo, raw, status, enable, clear] = [0x00, 0x04, 0x1c, 0x0c, 0x10];
const [masked, conf0, conf1] = [0x08, 0x20, 0x24];
const [full, txEmpty, timedOut, txDone] = [1 << 0, 1 << 1, 1 << 8, 1 << 14];

describe.skipIf(skipReason !== undefined).each(chips)(`UART0 of the $chip (${skipReason ?? 'found'})`, chip => {
  const uart = uartOf(machineOf(chip.chip), chip.uart);

  test('comes up as after a reset', async () => {
    expect(await uart.read(conf0)).toBe(chip.conf0);
    expect(await uart.read(conf1)).toBe(chip.conf1);
    expect((await uart.read(status)) & chip.count).toBe(0);
    expect(await uart.read(raw)).toBe(txEmpty);
    expect(await uart.isInterrupting()).toBe(false);
  });

  test('counts what is received, and interrupts from the threshold on for as long as it is there', async () => {
    await uart.write(conf1, (chip.conf1 & ~0x7f) | 2);
    await uart.write(enable, full);
    await uart.receive('a');
    expect((await uart.read(status)) & chip.count).toBe(1);
    expect(await uart.isInterrupting()).toBe(false);
    await uart.receive('b');
    expect([await uart.read(masked), await uart.isInterrupting()]).toEqual([full, true]);
    await uart.write(clear, full);
    expect(await uart.isInterrupting()).toBe(true);
    expect([await uart.read(fifo), await uart.read(fifo)]).toEqual([0x61, 0x62]);
    expect((await uart.read(status)) & chip.count).toBe(0);
    expect(await uart.isInterrupting()).toBe(false);
  });

  test('tells once that the line is idle, where it was asked to', async () => {
    await uart.receive('a');
    expect((await uart.read(raw)) & timedOut).toBe(0);
    await uart.write(conf1, chip.conf1 | chip.timeout);
    await uart.write(enable, timedOut);
    await uart.receive('b');
    expect([await uart.read(masked), await uart.isInterrupting()]).toEqual([timedOut, true]);
    await uart.write(clear, timedOut);
    expect([await uart.read(masked), await uart.isInterrupting()]).toEqual([0, false]);
  });

  test('holds 128 bytes, and the line the rest; a reset of the FIFO empties it', async () => {
    await uart.receive('x'.repeat(129));
    expect((await uart.read(status)) & chip.count).toBe(128);
    await uart.read(fifo);
    expect((await uart.read(status)) & chip.count).toBe(128);
    await uart.write(conf0, chip.conf0 | (1 << 17));
    expect((await uart.read(status)) & chip.count).toBe(0);
  });

  test('is done with what it sends at once', async () => {
    await uart.write(fifo, 0x21);
    expect((await uart.read(raw)) & (txDone | txEmpty)).toBe(txDone | txEmpty);
    expect((await uart.read(status)) & (chip.count << 16)).toBe(0);
    await uart.write(clear, txDone);
    expect((await uart.read(raw)) & txDone).toBe(0);
  });
});

describe.skipIf(skipReason !== undefined)(`timer group 0 of the ESP32 (${skipReason ?? 'found'})`, () => {
  const machine = machineOf('esp32');
  const timer = registersOf(machine, 0x3ff5_f000);
  const [config, low, high, update, loadLow, loadHigh, load] = [0x00, 0x04, 0x08, 0x0c, 0x18, 0x1c, 0x20];

  test.each([
    { divider: 2, isUp: true, counted: 40_000 },
    { divider: 1, isUp: true, counted: 40_000 },
    { divider: 80, isUp: true, counted: 1000 },
    { divider: 0, isUp: true, counted: 1 },
    { divider: 2, isUp: false, counted: -40_000 },
  ])('divides 80 MHz by $divider, upwards: $isUp', async ({ divider, isUp, counted }) => {
    await timer.write(loadHigh, 1);
    await timer.write(loadLow, 100_000);
    await timer.write(load, 1);
    await timer.write(config, 0x8000_0000 + (isUp ? 0x4000_0000 : 0) + divider * 2 ** 13);
    await machine.command('emulation RunFor "0.001"');
    expect(await timer.read(low)).toBe(0);
    await timer.write(update, 1);
    expect([await timer.read(low), await timer.read(high)]).toEqual([100_000 + counted, 1]);
    await timer.write(config, 0);
    await machine.command('emulation RunFor "0.001"');
    await timer.write(update, 1);
    expect(await timer.read(low)).toBe(100_000 + counted);
  });
});

interface Machine {
  readonly command: (text: string) => Promise<string>;
}

/** A chip whose core stands still, reset before each test of a suite. */
function machineOf(chip: string): Machine {
  let renode: RenodeProcess | undefined;
  const command = async (text: string): Promise<string> => (await renode?.monitor.command(text)) ?? '';
  beforeAll(async () => {
    const found = await findRenode(AbortSignal.timeout(10_000));
    if (found.missing !== undefined) throw new Error(found.missing.what);
    renode = await startRenode(found.command, chip);
    for (const model of ['EspressifUart.cs', 'EspressifTimerGroup.cs'])
      await command(`include @${join(folder, model)}`);
    await command('mach create "dut"');
    await command(`machine LoadPlatformDescription @${join(folder, `${chip}.repl`)}`);
  });
  beforeEach(async () => {
    await command('machine Reset');
    await command('cpu IsHalted true');
  });
  afterAll(() => renode?.[Symbol.asyncDispose]());
  return { command };
}

interface Registers {
  read(offset: number): Promise<number>;
  write(offset: number, value: number): Promise<void>;
}

function registersOf({ command }: Machine, address: number): Registers {
  return {
    read: async offset => Number((await command(`sysbus ReadDoubleWord ${address + offset}`)).trim()),
    write: async (offset, value) => {
      await command(`sysbus WriteDoubleWord ${address + offset} ${value}`);
    },
  };
}

interface Uart extends Registers {
  receive(text: string): Promise<void>;
  isInterrupting(): Promise<boolean>;
}

function uartOf(machine: Machine, address: number): Uart {
  return {
    ...registersOf(machine, address),
    receive: async text => {
      for (const byte of Buffer.from(text)) await machine.command(`uart0 WriteChar ${byte}`);
    },
    isInterrupting: async () => /\bset\b/.test(await machine.command('uart0 IRQ')),
  };
}
