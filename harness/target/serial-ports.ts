import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** What a USB device says of itself, and where it is plugged in. */
export interface UsbPort {
  /** Vendor and product in lower-case hex: `0483:374b`. */
  readonly id: string;
  /** Empty where the device has none. Cheap bridges have the same one in every copy. */
  readonly serial: string;
  readonly product: string;
  /** Bus, then the hub's port at each level: `1-1.4`. */
  readonly location: string;
  /** Of a device with several ports; undefined where the system does not tell. */
  readonly interface?: number;
}

/** A serial port that is there. */
export interface PortInfo {
  readonly path: string;
  /** Undefined for a port that is no USB device. */
  readonly usb?: UsbPort;
  /** The link that udev keeps, where udev runs. */
  readonly byId?: string;
}

/** Where the kernel shows its devices. A test has folders of its own. */
export interface DeviceRoots {
  readonly sys: string;
  readonly dev: string;
}

export const systemRoots: DeviceRoots = { sys: '/sys', dev: '/dev' };

/** Every USB serial port that is plugged in, by name. Opens none of them. */
export async function listPorts(roots: DeviceRoots = systemRoots): Promise<readonly PortInfo[]> {
  return process.platform === 'linux' || roots !== systemRoots ? portsInSysfs(roots) : portsOfSystem();
}

/** Read from sysfs, not asked of udev, which no container has. */
function portsInSysfs({ sys, dev }: DeviceRoots): PortInfo[] {
  const links = linksById(dev);
  return namesIn(join(sys, 'class/tty'))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .flatMap(name => {
      const usb = usbOf(join(sys, 'class/tty', name, 'device'));
      if (!usb) return [];
      const path = join(dev, name);
      const byId = links.get(path);
      return [{ path, usb, ...(byId !== undefined && { byId }) }];
    });
}

/** The device is a folder of the interface (ttyACM) or one below (ttyUSB); the interface is a folder of the USB device. */
function usbOf(device: string): UsbPort | undefined {
  let folder = realOr(device);
  let number: string | undefined;
  for (let up = 0; folder !== undefined && up < 3; up++) {
    number ??= textIn(folder, 'bInterfaceNumber');
    const vendor = textIn(folder, 'idVendor');
    if (vendor !== undefined) return usbAt(folder, vendor, number);
    folder = dirname(folder);
  }
  return undefined;
}

function usbAt(folder: string, vendor: string, number: string | undefined): UsbPort {
  return {
    id: `${vendor}:${textIn(folder, 'idProduct') ?? ''}`.toLowerCase(),
    serial: textIn(folder, 'serial') ?? '',
    product: textIn(folder, 'product') ?? '',
    location: basename(folder),
    ...(number !== undefined && { interface: Number.parseInt(number, 16) }),
  };
}

function linksById(dev: string): ReadonlyMap<string, string> {
  const folder = join(dev, 'serial/by-id');
  return new Map(
    namesIn(folder).flatMap(name => {
      const path = realOr(join(folder, name));
      return path === undefined ? [] : [[path, join(folder, name)] as const];
    }),
  );
}

/** macOS and Windows: what serialport finds there. Untried with boards. */
async function portsOfSystem(): Promise<PortInfo[]> {
  const { SerialPort } = await import('serialport');
  return (await SerialPort.list()).map(({ path, vendorId, productId, serialNumber, locationId, manufacturer }) => ({
    path: path.replace('/dev/tty.', '/dev/cu.'), // the other waits for a carrier when it is opened
    ...(vendorId !== undefined && {
      usb: {
        id: `${vendorId}:${productId ?? ''}`.toLowerCase(),
        serial: serialNumber ?? '',
        product: manufacturer ?? '',
        location: locationId ?? '',
      },
    }),
  }));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Undefined also for a file that is empty, as some devices' serial numbers are. */
function textIn(folder: string, name: string): string | undefined {
  try {
    return readFileSync(join(folder, name), 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}

function realOr(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
