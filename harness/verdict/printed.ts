import type { PrintedSample } from '../recording/recording.ts';
import { bytesOfCodes, codesOf, type TensorSpec } from './tensor.ts';

/** What a firmware printed for a vector, as far as it can be told. */
export interface ReadPrinted {
  readonly values: readonly number[];
  /** The bytes of the model's output: each value is one code's, and no other's. */
  readonly output?: Uint8Array;
  /** Why there are none. */
  readonly reason?: string;
}

/** Reads the values that were printed for one vector against the model's output tensors. */
export function readPrinted(
  { results, vector }: Pick<PrintedSample, 'results' | 'vector'>,
  outputs: readonly TensorSpec[],
): ReadPrinted {
  const values = valuesOf(results);
  const [output] = outputs;
  const reason = misfit(results, outputs);
  if (!output || reason !== undefined) return { values, reason: reason ?? 'the model has no output' };
  const codes = values.map((value, index) => codeOf(value, stepOf(results[index] ?? ''), output));
  const odd = codes.indexOf(undefined);
  if (odd < 0) return { values, output: bytesOfCodes(codes.filter(isKnown), output.type) };
  const what = `it printed ${results[odd]} for vector ${vector}, which is the value of none of the model's output codes`;
  return { values, reason: what };
}

/** Why printed values cannot be told apart as codes. */
function misfit(results: readonly string[], outputs: readonly TensorSpec[]): string | undefined {
  const [output] = outputs;
  if (outputs.length !== 1 || output?.elements !== results.length)
    return `it prints ${results.length === 1 ? '1 value' : `${results.length} values`}, which are not the model's output`;
  if (output.type === 'float32') return "it prints some decimals, and the model's output is float32";
  const step = Math.max(...results.map(stepOf));
  if (output.scale > 2 * step) return undefined;
  const apart = Number(output.scale.toPrecision(3));
  return `it prints steps of ${step}, and the codes of the model's output are ${apart} apart`;
}

/** The numbers that were printed. The keyword firmware prints its digits by hand, and 1 as `0.1000`: a decimal more than all others have. */
function valuesOf(results: readonly string[]): readonly number[] {
  const isByHand = results.every(text => text === byHandOne || decimalsOf(text) === byHandDecimals);
  return results.map(text => (isByHand && text === byHandOne ? 1 : numberOf(text)));
}

const byHandOne = '0.1000';
const byHandDecimals = 3;

function numberOf(text: string): number {
  if (/nan/i.test(text)) return Number.NaN;
  if (/inf/i.test(text)) return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return Number(text);
}

/** What a value's last digit counts. */
function stepOf(text: string): number {
  return 10 ** -decimalsOf(text);
}

function decimalsOf(text: string): number {
  return /\.(\d*)/.exec(text)?.[1]?.length ?? 0;
}

/** The one code whose value was printed, whether it was rounded to a step or cut off at one. */
function codeOf(value: number, step: number, { scale, zeroPoint, type }: TensorSpec): number | undefined {
  const code = Math.round(value / scale) + zeroPoint;
  const isNear = Math.abs((code - zeroPoint) * scale - value) <= step * (1 + 1e-6);
  const [held] = codesOf(bytesOfCodes([code], type), type);
  return isNear && held === code ? code : undefined;
}

function isKnown(code: number | undefined): code is number {
  return code !== undefined;
}
