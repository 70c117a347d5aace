import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { option } from './command-line.ts';
import { hex, joinParts, largestSectorBytes, type Part, readParts } from './image-parts.ts';
import type { FlasherOptions } from './options.ts';
import type { Flasher, ToolIo } from './port.ts';
import { missingTool, mustRun, resettingMs, type Tool, writingMs } from './tool.ts';
import { udevRules } from './udev-rules.ts';
import { openWorkplace } from './workplace.ts';

/** st-flash of stlink-tools, which takes binaries. https://github.com/stlink-org/stlink/blob/testing/doc/tutorial.md */
export function stFlashFlasher(options: FlasherOptions<'st-flash'>): Flasher {
  const use = (io: ToolIo, args: readonly string[], timeoutMs = writingMs) => ({
    args: [...connection(options, io), ...args],
    timeoutMs,
  });
  const reset = async (io: ToolIo, signal: AbortSignal): Promise<void> => {
    await mustRun(stFlash, use(io, ['reset'], resettingMs), io, signal);
  };
  return {
    name: stFlash.name,
    needsPort: false,
    missing: () => missingTool(stFlash),
    async flash(imagePath, io, signal) {
      await using place = await openWorkplace();
      for (const { address, bytes } of binariesOf(imagePath)) {
        const path = await place.write('image.bin', bytes);
        await mustRun(stFlash, use(io, ['write', path, hex(address)]), io, signal);
      }
      await reset(io, signal);
    },
    reset,
    async verify(imagePath, io, signal) {
      await using place = await openWorkplace();
      for (const { address, bytes } of binariesOf(imagePath)) {
        const path = join(place.folder, 'flash.bin');
        await mustRun(stFlash, use(io, ['read', path, hex(address), hex(bytes.length)]), io, signal);
        if (!(await readFile(path)).equals(bytes)) return false;
      }
      return true;
    },
  };
}

const stFlash: Tool = {
  name: 'st-flash',
  programs: ['st-flash'],
  howToGet: 'apt-get install stlink-tools, or your system’s package of that name',
  failures: [
    {
      says: /LIBUSB_ERROR_ACCESS|[Pp]ermission denied/,
      fix: udevRules('the rules of stlink-tools (49-stlinkv*.rules)'),
    },
    {
      says: /unable to claim|already in use|LIBUSB_ERROR_BUSY/,
      fix: 'another program has the ST-LINK: close it (an IDE, a debug server)',
    },
    {
      says: /Couldn't find .*ST-Link devices/,
      fix: `plug the ST-LINK in, or correct \`flasher.probe\`. If it is there: ${udevRules('the rules of stlink-tools (49-stlinkv*.rules)')}`,
    },
    {
      says: /Can not connect to target|Failed to connect to target|connect under reset/,
      fix: 'the ST-LINK is there and the chip does not answer: power the board, check the debug wires, and for firmware that sleeps add `underReset: true` to `flasher`',
      whatever: true,
    },
    {
      says: /unknown chip id|Unknown memory region|not supported/i,
      fix: 'this st-flash does not know the chip: take a newer one, or openocd or probe-rs as the flasher',
    },
  ],
};

function connection({ probe, underReset = false }: FlasherOptions<'st-flash'>, { probe: own }: ToolIo): string[] {
  const serial = probe ?? (own?.kind === 'st-link' ? own.serial : undefined);
  return [...(underReset ? ['--connect-under-reset'] : []), ...option('--serial', serial)];
}

function binariesOf(imagePath: string): readonly Part[] {
  return joinParts(readParts(imagePath), largestSectorBytes);
}
