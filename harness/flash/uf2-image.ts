import { InputError } from '../errors.ts';
import { readParts } from './image-parts.ts';

export const blockBytes = 512;
const pageBytes = 256; // always correct, says the specification; a page of the RP2040's flash
const familyPresent = 0x2000;
const mostBytes = 64 << 20;

/**
 * An ELF file as UF2 blocks for a family of chips: 256 bytes each, at addresses that are multiples of it, what the image does not fill left
 * erased. Throws InputError. https://github.com/microsoft/uf2
 */
export function uf2Image(imagePath: string, family: number): Uint8Array {
  const pages = pagesOf(imagePath);
  const image = new Uint8Array(pages.size * blockBytes);
  for (const [index, [address, bytes]] of [...pages].entries()) {
    const block = new DataView(image.buffer, index * blockBytes, blockBytes);
    const header = [0x0a324655, 0x9e5d5157, familyPresent, address, pageBytes, index, pages.size, family];
    header.forEach((word, at) => block.setUint32(4 * at, word, true));
    image.set(bytes, index * blockBytes + 32);
    block.setUint32(blockBytes - 4, 0x0ab16f30, true);
  }
  return image;
}

/** By address, from the lowest on. */
function pagesOf(imagePath: string): ReadonlyMap<number, Uint8Array> {
  const parts = readParts(imagePath);
  if (parts.reduce((sum, { bytes }) => sum + bytes.length, 0) > mostBytes)
    throw new InputError('loads more than 64 MiB', imagePath, 'no UF2 drive takes that: name the image for this board');

  const pages = new Map<number, Uint8Array>();
  for (const { address, bytes } of parts)
    for (let at = 0; at < bytes.length; ) {
      const within = (address + at) % pageBytes;
      const start = address + at - within;
      const page = pages.get(start) ?? new Uint8Array(pageBytes).fill(0xff);
      const piece = bytes.subarray(at, at + pageBytes - within);
      page.set(piece, within);
      pages.set(start, page);
      at += piece.length;
    }
  return pages;
}
