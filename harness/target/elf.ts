import { InputError } from '../errors.ts';
import { type ArmAttributes, readArmAttributes, readRiscvArchitecture } from './build-attributes.ts';
import { loadedAt, readBuildId } from './build-id.ts';

/** What an ELF file says about the image in it. Addresses are the DUT's; the bytes are views of the file. */
export interface Elf {
  readonly entry: number;
  /** e_machine and e_flags. */
  readonly machine: number;
  readonly flags: number;
  /** What the code asks of an Arm core; absent where the linker kept no attributes. */
  readonly arm?: ArmAttributes;
  /** What the code asks of a RISC-V core: `rv32i2p1_m2p0_c2p0`; absent likewise. */
  readonly riscv?: string;
  readonly segments: readonly ElfSegment[];
  readonly sections: readonly ElfSection[];
  readonly symbols: readonly ElfSymbol[];
  /** GNU build id in hex, or what stands for one on Espressif's chips; absent when the image was linked without `--build-id`. */
  readonly buildId?: string;
  /** What the image takes of the flash: the file bytes of every loaded segment, but for gaps between sections. */
  readonly flashBytes: number;
  /** What the image takes of the RAM for good: data, bss, and what the linker script reserves for stack and heap. */
  readonly ramBytes: number;
}

/** A part to load (PT_LOAD): where it is loaded, and where the running firmware has it. The two differ for initialized data. */
export interface ElfSegment {
  readonly physicalAddress: number;
  readonly virtualAddress: number;
  readonly bytes: Uint8Array;
}

export interface ElfSection {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly address: number;
  readonly sizeBytes: number;
}

export interface ElfSymbol {
  readonly name: string;
  readonly address: number;
  readonly sizeBytes: number;
  readonly isFunction: boolean;
}

const PT_LOAD = 1;
const PT_NOTE = 4;
const SHT_SYMTAB = 2;
const SHT_NOTE = 7;
const SHT_NOBITS = 8;
const STT_FUNC = 2;
const SHF_WRITE = 1;
const SHF_ALLOC = 2;
const SHT_ATTRIBUTES = 0x7000_0003; // of Arm and of RISC-V alike
const EM_ARM = 40;
const EM_RISCV = 243;
const longestName = 1024;

/** Reads a 32-bit little-endian ELF file (System V ABI, chapters 4 and 5). Throws InputError at `path` for anything else. */
export function readElf(file: Uint8Array, path: string): Elf {
  const bytes = boundedReader(file, path);
  const header = readHeader(bytes);
  const programs = readPrograms(bytes, header);
  const sections = readSections(bytes, header);
  const segments = programs
    .filter(program => program.type === PT_LOAD && program.fileBytes > 0)
    .map(program => ({
      physicalAddress: program.address,
      virtualAddress: program.virtualAddress,
      bytes: bytes.part(program.offset, program.fileBytes),
    }));
  const symbols = readSymbols(bytes, sections);
  const notes = [...programs.filter(isNote), ...sections.filter(isNoteSection)].map(({ offset, fileBytes }) =>
    bytes.part(offset, fileBytes),
  );
  const buildId = readBuildId(file, notes, { sections, symbols, segments });
  return {
    entry: header.entry,
    machine: header.machine,
    flags: header.flags,
    ...readCore(bytes, header, sections),
    segments,
    sections: sections.map(({ name, type, flags, address, sizeBytes }) => ({ name, type, flags, address, sizeBytes })),
    symbols,
    ...(buildId !== undefined && { buildId }),
    flashBytes: sum(segments.map(segment => segment.bytes.length)) - sum(gaps(sections, segments)),
    ramBytes: sum(sections.filter(isRam).map(section => section.sizeBytes)),
  };
}

/** Sizes of what has no bytes but lies between what has: the file then holds zeros, which nobody writes into a flash. */
function gaps(sections: readonly ElfSection[], segments: readonly ElfSegment[]): readonly number[] {
  const isLoaded = ({ address, sizeBytes }: ElfSection): boolean => loadedAt(segments, address).length >= sizeBytes;
  return sections
    .filter(section => section.flags & SHF_ALLOC && section.type === SHT_NOBITS && isLoaded(section))
    .map(({ sizeBytes }) => sizeBytes);
}

/** What the linker kept of the instructions that the code may contain. */
function readCore(
  bytes: BoundedReader,
  { machine }: Header,
  sections: readonly SectionPart[],
): Pick<Elf, 'arm' | 'riscv'> {
  const section = sections.find(({ type }) => type === SHT_ATTRIBUTES);
  if (!section) return {};
  const attributes = bytes.part(section.offset, section.fileBytes);
  const riscv = machine === EM_RISCV ? readRiscvArchitecture(attributes) : undefined;
  return {
    ...(machine === EM_ARM && { arm: readArmAttributes(attributes) }),
    ...(riscv !== undefined && { riscv }),
  };
}

/** Where a section takes room: initialized data lies in the flash and, once started, in the RAM. Undefined: in neither. */
export function sectionUse(section: ElfSection): 'flash' | 'RAM' | 'flash and RAM' | undefined {
  if (!(section.flags & SHF_ALLOC)) return undefined;
  if (!isRam(section)) return section.type === SHT_NOBITS ? undefined : 'flash';
  return section.type === SHT_NOBITS ? 'RAM' : 'flash and RAM';
}

interface BoundedReader {
  part(offset: number, length: number): Uint8Array;
  view(offset: number, length: number): DataView;
  fail(what: string): never;
}

function boundedReader(file: Uint8Array, path: string): BoundedReader {
  const fail = (what: string): never => {
    throw new InputError(what, path, 'give the linked firmware as a 32-bit little-endian ELF file (.elf, .axf, .out)');
  };
  const part = (offset: number, length: number): Uint8Array => {
    if (offset + length > file.length)
      fail(`is cut short: ${length} bytes are needed at ${offset}, the file ends at ${file.length}`);
    return file.subarray(offset, offset + length);
  };
  return { part, view: (offset, length) => viewOf(part(offset, length)), fail };
}

interface Header {
  readonly entry: number;
  readonly machine: number;
  readonly flags: number;
  readonly programs: Table;
  readonly sections: Table;
  readonly sectionNames: number;
}

interface Table {
  readonly offset: number;
  readonly entryBytes: number;
  readonly count: number;
}

function readHeader(bytes: BoundedReader): Header {
  const identity = bytes.view(0, 16);
  if (identity.getUint32(0) !== 0x7f454c46) bytes.fail('is no ELF file');
  if (identity.getUint8(4) !== 1 || identity.getUint8(5) !== 1)
    bytes.fail('is an ELF file, but not 32-bit little-endian');
  const header = bytes.view(0, 52);
  return {
    entry: header.getUint32(24, true),
    machine: header.getUint16(18, true),
    flags: header.getUint32(36, true),
    programs: tableOf(bytes, header.getUint32(28, true), header.getUint16(42, true), header.getUint16(44, true), 32),
    sections: tableOf(bytes, header.getUint32(32, true), header.getUint16(46, true), header.getUint16(48, true), 40),
    sectionNames: header.getUint16(50, true),
  };
}

function tableOf(bytes: BoundedReader, offset: number, entryBytes: number, count: number, leastBytes: number): Table {
  if (count > 0 && entryBytes < leastBytes) bytes.fail(`has table entries of ${entryBytes} bytes, not ${leastBytes}`);
  return { offset, entryBytes, count };
}

function entriesOf(bytes: BoundedReader, table: Table): DataView[] {
  return Array.from({ length: table.count }, (_, index) =>
    bytes.view(table.offset + index * table.entryBytes, table.entryBytes),
  );
}

interface FilePart {
  readonly type: number;
  readonly offset: number;
  readonly fileBytes: number;
  readonly address: number;
}

interface ProgramPart extends FilePart {
  readonly virtualAddress: number;
}

function readPrograms(bytes: BoundedReader, header: Header): ProgramPart[] {
  return entriesOf(bytes, header.programs).map(entry => ({
    type: entry.getUint32(0, true),
    offset: entry.getUint32(4, true),
    virtualAddress: entry.getUint32(8, true),
    address: entry.getUint32(12, true),
    fileBytes: entry.getUint32(16, true),
  }));
}

interface SectionPart extends FilePart, ElfSection {
  readonly link: number;
}

function readSections(bytes: BoundedReader, header: Header): SectionPart[] {
  const entries = entriesOf(bytes, header.sections);
  const nameTable = entries[header.sectionNames];
  const names = nameTable ? bytes.part(nameTable.getUint32(16, true), nameTable.getUint32(20, true)) : new Uint8Array();
  return entries.map(entry => {
    const type = entry.getUint32(4, true);
    const sizeBytes = entry.getUint32(20, true);
    return {
      name: textAt(names, entry.getUint32(0, true)),
      type,
      flags: entry.getUint32(8, true),
      address: entry.getUint32(12, true),
      offset: entry.getUint32(16, true),
      sizeBytes,
      fileBytes: type === SHT_NOBITS ? 0 : sizeBytes,
      link: entry.getUint32(24, true),
    };
  });
}

/** A file has one symbol table at most; a second one would only be a way to make a small file cost much memory. */
function readSymbols(bytes: BoundedReader, sections: readonly SectionPart[]): ElfSymbol[] {
  const table = sections.find(section => section.type === SHT_SYMTAB);
  const texts = table && sections[table.link];
  if (!table || !texts) return [];
  const names = bytes.part(texts.offset, texts.fileBytes);
  const entries = bytes.view(table.offset, table.fileBytes);
  const symbols: ElfSymbol[] = [];
  for (let at = 0; at + 16 <= table.fileBytes; at += 16) {
    const name = textAt(names, entries.getUint32(at, true));
    if (!name) continue;
    const [address, sizeBytes] = [entries.getUint32(at + 4, true), entries.getUint32(at + 8, true)];
    symbols.push({ name, address, sizeBytes, isFunction: (entries.getUint8(at + 12) & 15) === STT_FUNC });
  }
  return symbols;
}

/** ESP-IDF's linker script reserves addresses in the flash's window by sections without bytes, which look like RAM. */
function isRam({ name, flags }: ElfSection): boolean {
  return (flags & (SHF_ALLOC | SHF_WRITE)) === (SHF_ALLOC | SHF_WRITE) && !name.startsWith('.flash');
}

function isNote({ type }: FilePart): boolean {
  return type === PT_NOTE;
}

function isNoteSection({ type }: FilePart): boolean {
  return type === SHT_NOTE;
}

function textAt(table: Uint8Array, offset: number): string {
  const window = table.subarray(offset, offset + longestName);
  const end = window.indexOf(0);
  return Buffer.from(window.subarray(0, end < 0 ? window.length : end)).toString('utf8');
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
