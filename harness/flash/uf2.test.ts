import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { elfAt } from './fixtures/fake-tools.ts';
import { fatMounts, uf2DriveAt } from './uf2-drive.ts';
import { uf2Image } from './uf2-image.ts';

const rp2040 = 0xe48bff56;

test('an image becomes blocks of 256 bytes for its family, in order, what it leaves free erased', () => {
  const elf = elfAt('app.elf', [
    { address: 0x1000_0000, bytes: new Uint8Array(256).fill(1) },
    { address: 0x1000_0110, bytes: Uint8Array.of(2, 3) },
    { address: 0x1000_01ff, bytes: Uint8Array.of(4, 5) },
  ]);
  const blocks = blocksOf(uf2Image(elf, rp2040));
  const header = { magic: [0x0a324655, 0x9e5d5157, 0x0ab16f30], flags: 0x2000, size: 256, count: 3, family: rp2040 };
  expect(blocks).toMatchObject([
    { ...header, address: 0x1000_0000, number: 0 },
    { ...header, address: 0x1000_0100, number: 1 },
    { ...header, address: 0x1000_0200, number: 2 },
  ]);
  const [first, second, third] = blocks.map(({ data }) => data);
  expect(first).toEqual(Buffer.alloc(256, 1));
  expect(second).toEqual(Buffer.concat([Buffer.alloc(16, 255), Buffer.of(2, 3), Buffer.alloc(237, 255), Buffer.of(4)]));
  expect(third).toEqual(Buffer.concat([Buffer.of(5), Buffer.alloc(255, 255)]));
});

function blocksOf(image: Uint8Array) {
  expect(image.length % 512).toBe(0);
  return Array.from({ length: image.length / 512 }, (_, index) => {
    const block = Buffer.from(image.subarray(index * 512, (index + 1) * 512));
    const word = (at: number) => block.readUInt32LE(at);
    return {
      magic: [word(0), word(4), word(508)],
      flags: word(8),
      address: word(12),
      size: word(16),
      number: word(20),
      count: word(24),
      family: word(28),
      data: block.subarray(32, 32 + 256),
      rest: block.subarray(32 + 256, 508),
    };
  });
}

test('drives are FAT file systems, whatever their folder is called', () => {
  const mounts = [
    'proc /proc proc rw 0 0',
    '/dev/sda1 /media/me/RPI-RP2 vfat rw 0 0',
    String.raw`/dev/sdb1 /media/me/my\040drive\134\303\251 vfat rw 0 0`,
    '/dev/sdc1 /home ext4 rw 0 0',
    '',
  ];
  expect(fatMounts(mounts.join('\n'))).toEqual(['/media/me/RPI-RP2', String.raw`/media/me/my drive\é`]);
});

test('a drive is a boot loader’s by its INFO_UF2.TXT, which says of which board', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tickmark-uf2-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  expect(uf2DriveAt(folder)).toBeUndefined();
  writeFileSync(
    join(folder, 'INFO_UF2.TXT'),
    'UF2 Bootloader v1.0\r\nModel: Raspberry Pi RP2\r\nBoard-ID: RPI-RP2\r\n',
  );
  expect(uf2DriveAt(folder)).toEqual({ folder, boardId: 'RPI-RP2' });
  writeFileSync(join(folder, 'INFO_UF2.TXT'), Buffer.alloc(1 << 20, 'x'));
  expect(uf2DriveAt(folder)).toEqual({ folder, boardId: 'unknown' });
  rmSync(join(folder, 'INFO_UF2.TXT'));
  mkdirSync(join(folder, 'INFO_UF2.TXT'));
  expect(uf2DriveAt(folder)).toBeUndefined();
});
