/**
 * The float32 nearest to a decimal number, scaled by a power of ten; NaN where the text is no number. Correctly rounded always: to a double
 * first and to a float then is not, when the double lies just between two floats.
 */
export function exactFloat(text: string, exponent: number): number {
  const shifted = shiftedBy(text, exponent);
  const double = Number(shifted);
  const float = Math.fround(double);
  if (!isTie(double)) return float;
  const difference = compareExactly(shifted, double);
  if (difference === 0) return float;
  return Math.fround(double + difference * Math.abs(double) * 2 ** -40); // off the tie, on the side where the text is
}

/** Whether a text is a number as files of measurements write them: no hexadecimal, no Infinity. */
export function isNumber(text: string): boolean {
  return numberForm.test(text);
}

const numberForm = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d{1,4})?$/i;

function shiftedBy(text: string, exponent: number): string {
  if (!isNumber(text)) return 'NaN';
  const [mantissa = '', written = '0'] = text.toLowerCase().split('e');
  return `${mantissa}e${Number(written) + exponent}`;
}

/** Just between two floats: its last 29 bits are 1 and zeros. Beyond what a float can hold nothing is decided here. */
function isTie(double: number): boolean {
  if (!Number.isFinite(Math.fround(double)) || Math.abs(double) < 2 ** -126) return false;
  bits.setFloat64(0, double);
  return (bits.getUint32(4) & 0x1fffffff) === 0x10000000;
}

const bits = new DataView(new ArrayBuffer(8));

/** −1, 0 or 1: the magnitude that the text tells, against a double's. */
function compareExactly(text: string, double: number): number {
  const [, digits = '', fraction = '', exponent = '0'] = /^[-+]?(\d*)\.?(\d*)e(.*)$/.exec(text) ?? [];
  const ten = Number(exponent) - fraction.length;
  bits.setFloat64(0, Math.abs(double));
  const high = bits.getUint32(0);
  const mantissa = (BigInt((high & 0xfffff) | 0x100000) << 32n) | BigInt(bits.getUint32(4));
  const two = (high >>> 20) - 1075;
  const left = scaled(BigInt(`0${digits}${fraction}`), 10n, ten) * power(2n, -two);
  const right = scaled(mantissa, 10n, -ten) * power(2n, two);
  const difference = left < right ? -1 : left > right ? 1 : 0;
  return double < 0 ? -difference : difference;
}

function scaled(value: bigint, base: bigint, exponent: number): bigint {
  return value * power(base, exponent);
}

/** base^exponent, and 1 for exponents below zero: those stand on the other side of a comparison. */
function power(base: bigint, exponent: number): bigint {
  return exponent > 0 ? base ** BigInt(exponent) : 1n;
}
