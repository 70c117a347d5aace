import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { type FakeDevice, fakeMachine } from '../target/fixtures/sysfs.ts';
import { findPort, type PortMatch } from '../target/serial-find.ts';
import { asText, plugged } from './boards.ts';

const nucleo = { usb: '0483:374b', product: 'STM32 STLink' };
const devices: readonly FakeDevice[] = [
  { ...nucleo, location: '1-1.4', serial: '066CFF49', ports: { 2: 'ttyACM0' } },
  { ...nucleo, location: '1-1.3', serial: '0670FF51', ports: { 2: 'ttyACM1' } },
  { usb: '1a86:7523', location: '3-1', ports: { 0: 'ttyUSB0' } },
  { usb: '1a86:7523', location: '3-2', ports: { 0: 'ttyUSB1' } },
  { usb: '10c4:ea60', serial: '0001', location: '4-1', ports: { 0: 'ttyUSB2' } },
  { usb: '10c4:ea60', serial: '0001', location: '4-2', ports: { 0: 'ttyUSB3' } },
  { usb: '1366:1051', location: '1-2', serial: '0010', ports: { 0: 'ttyACM5', 2: 'ttyACM6' } },
  { usb: '2e8a:000a', location: '5-1', serial: "'; rm -rf / #", product: 'Pi\u001b[31mco', ports: { 0: 'ttyACM7' } },
];

function machine() {
  const fake = fakeMachine();
  for (const device of devices) fake.plug(device);
  return fake;
}

const known = [
  { name: 'nucleo-l4r5zi', port: { usb: '0483:374b' } },
  { name: 'nucleo-2', port: { usb: '0483:374b', serial: '0670FF51' } },
  { name: 'esp32-devkitc', port: { usb: '10c4:ea61' } },
  { name: 'far-away', port: { url: 'tcp://127.0.0.1:9090' } },
];

test('what is to be pasted means its port and no other, however alike they are', async () => {
  const roots = machine();
  const { ports } = await plugged({ boards: [], meters: [], fault: null }, roots);
  const text = asText({ ports, absent: [], fault: null });
  const pasted = [...text.matchAll(/^ {2}target: (.*)$/gm)].map(
    ([, yaml = '']) => (parse(yaml) as { port: PortMatch }).port,
  );
  const found = await Promise.all(pasted.map(port => findPort(port, 'board', roots)));
  expect(found.map(({ path }) => path)).toEqual(ports.map(({ path }) => path));
  expect(pasted).toHaveLength(9);
  expect(pasted[0]).toEqual({ usb: '0483:374b', serial: '066CFF49' });
});

test('each port names the board files that mean it, and what has no port is named too', async () => {
  const { ports, absent } = await plugged({ boards: known, meters: [], fault: null }, machine());
  expect(ports.slice(0, 2).map(({ boards }) => boards)).toEqual([['nucleo-l4r5zi'], ['nucleo-l4r5zi', 'nucleo-2']]);
  expect(absent.map(({ name }) => name)).toEqual(['esp32-devkitc']);
  expect(asText({ ports: [], absent, fault: null })).toBe(
    "No USB serial port is plugged in. What else could be in the way: tickmark doctor\n\nNot plugged in:\n  esp32-devkitc: { usb: '10c4:ea61' }",
  );
});

test('a port says who has it open, and how to get it', async () => {
  const { ports } = await plugged({ boards: known, meters: [], fault: null }, machine());
  const [port] = ports;
  if (!port) throw new Error('no port');
  const held = { ...port, heldBy: [{ pid: 812, name: 'minicom' }], access: 'sudo usermod -aG dialout $USER' };
  expect(
    asText({ ports: [held], absent: [], fault: null })
      .split('\n')
      .slice(1, 4),
  ).toEqual([
    '  board: nucleo-l4r5zi',
    '  open in minicom (process 812)',
    '  this user may not use it: sudo usermod -aG dialout $USER',
  ]);
});

test('board files with faults hide no port', async () => {
  const found = await plugged({ boards: [], meters: [], fault: 'boards/mine.yaml:3:1 unknown key' }, machine());
  expect(asText(found)).toMatch(/ttyACM0 .*[^]*files have faults:\nboards\/mine\.yaml:3:1 unknown key$/);
});

test('meters are told from boards, ready to paste as one, and by which of their ports their data come', async () => {
  const roots = fakeMachine();
  roots.plug({
    usb: '1915:c00a',
    location: '1-1',
    serial: 'C10A56B6',
    product: 'PPK2',
    ports: { 1: 'ttyACM0', 3: 'ttyACM1' },
  });
  const powerShield = { usb: '0483:5740', serial: 'FFFFFFFEFFFF', product: 'PowerShield (Virtual ComPort in FS Mode)' };
  roots.plug({ ...powerShield, location: '1-2', ports: { 0: 'ttyACM2' } });
  roots.plug({ ...powerShield, location: '1-3', ports: { 0: 'ttyACM3' } });
  roots.plug({
    usb: '0483:5740',
    serial: '2',
    product: 'STM32 Virtual ComPort',
    location: '1-4',
    ports: { 0: 'ttyACM4' },
  });
  const meters = [
    { name: 'nucleo', port: { usb: '1915:c00a' } },
    { name: 'sensor', port: { usb: '1915:c00a', serial: 'D55B0375' } },
  ];
  const found = await plugged({ boards: [], meters, fault: null }, roots);
  expect(found.ports.map(({ meter }) => meter)).toEqual([
    { kind: 'ppk2', port: { usb: '1915:c00a', serial: 'C10A56B6' } },
    'shell',
    { kind: 'lpm01a', port: { usb: '0483:5740', location: '1-2' } },
    { kind: 'lpm01a', port: { usb: '0483:5740', location: '1-3' } },
    null,
  ]);
  const [ppk2 = '', shell = '', , , stm32 = '', absent] = asText(found).split('\n\n');
  expect(ppk2.split('\n').slice(1)).toEqual([
    '  meter of: nucleo',
    "  meter: { at: 'where it goes', kind: 'ppk2', port: { usb: '1915:c00a', serial: 'C10A56B6' }, mode: 'source', marker: 'D0' }",
  ]);
  expect(shell.split('\n').slice(1)).toEqual(['  a meter’s shell; its data come by its other port']);
  expect(stm32).toMatch(/\n {2}no board file means it\n {2}target: /);
  expect(absent).toBe("Not plugged in:\n  the meter of sensor: { usb: '1915:c00a', serial: 'D55B0375' }");
});
