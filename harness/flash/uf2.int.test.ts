import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../runner/fixtures/processes.ts';
import { elfAt, fakeTools, keptLog } from './fixtures/fake-tools.ts';
import { uf2Flasher } from './uf2.ts';
import { uf2Image } from './uf2-image.ts';

const never = new AbortController().signal;
const family = '0xe48bff56';
const quick = { appearMs: 300, vanishMs: 600 };
const app = () => elfAt('app.elf', [{ address: 0x1000_0000, bytes: Buffer.from('code') }]);

/** Folders that stand for mounted drives. */
function drives(...boardIds: string[]): string[] {
  const root = mkdtempSync(join(tmpdir(), "tickmark drive's $(touch x) "));
  onTestFinished(() => rmSync(root, { recursive: true }));
  return boardIds.map((id, index) => {
    const folder = join(root, `${index}`);
    mkdirSync(folder);
    writeFileSync(join(folder, 'INFO_UF2.TXT'), `Board-ID: ${id}\r\n`);
    return folder;
  });
}

/** A boot loader: takes its drive away once it has the whole image. */
function bootLoader(folder: string, bytes: number): Promise<boolean> {
  const image = join(folder, 'TICKMARK.UF2');
  const hasAll = () => existsSync(image) && readFileSync(image).length === bytes;
  return until(hasAll, 10_000).then(has => {
    rmSync(join(folder, 'INFO_UF2.TXT'));
    return has;
  });
}

test('the image is copied to the drive of the board that is meant, and the drive that goes is success', async () => {
  const [other = '', mine = ''] = drives('nRF52840-Feather-revD', 'RPI-RP2');
  const image = app();
  const flasher = uf2Flasher(
    { family, board: 'RPI-RP2' },
    { ...quick, vanishMs: 10_000, folders: () => [other, mine] },
  );
  const io = keptLog();
  const taken = bootLoader(mine, 512);
  await flasher.flash(image, io, never);
  expect(await taken).toBe(true);
  expect(readFileSync(join(mine, 'TICKMARK.UF2'))).toEqual(Buffer.from(uf2Image(image, 0xe48bff56)));
  expect(existsSync(join(other, 'TICKMARK.UF2'))).toBe(false);
  expect(io.lines[0]).toBe(`${mine} is the drive of RPI-RP2`);
});

test('a drive that stays has not taken the image', async () => {
  const [drive = ''] = drives('RPI-RP2');
  const flasher = uf2Flasher({ family, drive }, { ...quick, folders: () => [] });
  await expect(flasher.flash(app(), keptLog(), never)).rejects.toThrow(
    /is still there 0\.6 s after it was given the image.*\n.*check `flasher\.family` \(0xe48bff56\)/,
  );
});

test('two drives that could be it are both named, and neither is written to', async () => {
  const [one = '', two = ''] = drives('RPI-RP2', 'RPI-RP2');
  const flasher = uf2Flasher({ family }, { ...quick, folders: () => [one, two] });
  const flashed = flasher.flash(app(), keptLog(), never);
  await expect(flashed).rejects.toThrow(`2 drives could be the board’s: ${one} (RPI-RP2), ${two} (RPI-RP2)`);
  expect(existsSync(join(one, 'TICKMARK.UF2'))).toBe(false);
});

test('no drive, or one of another board, says how to get there', async () => {
  const [other = ''] = drives('nRF52840-Feather-revD');
  const flasher = uf2Flasher({ family, board: 'RPI-RP2' }, { ...quick, folders: () => [other] });
  await expect(flasher.flash(app(), keptLog(), never)).rejects.toThrow(
    /no drive .* for RPI-RP2 is mounted.*\n.*hold BOOTSEL/,
  );
  const stop = AbortSignal.abort(new Error('Ctrl-C'));
  await expect(flasher.flash(app(), keptLog(), stop)).rejects.toThrow('Ctrl-C');
});

test('a drive that appears while it is waited for is taken', async () => {
  const [drive = ''] = drives('RPI-RP2');
  let looks = 0;
  const flasher = uf2Flasher(
    { family },
    { appearMs: 5_000, vanishMs: 10_000, folders: () => (++looks < 3 ? [] : [drive]) },
  );
  const taken = bootLoader(drive, 512);
  await flasher.flash(app(), keptLog(), never);
  expect(await taken).toBe(true);
});

const large = () => elfAt('app.elf', [{ address: 0x1000_0000, bytes: new Uint8Array(1000).fill(7) }]);

test('an image of several blocks arrives whole', async () => {
  const [drive = ''] = drives('RPI-RP2');
  const image = large();
  const flasher = uf2Flasher({ family }, { ...quick, vanishMs: 10_000, folders: () => [drive] });
  const taken = bootLoader(drive, 4 * 512);
  await flasher.flash(image, keptLog(), never);
  expect(await taken).toBe(true);
  expect(readFileSync(join(drive, 'TICKMARK.UF2'))).toEqual(Buffer.from(uf2Image(image, 0xe48bff56)));
});

test('while the board’s own port is there, the one drive is another board’s', async () => {
  const [drive = ''] = drives('RPI-RP2');
  const flasher = uf2Flasher({ family, drive }, { ...quick, folders: () => [] });
  const io = { ...keptLog('/dev/ttyACM0'), isRunning: async () => true };
  await expect(flasher.flash(app(), io, never)).rejects.toThrow(
    /\(RPI-RP2\) is another board’s drive: this board runs, \/dev\/ttyACM0 is still there\n.*hold BOOTSEL/,
  );
  expect(existsSync(join(drive, 'TICKMARK.UF2'))).toBe(false);
});

test('a board that is brought into its boot loader meanwhile is written to', async () => {
  const [drive = ''] = drives('RPI-RP2');
  let looks = 0;
  const around = { appearMs: 5_000, vanishMs: 10_000, folders: () => [drive] };
  const taken = bootLoader(drive, 512);
  await uf2Flasher({ family }, around).flash(app(), { ...keptLog(), isRunning: async () => ++looks < 3 }, never);
  expect(await taken).toBe(true);
});

/** A copy during which the drive goes, and which ends badly for that. */
function goesDuring(drive: string, file: string): void {
  const gone = JSON.stringify(join(drive, 'INFO_UF2.TXT'));
  fakeTools().put(
    'dd',
    `if (args[0].endsWith(${JSON.stringify(file)})) {
      require('node:fs').rmSync(${gone});
      console.error('dd: fsync failed: Input/output error');
      process.exitCode = 1;
    }`,
  );
}

test.each([
  { file: 'image.uf2', says: /Input\/output error/ },
  { file: 'last.uf2', says: undefined },
])('a drive that goes while it is given $file: $says', async ({ file, says }) => {
  const [drive = ''] = drives('RPI-RP2');
  goesDuring(drive, file);
  const flashed = uf2Flasher({ family, drive }, { ...quick, folders: () => [] }).flash(large(), keptLog(), never);
  if (says) await expect(flashed).rejects.toThrow(says);
  else await flashed;
});
