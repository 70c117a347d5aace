import type { Fail } from '../fail.ts';
import { type Numbers, samplesLimit, type Values } from './numbers.ts';

/**
 * A portable graymap or pixmap, binary (P5, P6) or plain (P2, P3): values [height, width, 1 or 3] from 0 to the file's largest, as they are.
 * netpbm.sourceforge.net/doc/pgm.html, ppm.html. Throws `fail(…)` for anything else, and for more or less than one whole image.
 */
export function readNetpbm(bytes: Uint8Array, fail: Fail): Numbers {
  const magic = Buffer.from(bytes.subarray(0, 2)).toString('latin1');
  const kind = Object.hasOwn(magics, magic) ? magics[magic] : undefined;
  if (!kind) throw fail(`begins with ${JSON.stringify(magic)}, not P2, P3, P5 or P6`, 'save it as PGM or PPM');
  const header = readHeader(bytes, fail);
  const samples = header.width * header.height * kind.channels;
  const values = kind.isPlain ? plain(bytes, header, samples, fail) : binary(bytes, header, samples, fail);
  if (values.some(value => value > header.largest)) {
    throw fail(`has a sample above ${header.largest}, which its header calls the largest`, 'save it again');
  }
  return { shape: [header.height, header.width, kind.channels], values, brightest: header.largest };
}

interface Header {
  readonly width: number;
  readonly height: number;
  readonly largest: number;
  /** Where the samples begin. */
  readonly start: number;
}

const magics: Readonly<Record<string, { readonly channels: number; readonly isPlain: boolean }>> = {
  P2: { channels: 1, isPlain: true },
  P3: { channels: 3, isPlain: true },
  P5: { channels: 1, isPlain: false },
  P6: { channels: 3, isPlain: false },
};

/** Comments run from # to the end of the line; exactly one white character ends the header. */
function readHeader(bytes: Uint8Array, fail: Fail): Header {
  const text = Buffer.from(bytes.subarray(0, longestHeader)).toString('latin1');
  const match =
    /^P\d(?:\s+(?:#[^\n]*\n\s*)*)(\d{1,9})(?:\s+(?:#[^\n]*\n\s*)*)(\d{1,9})(?:\s+(?:#[^\n]*\n\s*)*)(\d{1,9})\s/.exec(
      text,
    );
  if (!match) throw fail('its header is not width, height and largest value', 'save it again');
  const [width, height, largest] = match.slice(1).map(Number) as [number, number, number];
  if (width * height === 0 || width * height * 3 > samplesLimit) {
    throw fail(`says it is ${width} × ${height} pixels`, 'give an image that a microcontroller might see');
  }
  if (largest < 1 || largest > 65_535) throw fail(`its largest value is ${largest}`, 'save it with 1 to 65535');
  return { width, height, largest, start: match[0].length };
}

const longestHeader = 4096;

function binary(bytes: Uint8Array, { largest, start }: Header, samples: number, fail: Fail): Values {
  const sampleBytes = largest > 255 ? 2 : 1;
  const left = bytes.length - start;
  if (left !== samples * sampleBytes) {
    throw fail(
      `says ${samples} samples of ${sampleBytes} bytes, and ${left} bytes follow`,
      'save it again, one image a file',
    );
  }
  if (sampleBytes === 1) return bytes.subarray(start);
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, left);
  return Uint16Array.from({ length: samples }, (_, sample) => view.getUint16(2 * sample)); // the high byte comes first
}

function plain(bytes: Uint8Array, { start }: Header, samples: number, fail: Fail): Values {
  const text = Buffer.from(bytes.subarray(start)).toString('latin1');
  const values = new Uint32Array(Math.min(samples, text.length)); // a sample takes two characters: no more is claimed than is there
  let found = 0;
  for (const [word] of text.matchAll(/#[^\n]*|[^\s#]+/g)) {
    if (word.startsWith('#')) continue;
    if (!/^\d{1,9}$/.test(word)) throw fail(`has the sample ${JSON.stringify(word.slice(0, 20))}`, 'save it again');
    values[found++] = Number(word); // beyond the end it is dropped, and counted
  }
  if (found !== samples) throw fail(`says ${samples} samples, and ${found} follow`, 'save it again, one image a file');
  return values;
}
