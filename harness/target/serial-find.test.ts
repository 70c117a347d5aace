import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { InputError, NotInstalled, TargetError } from '../errors.ts';
import { type FakeDevice, fakeMachine } from './fixtures/sysfs.ts';
import { findPort, matchesPort, type PortMatch } from './serial-find.ts';
import { listPorts } from './serial-ports.ts';

const nucleo = { usb: '0483:374b', product: 'STM32 STLink', ports: { 2: 'ttyACM0' } };
const one: FakeDevice = { ...nucleo, location: '1-1.4', serial: '066CFF49' };
const other: FakeDevice = { ...nucleo, location: '1-1.3', serial: '0670FF51', ports: { 2: 'ttyACM1' } };
const bridge = { usb: '1a86:7523', product: 'USB Serial' };
const blank: FakeDevice = { ...bridge, location: '3-2', ports: { 0: 'ttyUSB0' } };
const twin: FakeDevice = { ...bridge, location: '3-1', ports: { 0: 'ttyUSB10' } };
const twoPorts: FakeDevice = {
  usb: '1366:1051',
  location: '1-2',
  serial: '0010',
  ports: { 0: 'ttyACM5', 2: 'ttyACM6' },
};

function machineWith(...devices: readonly FakeDevice[]) {
  const machine = fakeMachine();
  for (const device of devices) machine.plug(device);
  return machine;
}

async function find(match: PortMatch, ...devices: readonly FakeDevice[]) {
  return findPort(match, 'nucleo', machineWith(...devices));
}

async function refused(match: PortMatch, ...devices: readonly FakeDevice[]): Promise<TargetError> {
  const error: unknown = await find(match, ...devices).catch((cause: unknown) => cause);
  if (error instanceof TargetError) return error;
  throw new Error(`found ${JSON.stringify(error)}`);
}

test('ports are listed with what their devices say, without udev, and what is no USB device is left out', async () => {
  const machine = machineWith(twin, twoPorts, blank);
  mkdirSync(join(machine.sys, 'class/tty/ttyS0'));
  expect(await listPorts(machine)).toEqual([
    {
      path: join(machine.dev, 'ttyACM5'),
      usb: { id: '1366:1051', serial: '0010', product: '', location: '1-2', interface: 0 },
    },
    {
      path: join(machine.dev, 'ttyACM6'),
      usb: { id: '1366:1051', serial: '0010', product: '', location: '1-2', interface: 2 },
    },
    {
      path: join(machine.dev, 'ttyUSB0'),
      usb: { id: '1a86:7523', serial: '', product: 'USB Serial', location: '3-2', interface: 0 },
    },
    {
      path: join(machine.dev, 'ttyUSB10'),
      usb: { id: '1a86:7523', serial: '', product: 'USB Serial', location: '3-1', interface: 0 },
    },
  ]);
});

test('a machine without serial ports, and one without sysfs, have none', async () => {
  expect(await listPorts(machineWith())).toEqual([]);
  expect(await listPorts({ sys: '/nowhere', dev: '/nowhere' })).toEqual([]);
});

test.each<[PortMatch, string]>([
  [{ usb: '0483:374B', serial: '066cff49' }, 'ttyACM0'],
  [{ location: '1-1.3' }, 'ttyACM1'],
  [{ usb: '1a86:7523', location: '3-1' }, 'ttyUSB10'],
  [{ usb: '1366:1051', interface: 2 }, 'ttyACM6'],
])('%o is %s', async (match, name) => {
  const found = await find(match, one, other, blank, twin, twoPorts);
  expect(found.path).toMatch(new RegExp(`/${name}$`));
});

test('a port is named for where it is plugged in, however it is described and whatever its number', async () => {
  const machine = machineWith(one);
  const byId = join(machine.dev, 'serial/by-id');
  mkdirSync(byId, { recursive: true });
  const link = join(byId, 'usb-STMicroelectronics_STM32_STLink_066CFF49-if02');
  symlinkSync('../../ttyACM0', link);
  const byUsb = await findPort({ usb: '0483:374b' }, 'nucleo', machine);
  expect(byUsb).toMatchObject({
    id: 'usb-1-1.4-2',
    usb: { vendorId: '0483', productId: '374b', serial: '066CFF49', location: '1-1.4' },
  });
  expect(await findPort({ path: link }, 'nucleo', machine)).toEqual({ ...byUsb, path: link });
  const [listed] = await listPorts(machine);
  expect(listed).toMatchObject({ byId: link });
  expect(listed && matchesPort({ path: link }, listed)).toBe(true);
  machine.unplug(one);
  machine.plug({ ...one, ports: { 2: 'ttyACM7' } });
  expect(await findPort({ usb: '0483:374b' }, 'nucleo', machine)).toMatchObject({ id: 'usb-1-1.4-2' });
});

test('a device that is another board by now is refused', async () => {
  const machine = machineWith(one);
  const path = join(machine.dev, 'ttyACM0');
  await expect(findPort({ path, serial: '0670FF51' }, 'nucleo', machine)).rejects.toThrow(
    /ttyACM0 is another port: its serial number is 066CFF49, not 0670FF51\n/,
  );
});

test('none found says what is plugged in and which part does not match', async () => {
  const error = await refused({ usb: '0483:374b', serial: '066CFF50' }, one, blank);
  expect(error).toBeInstanceOf(NotInstalled);
  expect(error.message).toMatch(
    /^nucleo: no port is USB 0483:374b, serial number 066CFF50; the nearest is \S+ttyACM0, but its serial number is 066CFF49, not 066CFF50\n/,
  );
  expect(error.fix).toMatch(
    /plugged in: \S+ttyACM0 \(0483:374b, 066CFF49, at 1-1\.4 interface 2\); \S+ttyUSB0 \(1a86:7523, no serial number, at 3-2 interface 0\)/,
  );
});

test('nothing like it names no nearest, and nothing plugged in says so', async () => {
  expect((await refused({ usb: '2e8a:000a' }, one)).what).toBe('no port is USB 2e8a:000a');
  expect((await refused({ usb: '2e8a:000a' })).fix).toMatch(/^no USB serial port is plugged in; plug it in/);
  const path = await refused({ path: '/dev/ttyACM99; rm -rf /' }, one);
  expect(path.what).toBe('there is no port /dev/ttyACM99; rm -rf /');
});

test('two boards that match are both named, with their serial numbers to tell them apart', async () => {
  const error = await refused({ usb: '0483:374b' }, one, other);
  expect(error).not.toBeInstanceOf(NotInstalled);
  expect(error.what).toMatch(/^2 devices match: \S+ttyACM0 .* and \S+ttyACM1 /);
  expect(error.fix).toMatch(/serial: 066CFF49 for \S+ttyACM0; serial: 0670FF51 for \S+ttyACM1$/);
});

test('two boards with blank or cloned serial numbers are told apart by where they are plugged in', async () => {
  expect((await refused({ usb: '1a86:7523' }, blank, twin)).fix).toMatch(
    /location: 3-2 for \S+ttyUSB0; location: 3-1 for \S+ttyUSB10$/,
  );
  const cloned = [blank, twin].map(device => ({ ...device, serial: '0001' }));
  expect((await refused({ serial: '0001' }, ...cloned)).fix).toMatch(/location: 3-2 for .*; location: 3-1 for /);
});

test('two ports of one board are told apart by their interface', async () => {
  const error = await refused({ usb: '1366:1051' }, twoPorts);
  expect(error.what).toMatch(/^2 ports of one device match: /);
  expect(error.fix).toMatch(/interface: 0 for \S+ttyACM5; interface: 2 for \S+ttyACM6$/);
});

test('a port over the network is named for host and port, whichever way it is spoken to', async () => {
  const raw = await find({ url: 'tcp://[fe80::7]:9090' });
  expect(raw).toEqual({ id: 'net-fe80_7-9090', path: 'tcp://[fe80::7]:9090' });
  expect((await find({ url: 'rfc2217://[FE80::7]:9090' })).id).toBe(raw.id);
  await expect(find({ url: 'tcp://localhost' })).rejects.toThrow(InputError);
});

test.each(['127.0.0.1', 'LocalHost', 'localhost.', '[::1]', '[::ffff:127.0.0.1]'])(
  'a port of this machine is one port, also by the name %s',
  async host => {
    expect(await find({ url: `tcp://${host}:9090` })).toEqual({
      id: 'net-127.0.0.1-9090',
      path: `tcp://${host}:9090`,
    });
  },
);

test('a device that sysfs shows and /dev does not is found all the same: its opening says what is missing', async () => {
  const machine = machineWith(one);
  rmSync(join(machine.dev, 'ttyACM0'));
  expect((await findPort({ location: '1-1.4' }, 'nucleo', machine)).path).toBe(join(machine.dev, 'ttyACM0'));
});
