import type { ElfSegment } from './elf.ts';

/**
 * A linked ELF file (as readElf takes it) with one more part to load, as if the linker had placed it: a segment, and a section over it, since
 * probe-rs passes over what has none. Both tables move to the end of the file; nothing else does.
 */
export function elfWithPart(elf: Uint8Array, part: Pick<ElfSegment, 'physicalAddress' | 'bytes'>): Uint8Array {
  const file = aligned(elf);
  const header = new DataView(file.buffer, 0, headerBytes);
  const segments = tableAt(file, header.getUint32(28, true), header.getUint16(44, true) * segmentBytes);
  const sections = tableAt(file, header.getUint32(32, true), header.getUint16(48, true) * sectionBytes);
  const bytes = aligned(part.bytes);
  const [bytesAt, address, size] = [file.length, part.physicalAddress, part.bytes.length];
  const segment = words(PT_LOAD, bytesAt, address, address, size, size, PF_R, 4);
  const section = words(0, SHT_PROGBITS, SHF_ALLOC, address, bytesAt, size, 0, 0, 4, 0);
  const segmentsAt = bytesAt + bytes.length;
  const sectionsAt = segmentsAt + segments.length + segment.length;

  header.setUint32(28, segmentsAt, true);
  header.setUint16(44, header.getUint16(44, true) + 1, true);
  header.setUint32(32, sectionsAt, true);
  header.setUint16(48, header.getUint16(48, true) + 1, true);
  return new Uint8Array(Buffer.concat([file, bytes, segments, segment, sections, section]));
}

const headerBytes = 52;
const segmentBytes = 32;
const sectionBytes = 40;
const PT_LOAD = 1;
const PF_R = 4;
const SHT_PROGBITS = 1;
const SHF_ALLOC = 2;

/** A copy, filled up to a multiple of four. */
function aligned(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
  copy.set(bytes);
  return copy;
}

function tableAt(file: Uint8Array, offset: number, length: number): Uint8Array {
  return file.subarray(offset, offset + length);
}

function words(...values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  values.forEach((value, index) => view.setUint32(4 * index, value, true));
  return new Uint8Array(view.buffer);
}
