import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { missingTool } from '../fixtures/tools.ts';
import { loadBoards } from '../suite/boards.ts';
import { elfFile } from '../target/fixtures/firmware.ts';
import { dfuUtilFlasher } from './dfu-util.ts';
import { elfAt, keptLog } from './fixtures/fake-tools.ts';
import { openocdFlasher } from './openocd.ts';
import { stFlashFlasher } from './st-flash.ts';
import { findTool } from './tool.ts';
import { uhubctlSwitch } from './uhubctl.ts';

// The tools themselves, as far as they go without a board: they take our arguments, and what they then say is understood.

const never = new AbortController().signal;
const code = { address: 0x0800_0000, bytes: Buffer.from('code') };
const app = () => elfAt('app.elf', [code]);

/** Why the tests of a tool are skipped; undefined where it is installed. */
function absent(program: string, debian: string): string | undefined {
  return missingTool(findTool({ programs: [program] }) !== undefined, `apt-get install ${debian}`);
}

const [noOpenocd, noStFlash, noDfuUtil, noUhubctl] = [
  absent('openocd', 'openocd'),
  absent('st-flash', 'stlink-tools'),
  absent('dfu-util', 'dfu-util'),
  absent('uhubctl', 'uhubctl'),
];

describe.skipIf(noOpenocd !== undefined)(`openocd (${noOpenocd ?? 'found'})`, () => {
  test.each([
    ['board/st_nucleo_l4.cfg', /Error: open failed[^]*plug the debug probe in/],
    ['board/nordic_nrf52_dk.cfg', /No J-Link device found[^]*plug the debug probe in/],
    ['no-such.cfg', /Can't find no-such\.cfg[^]*`flasher\.config` names a file/],
  ])('without a probe, %s', async (config, says) => {
    const flasher = openocdFlasher({ config: [config], probe: '1050288491', speed: '1 MHz', underReset: true });
    await expect(flasher.flash(app(), keptLog(), never)).rejects.toThrow(says);
    await expect(flasher.reset?.(keptLog(), never)).rejects.toThrow(says);
    await expect(flasher.verify?.(app(), keptLog(), never)).rejects.toThrow(says);
  });

  const packaged = loadBoards([join(import.meta.dirname, '..', '..', 'boards')], tmpdir());
  const flashers = [...packaged.values()].flatMap(({ name, flasher }) =>
    flasher?.tool === 'openocd' ? [[name, flasher] as const] : [],
  );
  test.each(flashers)('it knows all that the board file of %s says', async (_, options) => {
    const flashed = openocdFlasher(options).flash(app(), keptLog(), never);
    await expect(flashed).rejects.toThrow(/open failed|matching CMSIS-DAP device/);
  });

  test('a CMSIS-DAP probe that is not there is told', async () => {
    const flasher = openocdFlasher({ config: ['interface/cmsis-dap.cfg', 'target/rp2040.cfg'], speed: '5 MHz' });
    await expect(flasher.flash(app(), keptLog(), never)).rejects.toThrow(/CMSIS-DAP device[^]*plug the debug probe in/);
  });

  test('it writes and compares what it is given, and nothing in a path is run', async () => {
    const { config, image, folder } = hostilePlace();
    const flasher = openocdFlasher({ config: [config] });
    const io = keptLog();
    await flasher.flash(image, io, never);
    expect(io.lines).toContain(`verified ${image.replaceAll('\n', ' ')}`);
    await flasher.reset?.(keptLog(), never);
    expect(await flasher.verify?.(image, keptLog(), never)).toBe(true);
    expect(existsSync(join(folder, 'pwned'))).toBe(false);
  });

  test('a name of a configuration file is a name, and no commands', async () => {
    const { folder } = hostilePlace();
    const config = `interface/dummy.cfg}; exec touch ${folder}/pwned; #{`;
    await expect(openocdFlasher({ config: [config] }).reset?.(keptLog(), never)).rejects.toThrow("Can't find");
    const probe = `x; exec touch ${folder}/pwned`;
    await expect(
      openocdFlasher({ config: ['board/st_nucleo_l4.cfg'], probe }).reset?.(keptLog(), never),
    ).rejects.toThrow('open failed');
    expect(existsSync(join(folder, 'pwned'))).toBe(false);
  });

  test('other contents are no, and the board runs on', async () => {
    const { config, image } = hostilePlace();
    writeFileSync(`${config}.differs`, '');
    const io = keptLog();
    expect(await openocdFlasher({ config: [config] }).verify?.(image, io, never)).toBe(false);
    expect(io.lines).toContain('reset run');
  });

  test('an image for other addresses is an error, although OpenOCD only warns', async () => {
    const { config, folder } = hostilePlace();
    const image = join(folder, 'elsewhere.elf');
    writeFileSync(image, elfFile([{ address: 0x6000_0000, bytes: code.bytes }]));
    await expect(openocdFlasher({ config: [config] }).flash(image, keptLog(), never)).rejects.toThrow(
      /no flash bank found for address 0x60000000[^]*linked for other addresses/,
    );
  });
});

/**
 * A folder whose name is an attack on shells and on Tcl, with an image in it, and a configuration of OpenOCD's own imitation of a flash chip
 * on an interface that is none. Its core is none either: what asks that is only said.
 */
function hostilePlace(): { folder: string; config: string; image: string } {
  const root = mkdtempSync(join(tmpdir(), 'tickmark-openocd-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const folder = join(root, `a b$(touch pwned);[exec touch pwned]{"\\\n#`);
  mkdirSync(folder);
  const config = join(folder, 'imitation.cfg');
  writeFileSync(
    config,
    `adapter driver dummy
     adapter speed 100
     transport select jtag
     jtag newtap x cpu -irlen 4 -expected-id 0
     target create x.cpu testee -chain-position x.cpu
     flash bank x.flash faux 0x08000000 0x200000 2 2 x.cpu
     set differs_file [info script].differs
     rename init connect
     proc init {} {
       connect
       proc reset {how} { echo "reset $how" }
       proc verify_image {file} {
         global differs_file
         if {[file exists $differs_file]} { error "diff 0 address 0x08000000. Was 0xff instead of 0x00" }
         if {![file exists $file]} { error "no $file" }
         echo "verified [string map [list "\\n" " "] $file]"
       }
     }`,
  );
  const image = join(folder, 'app.elf');
  writeFileSync(image, elfFile([code]));
  return { folder, config, image };
}

describe.skipIf(noStFlash !== undefined)(`st-flash (${noStFlash ?? 'found'})`, () => {
  test('without an ST-LINK it says so', async () => {
    const flasher = stFlashFlasher({ probe: '066CFF505750827567154312', underReset: true });
    const says = /Couldn't find (any )?ST-Link devices[^]*plug the ST-LINK in/;
    await expect(flasher.flash(app(), keptLog(), never)).rejects.toThrow(says);
    await expect(flasher.reset?.(keptLog(), never)).rejects.toThrow(says);
    await expect(flasher.verify?.(app(), keptLog(), never)).rejects.toThrow(says);
  });
});

describe.skipIf(noDfuUtil !== undefined)(`dfu-util (${noDfuUtil ?? 'found'})`, () => {
  test('without a boot loader it says so', async () => {
    const flasher = dfuUtilFlasher({ usb: '0483:df11', serial: '357236543131', alt: 0 });
    await expect(flasher.flash(app(), keptLog(), never)).rejects.toThrow(
      /No DFU capable USB device available[^]*BOOT0/,
    );
  });
});

describe.skipIf(noUhubctl !== undefined)(`uhubctl (${noUhubctl ?? 'found'})`, () => {
  test('without a hub it says so', async () => {
    const power = uhubctlSwitch({ hub: '1-1', port: 3 });
    expect(await power.missing()).toBeUndefined();
    await expect(power.off(keptLog(), never)).rejects.toThrow(
      /No compatible devices detected[^]*`power\.hub` is no hub/,
    );
  });
});
