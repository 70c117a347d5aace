/** What an image needs of an Arm core, by its build attributes (Arm IHI 0045, Addenda to the ABI). A tag that is not there is absent. */
export interface ArmAttributes {
  /** Tag_CPU_arch: 11 is v6-M, 13 v7E-M, 17 v8-M Mainline. */
  readonly architecture?: number;
  /** Tag_FP_arch: 0 is no floating-point instructions. */
  readonly floatingPoint?: number;
}

const architectureTag = 6;
const floatingPointTag = 10;
const compatibilityTag = 32;
const stringTags = [4, 5];
const riscvArchitectureTag = 5;

/** Reads a `.ARM.attributes` section. What is damaged says nothing. */
export function readArmAttributes(section: Uint8Array): ArmAttributes {
  const { numbers } = readAttributes(section, 'aeabi', tag => stringTags.includes(tag) || (tag > 32 && tag % 2 === 1));
  const [architecture, floatingPoint] = [numbers.get(architectureTag), numbers.get(floatingPointTag)];
  return { ...(architecture !== undefined && { architecture }), ...(floatingPoint !== undefined && { floatingPoint }) };
}

/**
 * Tag_RISCV_arch of a `.riscv.attributes` section: `rv32i2p1_m2p0_c2p0`, the instructions an image may contain. Undefined where it
 * is damaged or says nothing. RISC-V ELF psABI, Attributes.
 */
export function readRiscvArchitecture(section: Uint8Array): string | undefined {
  return readAttributes(section, 'riscv', tag => tag % 2 === 1).texts.get(riscvArchitectureTag);
}

interface Attributes {
  readonly numbers: ReadonlyMap<number, number>;
  readonly texts: ReadonlyMap<number, string>;
}

/** Of one vendor, the attributes of the whole file. Which tags hold text is known of all, so that unknown ones can be skipped. */
function readAttributes(section: Uint8Array, vendor: string, isText: (tag: number) => boolean): Attributes {
  const at = cursor(section);
  const numbers = new Map<number, number>();
  const texts = new Map<number, string>();
  if (at.byte() !== 0x41) return { numbers, texts }; // format version 'A'
  const end = at.position() + at.word();
  if (at.text() !== vendor || at.byte() !== 1) return { numbers, texts }; // Tag_File comes first
  at.word();
  while (at.position() < Math.min(end, section.length)) {
    const tag = at.uleb();
    const isBoth = vendor === 'aeabi' && tag === compatibilityTag;
    if (isBoth) at.uleb();
    if (isBoth || isText(tag)) texts.set(tag, at.text());
    else numbers.set(tag, at.uleb());
  }
  return { numbers, texts };
}

/** Reads on from the start; behind the end there are only zeros. */
function cursor(bytes: Uint8Array) {
  let at = 0;
  const byte = (): number => bytes[at++] ?? 0;
  return {
    position: () => at,
    byte,
    word: () => byte() + byte() * 2 ** 8 + byte() * 2 ** 16 + byte() * 2 ** 24,
    uleb() {
      let value = 0;
      for (let shift = 1; ; shift *= 128) {
        const next = byte();
        value += (next & 0x7f) * shift;
        if (next < 0x80) return value;
      }
    },
    text() {
      const start = at;
      while (byte() !== 0);
      return Buffer.from(bytes.subarray(start, at - 1)).toString('latin1');
    },
  };
}
