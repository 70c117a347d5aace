import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { InputError } from '../errors.ts';
import { readElf, sectionUse } from './elf.ts';
import { elfFile, withSections, words } from './fixtures/firmware.ts';

const flash = Uint8Array.of(1, 2, 3, 4);
const data = Uint8Array.of(5, 6);
const file = elfFile([
  { address: 0x1000_0100, bytes: flash },
  { address: 0x1000_0104, bytes: data },
]);

test('finds what to load, and how much flash that takes', () => {
  const elf = readElf(file, 'app.elf');
  expect(elf.segments).toEqual([
    { physicalAddress: 0x1000_0100, virtualAddress: 0x1000_0100, bytes: flash },
    { physicalAddress: 0x1000_0104, virtualAddress: 0x1000_0104, bytes: data },
  ]);
  expect(elf.flashBytes).toBe(6);
  expect(elf.buildId).toBeUndefined();
});

test('reads sections, symbols and the build id, and adds up data, bss and reservations', () => {
  const elf = readElf(linked(), 'app.elf');
  expect(elf.sections.map(section => section.name)).toEqual([
    '',
    '.note',
    '.text',
    '.data',
    '.bss',
    '.symtab',
    '.strtab',
  ]);
  expect(elf.symbols).toEqual([{ name: 'arena', address: 0x2000_0008, sizeBytes: 4096, isFunction: false }]);
  expect(elf.buildId).toBe('0102030405060708');
  expect(elf.ramBytes).toBe(8 + 4096);
});

test('finds a build id that a linker script keeps among other constants, by the symbol that marks its place', () => {
  const constants = words(0x1234_5678, 4, 8, 3, 0x0055_4e47, 0x0403_0201, 0x0807_0605);
  const rodata = { name: '.rodata', type: 1, flags: 2, address: 0x0800_0000, size: constants.length };
  const parts = [{ address: 0x0800_0000, bytes: constants }];
  const unmarked = readElf(withSections(parts, [rodata]), 'app.elf');
  const marked = readElf(
    withSections(parts, [rodata], { symbol: { name: '__build_id_note', address: 0x0800_0004 } }),
    'app.elf',
  );
  expect([unmarked.buildId, marked.buildId]).toEqual([undefined, '0102030405060708']);
});

test("takes an ESP-IDF application's SHA-256 for its build id, and neither flash nor RAM for what only keeps addresses free", () => {
  const reserved = 0x40;
  const descriptor = words(0xabcd_5432, ...Array.from({ length: 63 }, () => 0));
  const app = withSections(
    [{ address: 0x3c00_0020, bytes: new Uint8Array(Buffer.concat([new Uint8Array(reserved), descriptor])) }],
    [
      { name: '.flash_rodata_dummy', type: 8, flags: 3, address: 0x3c00_0020, size: reserved },
      { name: '.flash.appdesc', type: 1, flags: 2, address: 0x3c00_0060, size: descriptor.length },
      { name: '.dram0.bss', type: 8, flags: 3, address: 0x3fc8_0000, size: 400 },
    ],
  );
  const elf = readElf(app, 'app.elf');
  expect(elf.buildId).toBe(createHash('sha256').update(app).digest('hex').slice(0, 40));
  expect([elf.flashBytes, elf.ramBytes]).toEqual([descriptor.length, 400]);
  expect(elf.sections.map(sectionUse)).toEqual([undefined, undefined, 'flash', 'RAM', undefined, undefined]);
});

test.each([
  { what: 'an empty file', bytes: new Uint8Array(), says: 'cut short' },
  { what: 'another file', bytes: new Uint8Array(64), says: 'is no ELF file' },
  { what: 'a 64-bit ELF file', bytes: changed(4, 2), says: 'not 32-bit little-endian' },
  { what: 'a file without its end', bytes: file.subarray(0, -1), says: 'cut short' },
  { what: 'tables behind the end', bytes: changed(31, 0x70), says: 'cut short' },
  { what: 'entries of no length', bytes: changed(42, 0), says: 'table entries of 0 bytes' },
])('refuses $what by name', ({ bytes, says }) => {
  expect(() => readElf(bytes, 'app.elf')).toThrow(InputError);
  expect(() => readElf(bytes, 'app.elf')).toThrow(says);
});

test('reads or refuses any damaged file, and never crashes', () => {
  const whole = linked();
  for (let at = 0; at < whole.length; at++)
    for (const value of [0, 0x7f, 0xff]) {
      const damaged = whole.slice();
      damaged[at] = value;
      try {
        readElf(damaged, 'app.elf');
      } catch (error) {
        expect(error).toBeInstanceOf(InputError);
      }
    }
});

function changed(at: number, value: number): Uint8Array {
  const copy = file.slice();
  copy[at] = value;
  return copy;
}

/** A file as a linker writes it: a note, code, data, bss, a symbol table and its names, which are the section names too. */
function linked(): Uint8Array {
  const names = Buffer.from('\0.note\0.text\0.data\0.bss\0.symtab\0.strtab\0arena\0');
  const nameAt = (name: string): number => names.indexOf(`${name}\0`);
  const note = words(4, 8, 3, 0x0055_4e47, 0x0403_0201, 0x0807_0605);
  const symbols = words(0, 0, 0, 0, nameAt('arena'), 0x2000_0008, 4096, 0);
  const parts = [note, symbols, new Uint8Array(names)];
  const [noteAt, symbolsAt, namesAt] = parts.map((_, index) => 52 + lengthOf(parts.slice(0, index)));
  const section = (
    name: string,
    type: number,
    flags: number,
    address: number,
    offset = 0,
    size = 0,
    link = 0,
  ): Uint8Array => words(nameAt(name), type, flags, address, offset, size, link, 0, 4, 0);
  const sections = [
    words(...Array.from({ length: 10 }, () => 0)),
    section('.note', 7, 2, 0x1000_0000, noteAt, note.length),
    section('.text', 1, 6, 0x1000_0100, 52, 0),
    section('.data', 1, 3, 0x2000_0000, 52, 8),
    section('.bss', 8, 3, 0x2000_0008, 0, 4096),
    section('.symtab', 2, 0, 0, symbolsAt, symbols.length, 6),
    section('.strtab', 3, 0, 0, namesAt, names.length),
  ];
  const header = new DataView(new Uint8Array(elfFile([])).buffer);
  header.setUint32(32, 52 + lengthOf(parts), true);
  header.setUint16(46, 40, true);
  header.setUint16(48, sections.length, true);
  header.setUint16(50, 6, true);
  return new Uint8Array(Buffer.concat([new Uint8Array(header.buffer), ...parts, ...sections]));
}

function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((total, part) => total + part.length, 0);
}
