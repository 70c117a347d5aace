import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { InputError, NotInstalled } from '../errors.ts';
import { dfuUtilFlasher } from './dfu-util.ts';
import { esptoolFlasher } from './esptool.ts';
import { elfAt, fakeTools, keptLog } from './fixtures/fake-tools.ts';
import { jlinkFlasher } from './jlink.ts';
import { openocdFlasher } from './openocd.ts';
import type { Flasher, ProbeId } from './port.ts';
import { probeRsFlasher } from './probe-rs.ts';
import { stFlashFlasher } from './st-flash.ts';

const never = new AbortController().signal;
const code = { address: 0x0800_0000, bytes: Buffer.from('code') };
const data = { address: 0x0800_0010, bytes: Buffer.from('data') };
const app = () => elfAt('app.elf', [code, data]);
const argsOf = (tools: ReturnType<typeof fakeTools>) => tools.calls().map(({ program, args }) => [program, ...args]);

const all: readonly Flasher[] = [
  openocdFlasher({ config: ['board/x.cfg'] }),
  probeRsFlasher({ chip: 'X' }),
  stFlashFlasher({}),
  jlinkFlasher({ device: 'X' }),
  dfuUtilFlasher({ usb: '0483:df11' }),
  esptoolFlasher({}),
];

test.each(all.map(flasher => [flasher.name, flasher] as const))(
  '%s says how to get it where it is not',
  async (name, flasher) => {
    vi.stubEnv('PATH', '');
    expect(await flasher.missing()).toMatch(
      new RegExp(`^${name} is not installed: (apt-get|pip|cargo) install |^${name} .* https://`),
    );
    await expect(flasher.flash(app(), keptLog(), never)).rejects.toThrow(NotInstalled);
    vi.unstubAllEnvs();
  },
);

const noPorts = ['-c', 'gdb_port disabled; tcl_port disabled; telnet_port disabled'];

test('openocd: flash, reset and verify, listening on no port', async () => {
  const tools = fakeTools();
  tools.put('openocd', '');
  const flasher = openocdFlasher({
    config: ['board/st_nucleo_l4.cfg', 'mine.cfg'],
    probe: '066C',
    speed: '1.8 MHz',
    underReset: true,
  });
  const image = app();
  await flasher.flash(image, keptLog(), never);
  await flasher.reset?.(keptLog(), never);
  expect(await flasher.verify?.(image, keptLog(), never)).toBe(true);
  const connected = [
    'openocd',
    ...noPorts,
    '-c',
    'script board/st_nucleo_l4.cfg',
    '-c',
    'script mine.cfg',

    '-c',
    'adapter serial 066C',
    '-c',
    'adapter speed 1800',
    '-c',
    'reset_config srst_nogate connect_assert_srst',
    '-c',
  ];
  const word = image.replace(/[^\w./-]/g, String.raw`\$&`);
  expect(argsOf(tools)).toEqual([
    [...connected, `init; reset init; flash write_image erase ${word}; verify_image ${word}; reset run; shutdown`],
    [...connected, 'init; reset run; shutdown'],
    [
      ...connected,
      `init; reset halt; set differs [catch {verify_image ${word}} said]; echo $said; reset run; if {$differs} {shutdown error}; shutdown`,
    ],
  ]);
});

test('openocd: other contents are no, and no answer is an error', async () => {
  const tools = fakeTools();
  const flasher = openocdFlasher({ config: ['board/x.cfg'] });
  tools.put(
    'openocd',
    `console.error('Error: checksum mismatch - attempting binary compare\\ndiff 0 address 0x08000000. Was 0xff instead of 0x00'); process.exitCode = 1;`,
  );
  expect(await flasher.verify?.(app(), keptLog(), never)).toBe(false);
  tools.put('openocd', `console.error('Error: open failed'); process.exitCode = 1;`);
  await expect(flasher.verify?.(app(), keptLog(), never)).rejects.toThrow('plug the debug probe in');
});

test('probe-rs: flash is followed by a reset, and verify goes by what it prints', async () => {
  const tools = fakeTools();
  tools.put('probe-rs', `if (args[0] === 'verify') console.log('Verification successful');`);
  const flasher = probeRsFlasher({ chip: 'nRF52840_xxAA', probe: '1366:1051:0010', speed: '4 MHz', underReset: true });
  const image = app();
  await flasher.flash(image, keptLog(), never);
  expect(await flasher.verify?.(image, keptLog(), never)).toBe(true);
  const connected = [
    '--non-interactive',
    '--chip',
    'nRF52840_xxAA',
    '--probe',
    '1366:1051:0010',
    '--speed',
    '4000',
    '--connect-under-reset',
  ];
  expect(argsOf(tools)).toEqual([
    ['probe-rs', 'download', ...connected, '--disable-progressbars', '--verify', image],
    ['probe-rs', 'reset', ...connected],
    ['probe-rs', 'verify', ...connected, '--disable-progressbars', image],
  ]);

  tools.put('probe-rs', `console.log('Verification failed: contents do not match');`);
  expect(await flasher.verify?.(image, keptLog(), never)).toBe(false);
  tools.put('probe-rs', `console.log('hello');`);
  await expect(flasher.verify?.(image, keptLog(), never)).rejects.toThrow('hello');
});

test('st-flash: segments become one binary, their gap as erased flash is', async () => {
  const tools = fakeTools();
  tools.put(
    'st-flash',
    `if (args.includes('read')) writeFileSync(args.at(-3), Buffer.from('code' + '\\xff'.repeat(12) + 'data', 'latin1'));`,
  );
  const flasher = stFlashFlasher({ probe: '066C', underReset: true });
  const image = app();
  await flasher.flash(image, keptLog(), never);
  expect(await flasher.verify?.(image, keptLog(), never)).toBe(true);
  const connected = ['--connect-under-reset', '--serial', '066C'];
  const [write, reset, read] = tools.calls();
  expect(write?.args).toEqual([...connected, 'write', expect.stringMatching(/image\.bin$/), '0x08000000']);
  expect(write?.files['image.bin']).toBe(`code${'\xff'.repeat(12)}data`);
  expect(reset?.args).toEqual([...connected, 'reset']);
  expect(read?.args).toEqual([...connected, 'read', expect.stringMatching(/flash\.bin$/), '0x08000000', '0x00000014']);

  tools.put('st-flash', `if (args.includes('read')) writeFileSync(args.at(-3), 'other');`);
  expect(await flasher.verify?.(image, keptLog(), never)).toBe(false);
});

test('st-flash: segments that are far apart are written one after the other', async () => {
  const tools = fakeTools();
  tools.put('st-flash', '');
  const far = { address: 0x0810_0000, bytes: Buffer.from('far') };
  await stFlashFlasher({}).flash(elfAt('far.elf', [far, code]), keptLog(), never);
  const written = tools.calls().filter(({ args }) => args[0] === 'write');
  expect(written.map(({ args, files }) => [args.at(-1), files['image.bin']])).toEqual([
    ['0x08000000', 'code'],
    ['0x08100000', 'far'],
  ]);
});

test('J-Link Commander: commands from a file, and binaries by names of ours', async () => {
  const tools = fakeTools();
  tools.put('JLinkExe', `console.log('Verify successful.');`);
  const flasher = jlinkFlasher({ device: 'nRF52840_xxAA', probe: '1050288491', speed: '4 MHz' });
  const image = elfAt('a "b"; exec touch x.elf', [code, data]);
  await flasher.flash(image, keptLog(), never);
  await flasher.reset?.(keptLog(), never);
  expect(await flasher.verify?.(image, keptLog(), never)).toBe(true);
  const args = [
    '-nogui',
    '1',
    '-USB',
    '1050288491',
    '-device',
    'nRF52840_xxAA',
    '-if',
    'SWD',
    '-speed',
    '4000',
    '-autoconnect',
    '1',
    '-CommanderScript',
    'commands.jlink',
  ];
  const parts = { 'part-0.bin': 'code', 'part-1.bin': 'data' };
  const run = (script: string, files = {}) => ({
    program: 'JLinkExe',
    args,
    files: { 'commands.jlink': script, ...files },
  });
  expect(tools.calls()).toEqual([
    run('ExitOnError 1\nr\nloadbin part-0.bin, 0x08000000\nloadbin part-1.bin, 0x08000010\nr\ng\nq\n', parts),
    run('ExitOnError 1\nr\ng\nq\n'),
    run('ExitOnError 1\nverifybin part-0.bin, 0x08000000\nq\n', parts),
    run('ExitOnError 1\nverifybin part-1.bin, 0x08000010\nq\n', parts),
  ]);

  tools.put('JLinkExe', `console.log('Verify failed @ 0x08000000'); process.exitCode = 1;`);
  expect(await flasher.verify?.(image, keptLog(), never)).toBe(false);
  tools.put('JLinkExe', `console.log('Connecting to J-Link via USB...FAILED: Cannot connect to J-Link.');`);
  await expect(flasher.verify?.(image, keptLog(), never)).rejects.toThrow('plug the J-Link in');
  await expect(flasher.reset?.(keptLog(), never)).rejects.toThrow('plug the J-Link in'); // with an exit code of 0, as it was seen to
});

test('dfu-util: the lowest part is written last, and started', async () => {
  const tools = fakeTools();
  tools.put('dfu-util', '');
  const far = { address: 0x0810_0000, bytes: Buffer.from('far') };
  const flasher = dfuUtilFlasher({ usb: '0483:df11', serial: '3572', alt: 1 });
  await flasher.flash(elfAt('far.elf', [code, far]), keptLog(), never);
  const device = ['-d', '0483:df11', '-S', '3572', '-a', '1'];
  expect(tools.calls().map(({ args }) => args)).toEqual([
    [...device, '-s', '0x08100000', '-D', expect.stringMatching(/image\.bin$/)],
    [...device, '-s', '0x08000000:leave', '-D', expect.stringMatching(/image\.bin$/)],
  ]);
});

test('dfu-util: a device that has left without a word has the image, one that has not is an error', async () => {
  const tools = fakeTools();
  const flasher = dfuUtilFlasher({ usb: '0483:df11' });
  tools.put(
    'dfu-util',
    `console.log('File downloaded successfully'); console.error('dfu-util: Error during download get_status'); process.exitCode = 74;`,
  );
  await flasher.flash(app(), keptLog(), never);
  tools.put('dfu-util', `console.error('dfu-util: Error during download get_status'); process.exitCode = 74;`);
  await expect(flasher.flash(app(), keptLog(), never)).rejects.toThrow('failed (exit code 74)');
});

/** An ESP-IDF build folder: the ELF file, what was made of it, and the list of what goes where. */
function espBuild(more: object = {}): string {
  const image = elfAt('app.elf', [code]);
  const bin = Buffer.alloc(256);
  bin.writeUInt32LE(0xabcd5432, 32);
  createHash('sha256').update(readFileSync(image)).digest().copy(bin, 176);
  writeFileSync(join(dirname(image), 'app.bin'), bin);
  mkdirSync(join(dirname(image), 'bootloader'));
  writeFileSync(join(dirname(image), 'bootloader', 'bootloader.bin'), '');
  const list = {
    flash_settings: { flash_mode: 'dio', flash_size: '2MB', flash_freq: '40m' },
    flash_files: { '0x10000': 'app.bin', '0x1000': 'bootloader/bootloader.bin' },
    app: { offset: '0x10000', file: 'app.bin' },
    extra_esptool_args: { chip: 'esp32', before: 'default_reset', after: 'hard_reset' },
    ...more,
  };
  writeFileSync(join(dirname(image), 'flasher_args.json'), JSON.stringify(list));
  return image;
}

test('esptool 5: what the build lists, in its settings', async () => {
  const tools = fakeTools();
  tools.put('esptool', `if (args[0] === 'version') console.log('esptool v5.1.0\\n5.1.0');`);
  const flasher = esptoolFlasher({ baud: 921_600 });
  const image = espBuild();
  const io = keptLog('/dev/ttyUSB0');
  await flasher.flash(image, io, never);
  expect(await flasher.verify?.(image, io, never)).toBe(true);
  await flasher.reset?.(io, never);
  const folder = dirname(image);
  const what = [
    '--flash-mode',
    'dio',
    '--flash-freq',
    '40m',
    '--flash-size',
    '2MB',
    '0x1000',
    join(folder, 'bootloader/bootloader.bin'),
    '0x10000',
    join(folder, 'app.bin'),
  ];
  expect(argsOf(tools).filter(args => args[1] !== 'version')).toEqual([
    [...connectedTo('esp32'), 'write-flash', ...what],
    [...connectedTo('esp32'), 'verify-flash', ...what],
    [...connectedTo('auto'), 'read-mac'],
  ]);
});

test('esptool 4 has underscores in its words, and another name', async () => {
  const tools = fakeTools();
  vi.stubEnv('PATH', tools.folder); // without an esptool of this machine
  tools.put('esptool.py', `if (args[0] === 'version') console.log('esptool.py v4.8.1\\n4.8.1');`);
  await esptoolFlasher({ chip: 'esp32c3' }).flash(espBuild(), keptLog('rfc2217://127.0.0.1:3001'), never);
  expect(argsOf(tools)[1]?.slice(0, 13)).toEqual([
    'esptool.py',
    '--chip',
    'esp32c3',
    '--port',
    'rfc2217://127.0.0.1:3001',
    '--baud',
    '460800',
    '--before',
    'default_reset',
    '--after',
    'hard_reset',
    'write_flash',
    '--flash_mode',
  ]);
});

test('esptool: one merged binary goes to address 0', async () => {
  const tools = fakeTools();
  tools.put('esptool', `console.log('5.1.0');`);
  await esptoolFlasher({ merged: '/build/merged.bin' }).flash(espBuild(), keptLog('/dev/ttyUSB0'), never);
  expect(argsOf(tools)[1]?.slice(-3)).toEqual(['write-flash', '0x0', '/build/merged.bin']);
});

test('esptool: an ELF file alone is made into an application, for a chip that is named', async () => {
  const tools = fakeTools();
  tools.put('esptool', `console.log('5.1.0'); if (args.includes('elf2image')) writeFileSync(args[4], 'app');`);
  const image = app();
  await esptoolFlasher({ chip: 'esp32' }).flash(image, keptLog('/dev/ttyUSB0'), never);
  const made = argsOf(tools)[1];
  expect(made).toEqual([
    'esptool',
    '--chip',
    'esp32',
    'elf2image',
    '--output',
    expect.stringMatching(/app\.bin$/),
    image,
  ]);
  expect(argsOf(tools)[2]?.slice(-3)).toEqual(['write-flash', '0x10000', made?.[5]]);
  await expect(esptoolFlasher({}).flash(image, keptLog(), never)).rejects.toThrow(
    /flasher_args\.json.*or name the chip/,
  );
});

test('esptool: other contents are no', async () => {
  const tools = fakeTools();
  tools.put(
    'esptool',
    `if (args[0] === 'version') console.log('5.1.0'); else { console.log('Verification failed (digest mismatch).'); console.error('A fatal error occurred: Verification failed.'); process.exitCode = 2; }`,
  );
  expect(await esptoolFlasher({}).verify?.(espBuild(), keptLog('/dev/ttyUSB0'), never)).toBe(false);
});

test.each([
  ['of another build', { app: { file: 'bootloader/other.bin' } }, 'was made from another ELF file'],
  ['with a file that is not there', { flash_files: { '0x0': 'nowhere.bin' } }, /there is no .*nowhere\.bin/],
  ['with something else for an offset', { flash_files: { 'x; reboot': 'app.bin' } }, 'not an offset and a file'],
  ['of encrypted parts', { bootloader: { file: 'app.bin', encrypted: 'true' } }, 'asks for flash encryption'],
  ['without files', { flash_files: {} }, 'has 0 flash_files'],
  ['without a list of files', { flash_files: undefined }, 'has no flash_files'],
])('a flasher_args.json %s is refused', async (_, more, says) => {
  const tools = fakeTools();
  tools.put('esptool', `console.log('5.1.0');`);
  const image = espBuild(more);
  const other = readFileSync(join(dirname(image), 'app.bin'));
  writeFileSync(join(dirname(image), 'bootloader', 'other.bin'), other.fill(1, 176, 180));
  const flashed = esptoolFlasher({}).flash(image, keptLog('/dev/ttyUSB0'), never);
  await expect(flashed).rejects.toThrow(InputError);
  await expect(flashed).rejects.toThrow(says);
  expect(tools.calls()).toHaveLength(1); // its version
});

// what the tools were seen to print: their sources, and reports of users
test.each([
  [
    openocdFlasher({ config: ['x.cfg'] }),
    'openocd',
    'Error: open failed',
    /plug the debug probe in.*60-openocd\.rules/,
  ],
  [
    openocdFlasher({ config: ['x.cfg'] }),
    'openocd',
    'Error: libusb_open() failed with LIBUSB_ERROR_ACCESS',
    /^[^]*→ only an administrator/,
  ],
  [
    openocdFlasher({ config: ['x.cfg'] }),
    'openocd',
    'Error: init mode failed (unable to connect to the target)',
    'underReset: true',
  ],
  [
    probeRsFlasher({ chip: 'X' }),
    'probe-rs',
    'Error: No connected probes were found.',
    /plug the debug probe in.*probe-setup/,
  ],
  [
    probeRsFlasher({ chip: 'X' }),
    'probe-rs',
    "Error: The chip 'X' was not found in the database.",
    'probe-rs chip list',
  ],
  [stFlashFlasher({}), 'st-flash', "WARN usb.c: Couldn't find any ST-Link devices", 'plug the ST-LINK in'],
  [jlinkFlasher({ device: 'X' }), 'JLinkExe', 'Cannot connect to target.', 'does not answer'],
  [dfuUtilFlasher({ usb: '0483:df11' }), 'dfu-util', 'dfu-util: No DFU capable USB device available', 'BOOT0 high'],
  [
    esptoolFlasher({}),
    'esptool',
    'A fatal error occurred: Failed to connect to ESP32: No serial data received.',
    /hold BOOT/,
  ],
  [
    esptoolFlasher({}),
    'esptool',
    "Could not open /dev/ttyUSB0, the port is busy or doesn't exist.",
    'another program has the port',
  ],
])('what is known to help follows the failure of a tool', async (flasher, program, says, helps) => {
  const tools = fakeTools();
  tools.put(
    program,
    `if (args[0] === 'version') console.log('5.1.0'); else { console.error(${JSON.stringify(says)}); process.exitCode = 1; }`,
  );
  const flashed = flasher.flash(espBuild(), keptLog('/dev/ttyUSB0'), never);
  await expect(flashed).rejects.toThrow(says);
  await expect(flashed).rejects.toThrow(helps);
});

test('an image that cannot be taken apart is refused before a tool is run', async () => {
  const tools = fakeTools();
  tools.put('st-flash', '');
  const overlapping = elfAt('app.elf', [code, { ...data, address: code.address + 2 }]);
  await expect(stFlashFlasher({}).flash(overlapping, keptLog(), never)).rejects.toThrow(
    'loads two things to 0x08000002',
  );
  await expect(stFlashFlasher({}).flash(elfAt('app.elf', []), keptLog(), never)).rejects.toThrow('loads nothing');
  expect(tools.calls()).toEqual([]);
});

function connectedTo(chip: string): string[] {
  return [
    'esptool',
    '--chip',
    chip,
    '--port',
    '/dev/ttyUSB0',
    '--baud',
    '921600',
    '--before',
    'default-reset',
    '--after',
    'hard-reset',
  ];
}

const stLink: ProbeId = { kind: 'st-link', vendorId: '0483', productId: '374b', serial: '066DFF' };
const jLink: ProbeId = { kind: 'j-link', vendorId: '1366', productId: '1061', serial: '000683123456' };

test.each([
  { flasher: openocdFlasher({ config: ['board/x.cfg'] }), own: stLink, says: ['adapter serial 066DFF'] },
  {
    flasher: openocdFlasher({ config: ['interface/stlink.cfg', 'target/x.cfg'] }),
    own: stLink,
    says: ['adapter serial 066DFF'],
  },
  { flasher: stFlashFlasher({}), own: stLink, says: ['--serial', '066DFF'] },
  { flasher: jlinkFlasher({ device: 'X' }), own: jLink, says: ['-USB', '683123456'] },
  { flasher: probeRsFlasher({ chip: 'X' }), own: stLink, says: ['--probe', '0483:374b:066DFF'] },
])('$flasher.name takes the probe that the port is a side of', async ({ flasher, own, says }) => {
  const tools = fakeTools();
  for (const program of ['openocd', 'st-flash', 'JLinkExe', 'probe-rs']) tools.put(program, '');
  const io = keptLog('/dev/ttyACM0', own);
  await flasher.flash(app(), io, never);
  await flasher.reset?.(io, never);
  await flasher.verify?.(app(), io, never).catch(() => {}); // no tool that says nothing is believed
  expect(tools.calls().length).toBeGreaterThan(2);
  for (const { args } of tools.calls()) expect(args).toEqual(expect.arrayContaining(says));
});

test.each([
  { flasher: openocdFlasher({ config: ['board/x.cfg'], probe: 'MINE' }), own: stLink },
  { flasher: openocdFlasher({ config: ['interface/jlink.cfg'] }), own: stLink },
  { flasher: stFlashFlasher({ probe: 'MINE' }), own: stLink },
  { flasher: stFlashFlasher({}), own: jLink },
  { flasher: jlinkFlasher({ device: 'X', probe: 'MINE' }), own: jLink },
  { flasher: jlinkFlasher({ device: 'X' }), own: stLink },
  { flasher: probeRsFlasher({ chip: 'X', probe: 'MINE' }), own: stLink },
])('$flasher.name leaves the port’s probe alone where another is meant', async ({ flasher, own }) => {
  const tools = fakeTools();
  for (const program of ['openocd', 'st-flash', 'JLinkExe', 'probe-rs']) tools.put(program, '');
  await flasher.reset?.(keptLog('/dev/ttyACM0', own), never);
  expect(tools.calls()).toHaveLength(1);
  expect(tools.calls()[0]?.args.join(' ')).not.toMatch(/066DFF|683123456/);
});
