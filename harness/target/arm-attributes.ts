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

/** Reads a `.ARM.attributes` section: of the vendor "aeabi", the attributes of the whole file. What is damaged says nothing. */
export function readArmAttributes(section: Uint8Array): ArmAttributes {
  const at = cursor(section);
  if (at.byte() !== 0x41) return {}; // format version 'A'
  const end = at.position() + at.word();
  if (at.text() !== 'aeabi' || at.byte() !== 1) return {}; // Tag_File comes first
  at.word();
  const values = new Map<number, number>();
  while (at.position() < Math.min(end, section.length)) {
    const tag = at.uleb();
    if (tag === compatibilityTag) at.uleb();
    if (isText(tag)) at.text();
    else values.set(tag, at.uleb());
  }
  const [architecture, floatingPoint] = [values.get(architectureTag), values.get(floatingPointTag)];
  return { ...(architecture !== undefined && { architecture }), ...(floatingPoint !== undefined && { floatingPoint }) };
}

/** Above 32, odd tags hold text and even ones numbers, so that unknown tags can be skipped. */
function isText(tag: number): boolean {
  return stringTags.includes(tag) || (tag >= compatibilityTag && (tag % 2 === 1 || tag === compatibilityTag));
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
