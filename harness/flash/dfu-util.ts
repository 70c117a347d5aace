import { option } from './command-line.ts';
import { hex, joinParts, largestSectorBytes, readParts } from './image-parts.ts';
import type { FlasherOptions } from './options.ts';
import type { Flasher } from './port.ts';
import { missingTool, runTool, type Tool, writingMs } from './tool.ts';
import { udevRules } from './udev-rules.ts';
import { openWorkplace } from './workplace.ts';

/** dfu-util, for chips whose boot loader speaks ST's DfuSe. It cannot bring a board there. https://dfu-util.sourceforge.net/dfuse.html */
export function dfuUtilFlasher({ usb, serial, alt = 0 }: FlasherOptions<'dfu-util'>): Flasher {
  const device = [...option('-d', usb), ...option('-S', serial), ...option('-a', alt)];
  return {
    name: dfuUtil.name,
    needsPort: false,
    isBootLoader: true,
    missing: () => missingTool(dfuUtil),
    async flash(imagePath, io, signal) {
      await using place = await openWorkplace();
      const binaries = joinParts(readParts(imagePath), largestSectorBytes);
      for (const { address, bytes } of binaries.toReversed()) {
        const isLast = address === binaries[0]?.address;
        const path = await place.write('image.bin', bytes);
        // the boot loader starts what lies at the address of the last download: the lowest, where the vectors are
        const args = [...device, '-s', `${hex(address)}${isLast ? ':leave' : ''}`, '-D', path];
        const end = await runTool(dfuUtil, { args, timeoutMs: writingMs }, io, signal);
        // a device that leaves does not answer its last question
        if (!end.isSuccess && !(isLast && end.said(/File downloaded successfully/))) throw end.failure();
      }
    },
  };
}

const bootMode =
  'bring the board into its boot loader (on an STM32: BOOT0 high, then reset) and plug its own USB in; `dfu-util --list` shows it then';

const dfuUtil: Tool = {
  name: 'dfu-util',
  programs: ['dfu-util'],
  howToGet: 'apt-get install dfu-util, or your system’s package of that name',
  failures: [
    {
      says: /LIBUSB_ERROR_ACCESS|[Pp]ermission denied/,
      fix: udevRules('dfu-util’s rules (60-dfu-util.rules)'),
    },
    { says: /No DFU capable USB device available/, fix: bootMode },
    {
      says: /More than one DFU capable USB device found/,
      fix: 'name one of them: `flasher: { serial: … }`, best in boards.local.yaml; `dfu-util --list` tells them',
    },
    { says: /Lost device/, fix: bootMode },
    {
      says: /is not writeable|not erasable|Last page at .* is not/i,
      fix: 'the image is linked for addresses that this boot loader does not write: build it for this board, or correct `flasher.alt`',
    },
    {
      says: /[Cc]annot set alt(ernate)? (interface|setting)/,
      fix: 'correct `flasher.alt`: `dfu-util --list` shows the settings',
    },
  ],
};
