/** Fields of a payload, written little-endian. */
export function u8(value: number): Uint8Array {
  return Uint8Array.of(value);
}

export function u16(value: number): Uint8Array {
  return Uint8Array.of(value, value >>> 8);
}

export function u32(value: number): Uint8Array {
  return Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24);
}

export function u64(value: number): Uint8Array {
  return join(u32(value), u32(Math.floor(value / 2 ** 32)));
}

/** A length byte and the text. */
export function shortText(value: string): Uint8Array {
  const bytes = Buffer.from(value);
  return join(u8(bytes.length), bytes);
}

export function join(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** Takes the fields of a payload in their order; throws RangeError where it ends too soon. */
export interface PayloadReader {
  u8(): number;
  u16(): number;
  u32(): number;
  u64(): number;
  bytes(length: number): Uint8Array;
  shortText(): string;
  /** Whatever is left. */
  rest(): Uint8Array;
}

/** A reader at the start of `payload`. */
export function readPayload(payload: Uint8Array): PayloadReader {
  let at = 0;
  const bytes = (length: number): Uint8Array => {
    if (at + length > payload.length)
      throw new RangeError(`${length} bytes are wanted at ${at}, the payload has ${payload.length}`);
    at += length;
    return payload.slice(at - length, at);
  };
  const integer = (length: number): number => bytes(length).reduceRight((value, byte) => value * 256 + byte, 0);
  const shortTextAt = (): string => Buffer.from(bytes(integer(1))).toString('utf8');
  return {
    u8: () => integer(1),
    u16: () => integer(2),
    u32: () => integer(4),
    u64: () => integer(8),
    bytes,
    shortText: shortTextAt,
    rest: () => bytes(payload.length - at),
  };
}
