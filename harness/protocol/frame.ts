import { decodeCobs, encodeCobs } from './cobs.ts';
import { crc32 } from './crc.ts';
import { join, readPayload, u8, u16, u32 } from './payload.ts';

/** One message of boards/firmware/PROTOCOL.md. */
export interface Frame {
  readonly kind: number;
  readonly sequence: number;
  readonly payload: Uint8Array;
}

/** What a stretch of bytes turned out to be. Discarded bytes are evidence: firmware's own text, or what noise left of a frame. */
export type Received =
  | { readonly kind: 'frame'; readonly frame: Frame }
  | { readonly kind: 'discarded'; readonly bytes: Uint8Array };

/** More than the longest frame can have (a payload of 65,535 bytes). What grows beyond is no frame, and is not kept. */
const longestEncoded = 1 << 17;
const shortestBody = 7;

/** The frame as it goes over the wire, between two zeros: the first ends whatever noise came before. */
export function encodeFrame({ kind, sequence, payload }: Frame): Uint8Array {
  const body = join(u8(kind), u16(sequence), payload);
  return join(u8(0), encodeCobs(join(body, u32(crc32(body)))), u8(0));
}

/** A parser with the memory of one unfinished frame: give it bytes as they come, in pieces of any length. */
export function frameParser(): (bytes: Uint8Array) => Generator<Received> {
  let pieces: Uint8Array[] = [];
  let gathered = 0;

  const finished = (): Uint8Array => {
    const whole = join(...pieces);
    pieces = [];
    gathered = 0;
    return whole;
  };

  return function* parse(bytes) {
    let from = 0;
    for (let end = bytes.indexOf(0); end >= 0; end = bytes.indexOf(0, from)) {
      pieces.push(bytes.subarray(from, end));
      const encoded = finished();
      if (encoded.length) yield received(encoded);
      from = end + 1;
    }
    pieces.push(bytes.slice(from));
    gathered += bytes.length - from;
    if (gathered > longestEncoded) yield { kind: 'discarded', bytes: finished() };
  };
}

function received(encoded: Uint8Array): Received {
  const frame = decodeFrame(encoded);
  return frame ? { kind: 'frame', frame } : { kind: 'discarded', bytes: encoded };
}

/** The frame between two zeros; undefined where the bytes are none. */
export function decodeFrame(encoded: Uint8Array): Frame | undefined {
  const body = decodeCobs(encoded);
  return body && frameIn(body);
}

function frameIn(body: Uint8Array): Frame | undefined {
  if (body.length < shortestBody) return undefined;
  const content = body.subarray(0, -4);
  if (readPayload(body.subarray(-4)).u32() !== crc32(content)) return undefined;
  const fields = readPayload(content);
  return { kind: fields.u8(), sequence: fields.u16(), payload: fields.rest() };
}
