import { basename, join } from 'node:path';
import { howToGetAccess } from '../target/serial-access.ts';
import type { Finding } from './finding.ts';
import { isWsl } from './harness.ts';
import type { System } from './system.ts';

const about = 'serial ports';

/** Serial ports, who may use them, and what is known to grab them or to slow them down. */
export function checkSerial(system: System): Finding[] {
  const ports = serialPorts(system);
  return [
    ...portsFound(system, ports),
    ...notHandedOver(system, ports),
    ...ports.filter(port => !system.isUsable(port)).map(port => notAllowed(system, port)),
    ...grabbers(system),
    ...latencyTimers(system),
  ];
}

/** Absolute paths. Boards show as ttyACM and ttyUSB on Linux, as cu.usb… on macOS. */
function serialPorts(system: System): readonly string[] {
  return system
    .list('/dev')
    .filter(name => (system.platform === 'darwin' ? /^cu\.usb/ : onLinux).test(name))
    .map(name => join('/dev', name));
}

const onLinux = /^tty(ACM|USB)\d+$/;

/** What the kernel shows in a container too, and only the host's /dev has. */
function notHandedOver(system: System, ports: readonly string[]): Finding[] {
  const seen = system.list('/sys/class/tty').filter(name => onLinux.test(name));
  return seen
    .map(name => join('/dev', name))
    .filter(port => !ports.includes(port))
    .map(port => {
      const detail = 'the kernel sees it, and /dev does not have it, as in a container';
      return { about, name: port, state: 'warning', detail, fix: `docker run --device ${port}, or a mount of /dev` };
    });
}

function portsFound(system: System, ports: readonly string[]): Finding[] {
  if (ports.length > 0) return ports.map(port => ({ about, name: port, state: 'found', detail: idOf(system, port) }));
  const fix = isWsl(system)
    ? 'hand the board over to WSL: usbipd attach --wsl --busid BUSID, in Windows'
    : 'plug a board in, with a cable that carries data';
  return [{ about, name: 'boards', state: 'missing', detail: 'none is plugged in; emulated targets need none', fix }];
}

/** What the USB device calls itself. It is one folder above a ttyACM's device, two above a ttyUSB's. */
function idOf(system: System, port: string): string {
  const device = `/sys/class/tty/${basename(port)}/device`; // a link: joined by hand, so that `..` is its parent
  const texts = ['..', '../..'].map(up =>
    ['manufacturer', 'product', 'serial'].flatMap(name => system.read(`${device}/${up}/${name}`)?.trim() ?? []),
  );
  return texts.find(found => found.length > 0)?.join(' ') ?? 'a serial port';
}

function notAllowed(system: System, port: string): Finding {
  return { about, name: port, state: 'warning', detail: 'this user may not use it', fix: howToGetAccess(system, port) };
}

/** Programs that open serial ports of their own accord, by the name of their process. */
const knownGrabbers = [
  {
    process: 'ModemManager',
    detail: 'is running: it opens every new serial port for some seconds and writes AT commands into it',
    fix: 'sudo systemctl disable --now ModemManager, or a udev rule ENV{ID_MM_DEVICE_IGNORE}="1" for the board',
  },
  {
    process: 'brltty',
    detail: 'is running: it takes CH340 and CP210x bridges for braille displays, and their ports vanish',
    fix: 'sudo systemctl mask brltty brltty-udev, or remove the package where nobody needs a braille display',
  },
] as const;

function grabbers(system: System): Finding[] {
  if (system.platform !== 'linux') return [];
  const running = new Set(
    system
      .list('/proc')
      .filter(name => /^\d+$/.test(name))
      .map(id => system.read(join('/proc', id, 'comm'))?.trim()),
  );
  return knownGrabbers
    .filter(({ process }) => running.has(process))
    .map(({ process, detail, fix }) => ({ about, name: process, state: 'warning', detail, fix }));
}

/** FTDI bridges hold what they received back until their timer runs out: 16 ms a round trip by default. */
function latencyTimers(system: System): Finding[] {
  const folder = '/sys/bus/usb-serial/devices';
  return system.list(folder).flatMap(port => {
    const file = join(folder, port, 'latency_timer');
    const ms = Number(system.read(file) ?? Number.NaN);
    if (!(ms > 1)) return [];
    const detail = `an FTDI bridge that waits up to ${ms} ms before it hands on what it received`;
    return [{ about, name: `/dev/${port}`, state: 'warning', detail, fix: `echo 1 | sudo tee ${file}` } as const];
  });
}
