import { crc32c } from './crc.ts';
import { encodeFrame } from './frame.ts';
import { join, u8, u16, u32 } from './payload.ts';
import { kinds, lastSliceMark, roundShift } from './wire.ts';

/** Part of an input that one FEED carries. */
export interface Slice {
  /** Which input, and where in it the slice begins. */
  readonly input: number;
  readonly offset: number;
  readonly data: Uint8Array;
  /** All of the input, where the slice ends it. */
  readonly whole?: Uint8Array;
}

/** What a FEED says besides. */
export interface SliceHead {
  readonly number: number;
  readonly round: number;
  /** All results before this number have arrived. */
  readonly held: number;
  readonly limit: number;
}

/** A slice from `offset` on, one of as few as carry the rest of the input in `mostBytes` each, and these alike. */
export function sliceOf(input: Uint8Array, at: { readonly input: number; readonly offset: number }, mostBytes: number) {
  const left = input.length - at.offset;
  const end = at.offset + Math.ceil(left / Math.max(1, Math.ceil(left / mostBytes)));
  return { ...at, data: input.subarray(at.offset, end), ...(end === input.length && { whole: input }) } as Slice;
}

/** Most bytes on the wire that a slice of so many takes besides them: fields, frame, and COBS. */
export function overheadOf(dataBytes: number): number {
  return fieldBytes + frameBytes + Math.floor((fieldBytes + dataBytes) / 254);
}

/** Limit, mark, held and, at the end of an input, its digest. */
export const fieldBytes = 9;
/** Kind, number, CRC, the least of COBS, and the zeros around. */
const frameBytes = 10;

/** The FEED that carries a slice. */
export function encodeSlice({ data, whole }: Slice, { number, round, held, limit }: SliceHead): Uint8Array {
  const mark = (round << roundShift) | (whole ? lastSliceMark : 0);
  const digest = whole ? u32(crc32c(whole)) : new Uint8Array();
  return encodeFrame({
    kind: kinds.feed,
    sequence: number,
    payload: join(u16(limit), u8(mark), u16(held), digest, data),
  });
}
