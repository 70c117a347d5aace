import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Finding } from './finding.ts';
import { checkHarness, playwrightMisfit } from './harness.ts';
import { checkSerial } from './serial.ts';
import { type System, thisSystem } from './system.ts';
import { checkTools } from './tools.ts';

interface Machine extends Partial<Omit<System, 'read' | 'list' | 'run' | 'isUsable'>> {
  readonly files?: Record<string, string>;
  readonly programs?: Record<string, string>;
  readonly forbidden?: readonly string[];
}

/** A machine of a few files; folders are what the files lie in. */
function machine({ files = {}, programs = {}, forbidden = [], ...rest }: Machine = {}): System {
  const inside = (folder: string) => Object.keys(files).filter(path => path.startsWith(`${folder}/`));
  return {
    platform: 'linux',
    arch: 'x64',
    nodeVersion: '20.19.0',
    env: {},
    cwd: '/nowhere',
    run: async program => programs[program],
    read: path => files[path],
    list: folder => [...new Set(inside(folder).map(path => path.slice(folder.length + 1).split('/')[0] ?? ''))].sort(),
    isUsable: path => !forbidden.includes(path),
    groupOf: () => 20,
    ...rest,
  };
}

const ftdi = '/sys/bus/usb-serial/devices/ttyUSB0/latency_timer';

test('a port that this user may not open names its group', () => {
  const system = machine({
    files: { '/dev/ttyACM0': '', '/etc/group': 'root:x:0:\ndialout:x:20:me\n' },
    forbidden: ['/dev/ttyACM0'],
  });
  expect(checkSerial(system)).toEqual([
    { about: 'serial ports', name: '/dev/ttyACM0', state: 'found', detail: 'a serial port' },
    {
      about: 'serial ports',
      name: '/dev/ttyACM0',
      state: 'warning',
      detail: 'this user may not use it',
      fix: 'sudo usermod -aG dialout $USER, then log in again (in a container: --group-add dialout)',
    },
  ]);
});

test.each([
  [{ '/proc/812/comm': 'ModemManager\n' }, 'ModemManager', 'systemctl disable --now ModemManager'],
  [{ '/proc/7/comm': 'brltty\n' }, 'brltty', 'systemctl mask brltty'],
  [{ [ftdi]: '16\n' }, '/dev/ttyUSB0', `echo 1 | sudo tee ${ftdi}`],
])('%o is known to be in the way', (files: Record<string, string>, name, fix) => {
  const warnings = checkSerial(machine({ files })).filter(({ state }) => state === 'warning');
  expect(warnings).toEqual([expect.objectContaining({ name, fix: expect.stringContaining(fix) })]);
});

test('an FTDI bridge that hands on at once, and other processes, are in nobody’s way', () => {
  const system = machine({
    files: { [ftdi]: '1\n', '/proc/1/comm': 'systemd\n', '/dev/ttyUSB0': '', '/dev/tty1': '' },
  });
  expect(checkSerial(system).map(({ name, state }) => [name, state])).toEqual([['/dev/ttyUSB0', 'found']]);
});

test('a port that is plugged in and not handed over to a container is told how', () => {
  const seen = machine({ files: { '/sys/class/tty/ttyACM3/dev': '166:3', '/sys/class/tty/tty0/dev': '4:0' } });
  expect(checkSerial(seen)).toContainEqual(
    expect.objectContaining({ name: '/dev/ttyACM3', state: 'warning', fix: expect.stringContaining('--device') }),
  );
  const handedOver = machine({ files: { '/sys/class/tty/ttyACM3/dev': '166:3', '/dev/ttyACM3': '' } });
  expect(checkSerial(handedOver).map(({ state }) => state)).toEqual(['found']);
});

test('a port is shown with what its USB device calls itself', () => {
  const usb = '/sys/class/tty/ttyUSB0/device/../..';
  const files = { '/dev/ttyUSB0': '', [`${usb}/product`]: 'CP2102N\n', [`${usb}/serial`]: '0001\n' };
  expect(checkSerial(machine({ files }))).toEqual([expect.objectContaining({ detail: 'CP2102N 0001' })]);
});

test('without a board it says how WSL gets one', () => {
  const files = { '/proc/version': 'Linux version 5.15.167.4-microsoft-standard-WSL2' };
  expect(checkSerial(machine({ files }))[0]).toMatchObject({
    state: 'missing',
    fix: expect.stringContaining('usbipd'),
  });
  expect(checkHarness(machine({ files }))[0]).toMatchObject({ state: 'found', detail: 'WSL x64' });
});

test.each([
  [{ nodeVersion: '20.18.3' }, 'Node', 'warning'],
  [{ nodeVersion: '22.0.0' }, 'Node', 'found'],
  [{ platform: 'win32' }, 'System', 'warning'],
  [{ arch: 'ia32' }, 'System', 'warning'],
  [{ platform: 'darwin', arch: 'arm64' }, 'System', 'found'],
] as const)('on %o the %s is a %s', (system, name, state) => {
  expect(checkHarness(machine(system)).find(finding => finding.name === name)).toMatchObject({ state });
});

test.each(['a%zzb', 'a#b', 'a?b'])('a second copy of Playwright is seen in a project in %s', folder => {
  const parent = mkdtempSync(join(tmpdir(), 'tickmark-doctor-'));
  onTestFinished(() => rmSync(parent, { recursive: true }));
  const cwd = join(parent, folder);
  const copy = join(cwd, 'node_modules', '@playwright', 'test');
  mkdirSync(copy, { recursive: true });
  writeFileSync(join(copy, 'package.json'), '{ "version": "1.60.0" }');
  const [, , playwright] = checkHarness(machine({ cwd }));
  expect(playwright).toMatchObject({
    state: 'warning',
    detail: expect.stringMatching(`two copies: .* and .*${folder.slice(-1)}`),
  });
});

test.each([
  ['1.60.0', undefined],
  ['1.65.1', undefined],
  ['1.61.0-alpha-2026-01-01', undefined],
  ['1.59.9', '1.59.9, and Tickmark runs with >=1.60.0 <2'],
  ['2.0.0', '2.0.0, and Tickmark runs with >=1.60.0 <2'],
])('Playwright %s: %s', (version, misfit) => {
  expect(playwrightMisfit(version)).toBe(misfit);
});

test('a tool that is missing says what for, and how each system gets it', async () => {
  const [java, , qemu, qemuForRiscv] = await checkTools(machine());
  expect(java).toMatchObject({ state: 'missing', detail: expect.stringContaining('allure 3 instead') });
  expect(qemu).toMatchObject({ state: 'missing', fix: expect.stringContaining('apt-get install qemu-system-arm') });
  expect(qemuForRiscv).toMatchObject({ fix: expect.stringContaining('apt-get install qemu-system-misc') });
  const [, , brewed, , , unknownToHomebrew] = await checkTools(machine({ platform: 'darwin' }));
  expect(brewed).toMatchObject({ fix: 'brew install qemu' });
  expect(unknownToHomebrew).not.toHaveProperty('fix');
});

test.each([
  [{ programs: { 'qemu-system-arm': '' } }, ['setpriv']],
  [{ programs: { 'qemu-system-riscv32': '' } }, ['setpriv']],
  [{ programs: { 'qemu-system-arm': '', setpriv: '' } }, []],
  [{ programs: {} }, []],
  [{ platform: 'darwin', programs: { 'qemu-system-arm': '' } }, []],
] as const)('setpriv is missed where there is a QEMU for it to bind: %o', async (system, missed) => {
  const findings = await checkTools(machine(system));
  expect(findings.map(({ name }) => name).filter(name => name === 'setpriv')).toEqual(missed);
});

test('a tool that is there shows its version', async () => {
  const programs = {
    java: 'openjdk version "17.0.15" 2025-04-15',
    'qemu-system-arm': 'QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)\n',
    'qemu-system-riscv32': 'QEMU emulator version 9.2.4\n',
    'qemu-system-xtensa': 'Supported machines are:\nesp32                Espressif ESP32 machine\n',
    setpriv: '',
    'arm-none-eabi-gcc': 'arm-none-eabi-gcc (15:12.2.rel1-1) 12.2.1 20221205\n',
    'xtensa-lx106-elf-gcc': 'xtensa-lx106-elf-gcc (12.2.0-14+deb12u1+13+b2) 12.2.0\n',
    'riscv64-unknown-elf-gcc': 'riscv64-unknown-elf-gcc (12.2.0-14+deb12u1+11+b2) 12.2.0\n',
  };
  const findings = (await checkTools(machine({ programs, env: { RENODE_PATH: folderWithRenode() } }))).filter(
    ({ about }) => about !== 'boards',
  );
  const found = findings.filter(({ state }) => state === 'found');
  expect(found).toHaveLength(findings.length);
  expect(found.map(({ detail }) => detail)).toEqual([
    '17.0.15: reports by allure-commandline',
    expect.stringMatching(/^rp2040js \d/),
    '7.2.22',
    '9.2.4',
    '12.2.1',
    '12.2.0',
    '12.2.0',
    '1.16.1',
    'for ESP-IDF applications; nobody has run it with Tickmark yet',
  ]);
});

test.each([
  [{}, 'missing'],
  [
    { programs: { 'qemu-system-xtensa': 'Supported machines are:\nsim                  sim machine (dc232b)\n' } },
    'missing',
  ],
  [{ env: { TICKMARK_ESP_QEMU: '/esp' }, programs: { '/esp/qemu-system-xtensa': 'esp32     Espressif\n' } }, 'found'],
] as const)('Espressif’s QEMU is told from the system’s by its machines: %o is %s', async (system, state) => {
  const findings = await checkTools(machine(system));
  const found = findings.find(({ name }) => name === 'Espressif’s QEMU');
  expect(found).toMatchObject({ state, detail: expect.stringContaining('nobody has run it') as unknown });
});

test('Renode is missing where it is not, and in the way where RENODE_PATH leads nowhere', async () => {
  const fix = expect.stringContaining('portable release v1.16.1') as unknown;
  expect(await renodeFinding({})).toMatchObject({
    state: 'missing',
    detail: 'needed for the renode-* targets, which are skipped',
    fix,
  });
  expect(await renodeFinding({ RENODE_PATH: '/nowhere' })).toMatchObject({
    state: 'warning',
    detail: 'RENODE_PATH is /nowhere, where no Renode is',
    fix,
  });
});

async function renodeFinding(env: NodeJS.ProcessEnv): Promise<Finding | undefined> {
  return (await checkTools(machine({ env }))).find(({ name }) => name === 'Renode');
}

/** The doctor asks Renode itself, as a run does. */
function folderWithRenode(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tickmark-doctor-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'renode'), '#!/bin/sh\necho "Renode v1.16.1.740"\n', { mode: 0o755 });
  return folder;
}

test('this machine can be looked at, and nothing in it throws', async () => {
  const system = thisSystem();
  expect(checkHarness(system).find(({ name }) => name === 'Node')).toMatchObject({ state: 'found' });
  expect(await system.run('/nowhere/to/be/found', [])).toBeUndefined();
  expect(system.read('/nowhere')).toBeUndefined();
  expect(system.list('/nowhere')).toEqual([]);
  expect(system.groupOf('/nowhere')).toBeUndefined();
  expect(system.isUsable('/nowhere')).toBe(false);
  expect(checkSerial(system).length).toBeGreaterThan(0);
});

test('what flashes boards is found by its version, or missing with where to get it', async () => {
  const programs = {
    openocd: 'Open On-Chip Debugger 0.12.0\nLicensed under GNU GPL v2\n',
    'esptool.py': 'esptool.py v4.8.1\n4.8.1\n',
    which: '/opt/SEGGER/JLink/JLinkExe\n',
    '/usr/sbin/uhubctl': '2.5.0-1\n',
  };
  const findings = (await checkTools(machine({ programs }))).filter(({ about }) => about === 'boards');
  const told = findings.map(({ name, state, detail }) => [name, state === 'found' ? detail : state]);
  expect(Object.fromEntries(told)).toEqual({
    OpenOCD: '0.12.0',
    'probe-rs': 'missing',
    esptool: '4.8.1',
    'st-flash': 'missing',
    'J-Link Commander': '/opt/SEGGER/JLink/JLinkExe',
    'dfu-util': 'missing',
    uhubctl: '2.5.0-1',
  });
  for (const { state, fix } of findings) if (state === 'missing') expect(fix).toMatch(/apt-get install|https:/);
});
