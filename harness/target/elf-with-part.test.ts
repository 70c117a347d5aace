import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type ElfSegment, readElf } from './elf.ts';
import { elfWithPart } from './elf-with-part.ts';

const images = join(import.meta.dirname, '..', '..', 'boards', 'firmware', 'images');

test.each(['stm32f4.elf', 'nrf52840.elf', 'rp2040.elf'])(
  '%s gets one more segment and section, and is the same otherwise',
  name => {
    const before = new Uint8Array(readFileSync(join(images, name)));
    const part = { physicalAddress: 0x1004_0000, bytes: Uint8Array.of(1, 2, 3, 4, 5) };
    const [old, now] = [before, elfWithPart(before, part)].map(file => readElf(file, name));
    const all = [...(old?.segments ?? []), { ...part, virtualAddress: part.physicalAddress }];
    expect(now?.segments.map(told)).toEqual(all.map(told));
    expect(now?.sections.slice(0, -1)).toEqual(old?.sections);
    expect(now?.sections.at(-1)).toMatchObject({ name: '', address: part.physicalAddress, sizeBytes: 5 });
    expect(now).toMatchObject({
      buildId: old?.buildId,
      entry: old?.entry,
      ramBytes: old?.ramBytes,
      symbols: old?.symbols,
    });
  },
);

/** As one word: comparing tens of thousands of numbers takes a second. */
function told({ bytes, ...segment }: ElfSegment): object {
  return { ...segment, bytes: Buffer.from(bytes).toString('hex') };
}
