import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadBoards } from './boards.ts';
import { findSuites } from './find.ts';
import { readSuites } from './load.ts';

const packaged = join(import.meta.dirname, '..', '..', 'boards');
const folder = mkdtempSync(join(tmpdir(), 'tickmark-boards-'));
afterAll(() => rmSync(folder, { recursive: true }));

function boardsFolder(name: string, files: Readonly<Record<string, string>>): string {
  mkdirSync(join(folder, name));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, name, file), text);
  return join(folder, name);
}

const board = (title: string, more = '') => `board: rp2040js-pico
title: ${title}
mcu: RP2040
core: Cortex-M0+
clock: 125 MHz
basis: modelled-cycles
target: { kind: rp2040js }
memory: { flash: 2 MiB, ram: 264 KiB }
firmware: images/app.elf
${more}`;

test('the boards of the package are read in base units, firmware beside them', () => {
  expect(loadBoards([packaged]).get('rp2040js-pico')).toEqual({
    name: 'rp2040js-pico',
    file: join(packaged, 'rp2040js-pico.yaml'),
    title: 'Raspberry Pi Pico on rp2040js',
    mcu: 'RP2040',
    core: 'Cortex-M0+',
    clockHz: 125_000_000,
    basis: 'modelled-cycles',
    target: { kind: 'rp2040js' },
    memory: { flashBytes: 2_097_152, ramBytes: 270_336 },
    firmware: join(packaged, 'firmware', 'images', 'rp2040.elf'),
    protocol: 'tickmark',
    reset: [],
    supplyMv: 3300,
    currents: { sleep: { currentMa: 0.39, of: expect.stringMatching(/^RP2040 datasheet, section 5.7.2, table 637/) } },
  });
});

const silicon = [...loadBoards([packaged], folder).values()].filter(({ basis }) => basis === 'silicon');

test('real boards of the package are found by USB, can be flashed and reset, and count as their reference firmware does', () => {
  expect(silicon.map(({ name }) => name)).toEqual([
    'esp32-c3-devkitm',
    'esp32-devkitc',
    'nrf52840-dk',
    'nucleo-h7a3zi',
    'nucleo-l4r5zi',
    'pico',
    'stm32f4-discovery',
  ]);
  for (const { target, flasher, reset, firmware, ticks } of silicon) {
    expect(target).toMatchObject({ kind: 'serial', port: { usb: expect.any(String) } });
    expect(flasher).toBeDefined();
    expect(reset.slice(0, 1)).toEqual(['soft']);
    expect(reset).toContain('probe');
    if (firmware !== undefined) expect(ticks).toEqual(ticksOf(firmware));
  }
});

/** What the sources of a prebuilt image say that it announces. */
function ticksOf(image: string): { source: string; rateHz: number } {
  const ports = join(packaged, 'firmware', 'boards');
  const header = readFileSync(join(ports, basename(image, '.elf'), 'port.h'), 'utf8');
  const systick = readFileSync(join(ports, 'cortex-m', 'systick.c'), 'utf8');
  const [, source = ''] = /tick_source\[\] = "(\w+)"/.exec(systick) ?? [];
  return { source, rateHz: Number(/TICK_HZ (\d+)/.exec(header)?.[1]) };
}

test('no suite of the package runs on a board that hardly anybody has', () => {
  const root = join(packaged, '..');
  const { suites } = readSuites(findSuites([], root), loadBoards([packaged], folder), root);
  const real = silicon.map(({ name }) => name);
  expect(suites.length).toBeGreaterThan(0);
  expect(suites.flatMap(({ targets }) => targets.filter(name => real.includes(name)))).toEqual([]);
});

test("a user's board comes before the package's of the same name", () => {
  const own = boardsFolder('own', { 'pico.yaml': board('Mine'), 'notes.txt': 'not a board' });
  const boards = loadBoards([own, packaged]);
  expect(boards.get('rp2040js-pico')).toMatchObject({ title: 'Mine', firmware: join(own, 'images', 'app.elf') });
});

test('a folder that does not exist has no boards, and one given twice is read once', () => {
  expect(loadBoards([join(folder, 'nowhere'), packaged, packaged]).has('rp2040js-pico')).toBe(true);
  expect(loadBoards([join(folder, 'nowhere')]).size).toBe(0);
});

test('the faults of every board file come at once', () => {
  const bad = boardsFolder('bad', {
    'a.yaml': board('A', 'colour: red'),
    'b.yaml': board('B').replace('125 MHz', '125'),
    'c.yaml': board('C').replace('rp2040js }', 'rp2400js }'),
  });
  expect(() => loadBoards([bad], folder)).toThrow(/bad\/a\.yaml:10:1: unknown key "colour"/);
  expect(() => loadBoards([bad], folder)).toThrow(/bad\/b\.yaml:5:8: clock: "125" has no unit: write "125 MHz"/);
  expect(() => loadBoards([bad], folder)).toThrow(
    /bad\/c\.yaml:7:17: target\.kind is "rp2400js", expected rp2040js \| qemu \| renode \| esp-qemu \| serial\. Did you mean "rp2040js"\?/,
  );
});

test('a board of Espressif’s QEMU has its flash beside its file, and counts as QEMU does', () => {
  const text = board('E').replace('rp2040js }', 'esp-qemu, machine: esp32, flash: build/merged.bin }');
  const own = boardsFolder('esp', { 'e.yaml': text.replace('modelled-cycles', 'instructions') });
  expect(loadBoards([own]).get('rp2040js-pico')?.target).toEqual({
    kind: 'esp-qemu',
    machine: 'esp32',
    flash: join(own, 'build', 'merged.bin'),
  });
  const bad = boardsFolder('esp-bad', { 'e.yaml': text.replace('125 MHz', '160 MHz') });
  expect(() => loadBoards([bad], folder)).toThrow(/QEMU counts instructions, not modelled-cycles/);
  expect(() => loadBoards([bad], folder)).toThrow(/1 GHz divided by a power of two/);
});

test('a QEMU board names a machine that there is firmware for', () => {
  const text = board('Q');
  const bad = boardsFolder('machines', {
    'a.yaml': text.replace('rp2040js }', 'qemu }'),
    'b.yaml': text.replace('rp2040js }', 'qemu, machine: mps2-an3866 }'),
    'c.yaml': text.replace('rp2040js }', 'rp2040js, machine: mps2-an386 }'),
  });
  expect(() => loadBoards([bad], folder)).toThrow(/machines\/a\.yaml:7:1: target lacks the key "machine"/);
  expect(() => loadBoards([bad], folder)).toThrow(
    /machines\/b\.yaml:7:32: target\.machine is "mps2-an3866".*Did you mean "mps2-an386"\?/,
  );
  expect(() => loadBoards([bad], folder)).toThrow(/machines\/c\.yaml:7:27: unknown key "machine"/);
});

test('a QEMU board counts instructions, at a rate that QEMU can', () => {
  const onQemu = board('Q').replace('{ kind: rp2040js }', '{ kind: qemu, machine: mps2-an386 }');
  const bad = boardsFolder('counts', {
    'a.yaml': onQemu,
    'b.yaml': onQemu.replace('modelled-cycles', 'instructions').replace('125 MHz', '25 MHz'),
    'fast.yaml': onQemu.replace('modelled-cycles', 'instructions').replace('125 MHz', '2 GHz'),
    'slow.yaml': onQemu.replace('modelled-cycles', 'instructions').replace('125 MHz', '488281.25 Hz'),
  });
  const read = () => loadBoards([bad], folder);
  expect(read).toThrow(/counts\/a\.yaml:6:8: QEMU counts instructions, not modelled-cycles: write "instructions"/);
  for (const file of ['b', 'fast', 'slow'])
    expect(read).toThrow(new RegExp(`counts/${file}\\.yaml:5:8: QEMU counts at 1 GHz .* write "15\\.625 MHz"`));
});

const onRenode = board('R')
  .replace('{ kind: rp2040js }', '{ kind: renode, platform: mine.repl, uart: usart2, include: [Mine.cs] }')
  .replace('modelled-cycles', 'instructions');

test('a Renode board has its files beside it', () => {
  const own = boardsFolder('renode', { 'a.yaml': onRenode, 'mine.repl': '', 'Mine.cs': '' });
  expect(loadBoards([own]).get('rp2040js-pico')?.target).toEqual({
    kind: 'renode',
    platform: join(own, 'mine.repl'),
    uart: 'usart2',
    include: [join(own, 'Mine.cs')],
  });
});

test('a Renode board is refused for what Renode would only say later, or not at all', () => {
  const bad = boardsFolder('renodes', {
    'a.yaml': onRenode,
    'b.yaml': onRenode.replace('mine.repl', 'b.yaml').replace('Mine.cs', 'b.yaml'),
    'c.yaml': onRenode.replace('instructions', 'silicon').replace('125 MHz', '15.625 MHz'),
    'd.yaml': onRenode.replace('usart2', '"usart 2"').replace('include:', 'time: real, includes:'),
    'e.yaml': onRenode.replace(', uart: usart2', ''),
  });
  const read = () => loadBoards([bad], folder);
  expect(read).toThrow(/renodes\/a\.yaml:7:35: target\.platform: there is no file .*mine\.repl; write its path from/);
  expect(read).toThrow(/renodes\/a\.yaml:7:70: target\.include: there is no file .*Mine\.cs/);
  expect(read).toThrow(/renodes\/b\.yaml:7:35: target\.platform is no \.repl file: Renode goes by the ending/);
  expect(read).toThrow(/renodes\/b\.yaml:7:67: target\.include is no \.cs file/);
  expect(read).toThrow(/renodes\/c\.yaml:6:8: Renode counts instructions, not silicon: write "instructions"/);
  expect(read).toThrow(/renodes\/c\.yaml:5:8: Renode executes a whole number .* write "16 MHz"/);
  expect(read).toThrow(
    /renodes\/d\.yaml:7:52: target\.uart must be a name of the platform description, such as usart2/,
  );
  expect(read).toThrow(/renodes\/d\.yaml:7:69: target\.time is "real", expected virtual \| host/);
  expect(read).toThrow(/renodes\/d\.yaml:7:75: unknown key "includes" in target\. Did you mean "include"\?/);
  expect(read).toThrow(/renodes\/e\.yaml:7:1: target lacks the key "uart"/);
});

test('two boards of one name in one folder are both named', () => {
  const twice = boardsFolder('twice', { 'a.yaml': board('A'), 'b.yaml': board('B') });
  expect(() => loadBoards([twice], folder)).toThrow(
    /twice\/b\.yaml:1:8: the name "rp2040js-pico" is taken by twice\/a\.yaml/,
  );
});

test('a meter that somebody has compared has what they say of it, in base units', () => {
  const onSilicon = board('Compared')
    .replace('modelled-cycles', 'silicon')
    .replace('kind: rp2040js', 'kind: serial, port: { path: /dev/null }');
  const accuracy = "{ percent: 3 %, offset: 200 nA, of: 'against our DMM6500' }";
  const meter = `supply: 3.3 V\nmeter: { at: JP5, kind: ppk2, marker: d3, markerActive: low, idleAtMost: 0.5 mA, accuracy: ${accuracy} }\n`;
  const boards = loadBoards([boardsFolder('compared', { 'rp2040js-pico.yaml': onSilicon + meter })]);
  expect(boards.get('rp2040js-pico')?.meter).toEqual({
    at: 'JP5',
    kind: 'ppk2',
    mode: 'source',
    marker: { line: 3, active: 'low' },
    idleAtMostMa: 0.5,
    accuracy: { percent: 3, offsetMa: 0.0002, of: 'against our DMM6500' },
  });
});
