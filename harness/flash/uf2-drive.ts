import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';

/** The drive that a UF2 boot loader shows. */
export interface Uf2Drive {
  readonly folder: string;
  /** As its INFO_UF2.TXT says; `unknown` where it does not. */
  readonly boardId: string;
}

export const infoFile = 'INFO_UF2.TXT';
const mostInfoBytes = 4096;

/** The drive that is mounted there, if it is one. */
export function uf2DriveAt(folder: string): Uf2Drive | undefined {
  const info = readStart(join(folder, infoFile));
  if (info === undefined) return undefined;
  return { folder, boardId: /^Board-ID:\s*(\S+)/im.exec(info)?.[1] ?? 'unknown' };
}

/** Where this system has drives mounted that may be a boot loader's: FAT, on Linux; everything in /Volumes, on macOS. */
export function mountedFolders(platform: NodeJS.Platform = process.platform): readonly string[] {
  if (platform === 'darwin')
    return existsSync('/Volumes') ? readdirSync('/Volumes').map(name => `/Volumes/${name}`) : [];
  return existsSync('/proc/self/mounts') ? fatMounts(readFileSync('/proc/self/mounts', 'latin1')) : [];
}

/** From the kernel's list: device, folder, file system, options; blanks in a folder are `\040`. */
export function fatMounts(list: string): readonly string[] {
  return list
    .split('\n')
    .map(line => line.split(' '))
    .filter(([, folder, kind]) => folder !== undefined && /^(vfat|msdos)$/.test(kind ?? ''))
    .map(([, folder = '']) => unescaped(folder));
}

/** A boot loader's drive that is plugged in and mounted nowhere: its device. */
export function unmountedDrive(boardId: string | undefined): string | undefined {
  const labels = ['RPI-RP2', 'RP2350', ...(boardId === undefined || boardId.includes('/') ? [] : [boardId])];
  return labels.map(label => `/dev/disk/by-label/${label}`).find(device => existsSync(device));
}

/** Bytes as the kernel has them: a name need not be ASCII. */
function unescaped(folder: string): string {
  const bytes = folder.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

function readStart(path: string): string | undefined {
  try {
    const file = openSync(path, 'r');
    try {
      const bytes = Buffer.alloc(mostInfoBytes);
      return bytes.toString('latin1', 0, readSync(file, bytes));
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined; // no drive of a boot loader, or one that is going
  }
}
