import { expect, test } from 'vitest';
import { randomsFrom } from '../../fixtures/random.ts';
import { csvScanner, roles } from './csv-scan.ts';
import { exactFloat } from './exact-number.ts';

/** What a scan of one column gives for the texts, in mA of µA. */
function scanned(texts: readonly string[]): readonly number[] {
  const bytes = Buffer.from(texts.map(text => `${text}\n`).join(''));
  const layout = {
    delimiter: 44,
    decimal: 46,
    columns: Uint8Array.of(roles.value),
    bits: new Uint8Array(1),
    exponent: -3,
    factor: 1,
    most: Number.MAX_VALUE,
  };
  const scanner = csvScanner(layout, 1);
  const values: number[] = [];
  for (let stop = scanner.scan(bytes, bytes.length); ; stop = scanner.scan(bytes, bytes.length)) {
    for (const value of scanner.values.subarray(0, scanner.count)) values.push(value);
    scanner.count = 0;
    if (stop.kind === 'end') return values;
    expect(stop.kind).toBe('full');
  }
}

/** The float nearest to a decimal number, by integers alone: the one that two neighbours are no nearer than. */
function nearest(text: string): number {
  const [, sign, whole = '', fraction = '', exponent = '0'] = /^(-?)(\d*)\.?(\d*)(?:e(.*))?$/.exec(text) ?? [];
  const ten = Number(exponent) - fraction.length - 3;
  const guess = Math.fround(Number(`${whole}.${fraction}e${Number(exponent) - 3}`));
  const exact = {
    numerator: BigInt(`${whole}${fraction}` || '0') * (ten > 0 ? 10n ** BigInt(ten) : 1n),
    ten: BigInt(Math.max(0, -ten)),
  };
  const distance = (float: number) => {
    const scaled = BigInt(float * 2 ** 149) * 10n ** exact.ten - exact.numerator * 2n ** 149n;
    return scaled < 0n ? -scaled : scaled;
  };
  const bits = new Int32Array(Float32Array.of(guess).buffer)[0] ?? 0;
  const candidates = [bits, bits - 1, bits + 1].map(
    each => new Float32Array(Int32Array.of(Math.max(0, each)).buffer)[0] ?? 0,
  );
  const best = candidates.reduce((a, b) => (distance(b) < distance(a) ? b : a));
  const ties = candidates.filter(each => distance(each) === distance(best));
  const even = ties.find(each => ((new Int32Array(Float32Array.of(each).buffer)[0] ?? 0) & 1) === 0) ?? best;
  return sign === '-' ? -even : even;
}

test('every number becomes the float nearest to it, as integers tell', () => {
  const random = randomsFrom(11);
  const digits = (count: number) => Array.from({ length: count }, () => random(10)).join('');
  const texts = Array.from({ length: 20_000 }, () => {
    const [whole, fraction] = [digits(1 + random(13)), digits(random(12))];
    const exponent = random(4) === 0 ? `e${random(12) - 6}` : '';
    return `${random(2) ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}${exponent}`;
  });
  expect(scanned(texts)).toEqual(texts.map(nearest));
});

// 1.1 as a float is 1.10000002384185791015625, an odd one; the next is 2^-23 above it
test.each([
  ['1.1000000834465026855468749999', 1.1],
  ['1.100000083446502685546875', 1.1 + 2 ** -23],
  ['1.1000000834465026855468750001', 1.1 + 2 ** -23],
  ['-1.1000000834465026855468749999', -1.1],
  ['-1.1000000834465026855468750001', -1.1 - 2 ** -23],
  ['11000000834465026855468749999e-28', 1.1],
])('%s, near the middle of two floats, goes to its own side', (text, float) => {
  expect(exactFloat(text, 0)).toBe(Math.fround(float));
});

test.each(['', '0x10', '1e', 'Infinity', '1.2.3', '--1', '1_000', '٣'])('%j is no number', text => {
  expect(exactFloat(text, 0)).toBeNaN();
});
