import { existsSync } from 'node:fs';
import { InputError } from '../errors.ts';
import { readNamed } from '../files.ts';
import type { TraceFacts } from './trace.ts';

const mostBytes = 1 << 20;

/** Reads a trace's sidecar. Throws InputError when none lies there, it is of another format, or it lacks what figures are taken from. */
export function readTraceFacts(path: string): TraceFacts {
  if (!existsSync(path)) throw new InputError('no trace lies here', path, 'name a run that listened to a meter');
  const facts = parse(readNamed(path, mostBytes).toString('utf8'), path);
  const { tickmark } = (facts ?? {}) as Record<string, unknown>;
  if (tickmark !== 1)
    throw new InputError(
      `has format ${JSON.stringify(tickmark)}, this version reads 1`,
      path,
      'measure again, or use the version of Tickmark that recorded it',
    );
  const wrong = wrongPlace(facts, shape);
  if (wrong !== undefined) throw new InputError(`has no ${wrong} that can be`, path, damaged);
  return facts as TraceFacts;
}

const damaged = 'this recording is damaged: measure again';

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InputError('is not JSON', path, damaged, { cause });
  }
}

/** What a value must be: a check, or the same of its fields, those with `?` if they are there. */
type Shape = ((value: unknown) => boolean) | { readonly [field: string]: Shape };

const isText = (value: unknown) => typeof value === 'string';
const isNumber = (value: unknown) => typeof value === 'number';
const isPositive = (value: unknown) => typeof value === 'number' && value > 0;
const isNotNegative = (value: unknown) => typeof value === 'number' && value >= 0;
const isOneOf =
  (...values: readonly string[]) =>
  (value: unknown) =>
    values.includes(value as string);

/** As far as others than people read it. */
const shape: Shape = {
  quantity: isOneOf('current', 'energy'),
  unit: isOneOf('mA', 'µJ'),
  rateHz: isPositive,
  'startMs?': isNumber,
  'supplyMv?': isPositive,
  'supplySpreadMv?': isNotNegative,
  'marker?': isText,
  meter: {
    kind: isText,
    title: isText,
    'mode?': isOneOf('source', 'ampere'),
    'accuracy?': { percent: isNotNegative, offsetMa: isNotNegative, of: isText },
    'mostMa?': isPositive,
    lines: lines => Array.isArray(lines) && lines.length <= 8 && lines.every(isText),
  },
};

/** The first field that is not as it must be, `meter.lines`. */
function wrongPlace(value: unknown, expected: Shape): string | undefined {
  if (typeof expected === 'function') return expected(value) ? undefined : '';
  if (typeof value !== 'object' || value === null) return '';
  for (const [name, of] of Object.entries(expected)) {
    const field = name.replace('?', '');
    const own = (value as Record<string, unknown>)[field];
    const wrong = own === undefined && name.endsWith('?') ? undefined : wrongPlace(own, of);
    if (wrong !== undefined) return wrong ? `${field}.${wrong}` : field;
  }
  return undefined;
}
