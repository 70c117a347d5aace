// Against a stand-in: nobody has run Espressif's fork with it yet.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { InputError, NotInstalled, TargetError } from '../errors.ts';
import { espQemuTarget, missingEspQemu } from './esp-qemu.ts';
import { firmwareFile } from './fixtures/firmware.ts';
import { echo } from './fixtures/programs.ts';
import type { Link } from './port.ts';
import { read } from './target.contract.ts';

const { signal } = new AbortController();
const { TICKMARK_ESP_QEMU: before } = process.env;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tickmark-esp-'));
  process.env.TICKMARK_ESP_QEMU = folder;
});
afterEach(() => {
  if (before === undefined) delete process.env.TICKMARK_ESP_QEMU;
  else process.env.TICKMARK_ESP_QEMU = before;
  rmSync(folder, { recursive: true });
});

test('boots a copy of the flash, with UART0 as the link, and leaves nothing behind', async () => {
  standIn('qemu-system-xtensa', 'esp32                Espressif ESP32 machine');
  const flash = flashFile(4 << 20);
  const target = await espQemuTarget({ name: 'q', machine: 'esp32', flash, clockHz: 125e6 }, signal);
  expect(target.emulator).toBe("Espressif's QEMU 9.2.2");
  const link = await target.open(firmwareFile(echo), signal);
  await link.write(Buffer.from('abc'));
  expect(await read(link, 4)).toBe('!abc');

  const args = readFileSync(join(folder, 'args'), 'utf8').split('\n');
  expect(args.slice(0, 2)).toEqual(['-M', 'esp32']);
  expect(args).not.toContain('-kernel');
  const copy = /^file=(.*),if=mtd,format=raw$/.exec(args[args.indexOf('-drive') + 1] ?? '')?.[1] ?? '';
  expect(copy).not.toBe(flash);
  expect(readFileSync(copy).equals(readFileSync(flash))).toBe(true);
  expect(args[args.indexOf('-icount') + 1]).toBe('shift=3');
  expect(args.slice(args.indexOf('-serial'), args.indexOf('-serial') + 2)).toEqual(['-serial', 'chardev:uart']);

  await link[Symbol.asyncDispose]();
  await link[Symbol.asyncDispose]();
  expect(existsSync(copy)).toBe(false);
});

test('a QEMU without the machine is not Espressif’s, and nothing is tried', async () => {
  standIn('qemu-system-riscv32', 'virt                 RISC-V VirtIO board');
  const target = await espQemuTarget({ name: 'q', machine: 'esp32c3', flash: flashFile(), clockHz: 125e6 }, signal);
  await expect(target.open(firmwareFile(echo), signal)).rejects.toThrow(NotInstalled);
  await expect(target.open(firmwareFile(echo), signal)).rejects.toThrow(
    /qemu-system-riscv32 is not Espressif's: it has no machine esp32c3\n.*TICKMARK_ESP_QEMU/,
  );
});

test('without one, how to get it is said', () => {
  using _path = onlyPath('/nowhere');
  expect(missingEspQemu('esp32')).toMatch(
    /^Espressif's qemu-system-xtensa is not installed: .*espressif\/qemu\/releases/,
  );
  standIn('qemu-system-xtensa', 'esp32 ');
  expect(missingEspQemu('esp32')).toBeUndefined();
});

test('one that does not start is told with its words', async () => {
  writeFileSync(join(folder, 'qemu-system-xtensa'), '#!/bin/sh\necho "libgcrypt is missing" >&2; exit 127\n', {
    mode: 0o755,
  });
  const refused = espQemuTarget({ name: 'q', machine: 'esp32', flash: flashFile(), clockHz: 125e6 }, signal);
  await expect(refused).rejects.toThrow(TargetError);
  await expect(refused).rejects.toThrow(/libgcrypt is missing/);
});

test('a flash of another size than a chip has is refused, and so is a file that is not there', async () => {
  standIn('qemu-system-xtensa', 'esp32 ');
  await expect(openWith(flashFile(1000))).rejects.toThrow(InputError);
  await expect(openWith(flashFile(1000))).rejects.toThrow(/has 1000 bytes.*\n.*merge_bin --fill-flash-size 4MB/);
  await expect(openWith('missing.bin')).rejects.toThrow('cannot be read: ENOENT');
});

async function openWith(flash: string): Promise<Link> {
  const target = await espQemuTarget({ name: 'q', machine: 'esp32', flash, clockHz: 125e6 }, signal);
  return target.open(firmwareFile(echo), signal);
}

/** Answers as QEMU does, writes down its arguments, and echoes on the UART's channel. */
function standIn(program: string, machines: string): void {
  const script = `#!/bin/sh
case "$1 $2" in
  "--version ") echo "QEMU emulator version 9.2.2 (esp_develop_9.2.2_20250817)"; exit ;;
  "-M help") echo "Supported machines are:"; echo "${machines}"; exit ;;
esac
printf '%s\\n' "$@" > "${folder}/args"
printf '!' >&3
exec cat <&3 >&3
`;
  writeFileSync(join(folder, program), script, { mode: 0o755 });
}

function flashFile(bytes = 2 << 20): string {
  const path = join(folder, `flash-${bytes}.bin`);
  writeFileSync(path, Buffer.alloc(bytes, 0xe9));
  return path;
}

function onlyPath(...folders: string[]): Disposable {
  const { PATH } = process.env;
  process.env.PATH = folders.join(delimiter);
  onTestFinished(() => {
    process.env.PATH = PATH;
  });
  return { [Symbol.dispose]: () => (process.env.PATH = PATH) };
}
