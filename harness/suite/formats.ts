import { formatQuantity, type Parsed, parseBound, parseQuantity, type Relation, type Unit } from '../units.ts';

interface Format {
  readonly unit: Unit;
  /** Present for a bound, absent for a plain quantity. */
  readonly relation?: Relation;
  readonly most?: number;
}

/** About 25 days. A timer of Node's takes no more, and fires at once when it is given more. */
const longestTimerUs = (2 ** 31 - 1) * 1000;

/** What the `format` keywords of our schemas stand for: a unit, and for a bound its direction. */
export const formats = {
  'duration-with-unit': { unit: 'µs', most: longestTimerUs },
  'size-with-unit': { unit: 'B' },
  'frequency-with-unit': { unit: 'Hz' },
  'voltage-with-unit': { unit: 'mV' },
  'current-with-unit': { unit: 'mA' },
  'percent-with-unit': { unit: '%', most: 100 },
  'charge-with-unit': { unit: 'µC' },
  'time-at-most': { unit: 'µs', relation: '<=' },
  'cycles-at-most': { unit: 'cycles', relation: '<=' },
  'instructions-at-most': { unit: 'instructions', relation: '<=' },
  'bytes-at-most': { unit: 'B', relation: '<=' },
  'current-at-most': { unit: 'mA', relation: '<=' },
  'charge-at-most': { unit: 'µC', relation: '<=' },
  'energy-at-most': { unit: 'µJ', relation: '<=' },
  'life-at-least': { unit: 'days', relation: '>=' },
  'percent-at-most': { unit: '%', relation: '<=' },
  'percent-at-least': { unit: '%', relation: '>=', most: 100 },
  'points-at-most': { unit: 'pp', relation: '<=' },
  'number-at-most': { unit: '1', relation: '<=' },
  'fraction-at-least': { unit: '1', relation: '>=', most: 1 },
} as const satisfies Record<string, Format>;

export type FormatName = keyof typeof formats;
export type BoundFormat = Exclude<FormatName, `${string}-with-unit`>;

export function isFormat(name: unknown): name is FormatName {
  return typeof name === 'string' && Object.hasOwn(formats, name);
}

/** A quantity or a bound's limit in the base unit of its format. */
export function parseFormat(name: FormatName, text: string): Parsed<number> {
  const { unit, relation, most = Number.POSITIVE_INFINITY }: Format = formats[name];
  const parsed = relation === undefined ? parseQuantity(text, unit) : limitOf(parseBound(text, unit, relation));
  if (parsed.fault !== undefined) return parsed;
  if (parsed.value < 0) return { fault: `"${text}" is below 0` };
  if (parsed.value > most) {
    const limit = formatQuantity(most, unit);
    const what =
      relation === undefined
        ? `is too much: write "${limit}" at most`
        : `cannot be met: there is no more than ${limit}`;
    return { fault: `"${text}" ${what}` };
  }
  if (relation === undefined && unit !== '%' && parsed.value === 0) return { fault: `"${text}" must be more than 0` };
  return parsed;
}

function limitOf(parsed: ReturnType<typeof parseBound>): Parsed<number> {
  return parsed.fault === undefined ? { value: parsed.value.limit } : parsed;
}
