import { join, type PayloadReader, u16, u32 } from './payload.ts';
import { errorCodes, lastSliceMark, roundShift } from './wire.ts';

/** Inputs that come one behind the other: the DUT's end of FEED and COLLECT. */
export interface MockFeed {
  /** The answer's payload; undefined for what lies behind a gap that is told already. */
  feed(number: number, fields: PayloadReader): Uint8Array | undefined;
  collect(fields: PayloadReader): Uint8Array;
  /** Whether this FEED ends an input and is taken. */
  isInference(number: number, fields: PayloadReader): boolean;
}

export interface MockFed {
  readonly input: Uint8Array;
  readonly keptResults: number;
  /** Refuses with an error code and a text. */
  readonly refuse: (code: number, text: string) => never;
  /** Infers what lies in `input`; throws unless that has the digest. The result's own digest, and a copy of the output. */
  readonly infer: (digest: number) => { readonly digest: number; readonly output: Uint8Array };
}

/** As after PREPARE. */
export function mockFeed({ input, keptResults, refuse, infer }: MockFed): MockFeed {
  let [next, filledBytes] = [0, 0];
  let toldRound: number | undefined;
  let kept: { readonly number: number; readonly digest: number; readonly output: Uint8Array }[] = [];

  const release = (held: number): void => {
    kept = kept.filter(({ number }) => ((number - held) & 0xffff) < 0x8000);
  };
  const take = (data: Uint8Array): void => {
    if (filledBytes + data.length > input.length) refuse(errorCodes.outsideRegion, 'outside the region');
    input.set(data, filledBytes);
    filledBytes += data.length;
  };
  const conclude = (number: number, digest: number): void => {
    if (filledBytes !== input.length) refuse(errorCodes.wrongField, 'the input is not whole');
    if (kept.length >= keptResults) refuse(errorCodes.doesNotFit, 'too many results wait for the host');
    filledBytes = 0;
    kept.push({ number, ...infer(digest) });
  };

  return {
    feed(number, fields) {
      const [mark, held] = [fields.u8(), fields.u16()];
      const digest = mark & lastSliceMark ? fields.u32() : undefined;
      release(held);
      if (number === next) {
        next = (next + 1) & 0xffff;
        take(fields.rest());
        if (digest !== undefined) conclude(number, digest);
      } else if (((number - next) & 0xffff) < 0x8000) {
        if (toldRound === mark >> roundShift) return undefined;
        toldRound = mark >> roundShift;
      }
      const result = kept.find(each => each.number === number);
      return result ? join(u16(next), u32(result.digest), result.output) : u16(next);
    },
    collect(fields) {
      release(fields.u16());
      const offset = fields.u32();
      const [oldest] = kept;
      if (!oldest) return u16(next);
      return join(u16(next), u16(oldest.number), u32(oldest.digest), oldest.output.subarray(offset));
    },
    isInference: (number, fields) => number === next && (fields.u8() & lastSliceMark) !== 0,
  };
}
