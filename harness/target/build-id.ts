import { createHash } from 'node:crypto';
import type { Elf, ElfSegment } from './elf.ts';

const NT_GNU_BUILD_ID = 3;
const gnu = 'GNU\0';
const ESP_APP_DESC_MAGIC_WORD = 0xabcd_5432;
const idBytes = 20;
const longestNote = 256;

type Parts = Pick<Elf, 'segments' | 'sections' | 'symbols'>;

/** What the firmware of an ELF file has to answer, in hex: its GNU build id, or what stands for one on Espressif's chips. `notes`: the file's own. */
export function readBuildId(file: Uint8Array, notes: readonly Uint8Array[], elf: Parts): string | undefined {
  const ids = [...notes, markedNote(elf)].map(buildIdIn);
  return ids.find(id => id !== undefined) ?? espressifBuildId(file, elf);
}

/** Where a linker script keeps the note among other constants, the file has no note any more, but a symbol at its place. */
function markedNote({ symbols, segments }: Parts): Uint8Array {
  const mark = symbols.find(({ name }) => name === '__build_id_note');
  return mark ? loadedAt(segments, mark.address).subarray(0, longestNote) : new Uint8Array();
}

/** Notes are name size, description size, type, then both texts, each padded to four bytes. */
function buildIdIn(notes: Uint8Array): string | undefined {
  const view = viewOf(notes);
  for (let at = 0; at + 12 <= notes.length; ) {
    const name = at + 12;
    const description = name + padded(view.getUint32(at, true));
    const descriptionBytes = view.getUint32(at + 4, true);
    if (description + descriptionBytes > notes.length) return undefined;
    if (
      view.getUint32(at + 8, true) === NT_GNU_BUILD_ID &&
      Buffer.from(notes.subarray(name, name + gnu.length)).toString('latin1') === gnu
    )
      return Buffer.from(notes.subarray(description, description + descriptionBytes)).toString('hex');
    at = description + padded(descriptionBytes);
  }
  return undefined;
}

/**
 * The first 20 bytes of the file's SHA-256, which esptool writes into the image's application descriptor, where the firmware reads it. ESP-IDF:
 * esp_app_desc.h. Undefined where there is no such descriptor.
 */
function espressifBuildId(file: Uint8Array, { sections, segments }: Parts): string | undefined {
  const section = sections.find(({ name }) => name === '.flash.appdesc');
  const descriptor = section && loadedAt(segments, section.address);
  if (!descriptor || descriptor.length < 4 || viewOf(descriptor).getUint32(0, true) !== ESP_APP_DESC_MAGIC_WORD)
    return undefined;
  return createHash('sha256').update(file).digest().subarray(0, idBytes).toString('hex');
}

/** What is loaded from an address on, to the end of its segment. */
export function loadedAt(segments: readonly ElfSegment[], address: number): Uint8Array {
  const segment = segments.find(
    ({ virtualAddress, bytes }) => address >= virtualAddress && address < virtualAddress + bytes.length,
  );
  return segment ? segment.bytes.subarray(address - segment.virtualAddress) : new Uint8Array();
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function padded(length: number): number {
  return Math.ceil(length / 4) * 4;
}
