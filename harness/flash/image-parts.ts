import { InputError } from '../errors.ts';
import { readNamed } from '../files.ts';
import { readElf } from '../target/elf.ts';

/** Bytes that go to one place of the flash. */
export interface Part {
  readonly address: number;
  readonly bytes: Uint8Array;
}

const addressSpace = 2 ** 32;

/** What an ELF file loads, by address; none of it overlaps. Throws InputError. */
export function readParts(imagePath: string): readonly Part[] {
  const { segments } = readElf(readNamed(imagePath), imagePath);
  const parts = segments
    .map(({ physicalAddress, bytes }) => ({ address: physicalAddress, bytes }))
    .sort((a, b) => a.address - b.address);
  if (parts.length === 0)
    throw new InputError('loads nothing: it has no segment with bytes', imagePath, 'name the linked firmware');
  for (const [index, part] of parts.entries()) {
    const next = parts[index + 1]?.address ?? addressSpace;
    if (endOf(part) > next)
      throw new InputError(
        `loads two things to ${hex(next % addressSpace)}`,
        imagePath,
        'correct the load addresses in its linker script',
      );
  }
  return parts;
}

/**
 * Parts that lie less than `gapBytes` apart as one, the gaps filled as erased flash is: for tools that erase whole sectors for each part, and
 * would erase the end of one with the next.
 */
export function joinParts(parts: readonly Part[], gapBytes: number): readonly Part[] {
  const groups: Part[][] = [];
  for (const part of parts) {
    const last = groups.at(-1)?.at(-1);
    if (last && part.address - endOf(last) < gapBytes) groups.at(-1)?.push(part);
    else groups.push([part]);
  }
  return groups.map(joined);
}

/** The largest sector of the chips that are flashed by address: 256 KiB (STM32F7). */
export const largestSectorBytes = 256 << 10;

export function hex(address: number): string {
  return `0x${address.toString(16).padStart(8, '0')}`;
}

function joined(parts: readonly Part[]): Part {
  const address = parts[0]?.address ?? 0;
  const bytes = new Uint8Array(Math.max(...parts.map(endOf)) - address).fill(0xff);
  for (const part of parts) bytes.set(part.bytes, part.address - address);
  return { address, bytes };
}

function endOf({ address, bytes }: Part): number {
  return address + bytes.length;
}
