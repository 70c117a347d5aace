/**
 * What a tick counts: a clock of real hardware, cycles of a model of the core, instructions an emulator executed, or the host's own
 * clock. A figure of one basis is never judged by a budget of another.
 */
export const bases = ['silicon', 'modelled-cycles', 'instructions', 'host'] as const;
export type Basis = (typeof bases)[number];

/** Spellings of a unit: a power of ten over the base unit, or a factor where a power of ten will not do. */
type Spellings = Readonly<Record<string, { readonly exponent: number } | { readonly factor: number }>>;

const ones = { exponent: 0 };

/** Every unit a person may write, under the base unit that the program holds it in. The first spellings are the ones suggested. */
const spellings = {
  '1': { '': ones },
  LSB: { LSB: ones },
  '%': { '%': ones },
  pp: { pp: ones },
  µs: {
    ms: { exponent: 3 },
    µs: ones,
    s: { exponent: 6 },
    us: ones,
    ns: { exponent: -3 },
    min: { factor: 60e6 },
  },
  cycles: { kcycles: { exponent: 3 }, cycles: ones, Mcycles: { exponent: 6 } },
  instructions: { kinstructions: { exponent: 3 }, instructions: ones, Minstructions: { exponent: 6 } },
  B: {
    KiB: { factor: 1024 },
    B: ones,
    MiB: { factor: 1024 ** 2 },
    kB: { exponent: 3 },
    MB: { exponent: 6 },
  },
  Hz: { MHz: { exponent: 6 }, kHz: { exponent: 3 }, Hz: ones, GHz: { exponent: 9 } },
  mV: { V: { exponent: 3 }, mV: ones },
  mA: { mA: ones, µA: { exponent: -3 }, A: { exponent: 3 }, uA: { exponent: -3 }, nA: { exponent: -6 } },
  ticks: { kticks: { exponent: 3 }, ticks: ones, Mticks: { exponent: 6 } },
  µJ: { mJ: { exponent: 3 }, µJ: ones, J: { exponent: 6 }, uJ: ones, nJ: { exponent: -3 } },
  µW: { mW: { exponent: 3 }, µW: ones, W: { exponent: 6 }, uW: ones },
  µC: {
    µC: ones,
    mC: { exponent: 3 },
    mAh: { factor: 3.6e6 },
    uC: ones,
    nC: { exponent: -3 },
    C: { exponent: 6 },
    µAh: { factor: 3600 },
    Ah: { factor: 3.6e9 },
  },
  days: {
    days: ones,
    years: { factor: 365.25 },
    months: { factor: 365.25 / 12 },
    weeks: { factor: 7 },
    hours: { factor: 1 / 24 },
    day: ones,
    year: { factor: 365.25 },
    month: { factor: 365.25 / 12 },
    week: { factor: 7 },
    hour: { factor: 1 / 24 },
    d: ones,
    h: { factor: 1 / 24 },
  },
} satisfies Record<string, Spellings>;

/** A unit that values are held in: 1 (a plain number), LSB, percent (0…100), percentage points, µs, cycles, instructions, bytes, Hz, mV, mA, ticks of a timer whose rate need not be known, µJ, µW, µC, days (of battery life). */
export type Unit = keyof typeof spellings;

/** The unit that latencies of a basis are held in: time only where a clock was real. */
export const latencyUnits = {
  silicon: 'µs',
  'modelled-cycles': 'cycles',
  instructions: 'instructions',
  host: 'µs',
} as const satisfies Record<Basis, Unit>;

export type Relation = '<=' | '>=';

export interface Bound {
  readonly relation: Relation;
  readonly limit: number;
}

/** What was read, or a sentence that says what to write instead. */
export type Parsed<T> = { readonly value: T; readonly fault?: never } | { readonly fault: string };

/** `12 ms`, `850us`, `10 KiB`, `125 MHz` in the base unit: 12000, 850, 10240, 125e6. A number without a unit is a fault. */
export function parseQuantity(text: string, unit: Unit): Parsed<number> {
  return readQuantity(text, unit, '');
}

/** `<= 12 ms` or `≥ 95 %`, in the base unit. A bound that points the other way than `relation` is a fault. */
export function parseBound(text: string, unit: Unit, relation: Relation): Parsed<Bound> {
  const [, sign, quantity = ''] = /^\s*(<=|≤|>=|≥)?(.*)$/su.exec(text) ?? [];
  if (sign === undefined)
    return { fault: `"${clipped(text)}" is no bound: write ${boundExamples(quantity, unit, relation)}` };

  const parsed = readQuantity(quantity, unit, `${relation} `);
  if (parsed.fault !== undefined) return parsed;
  if ((sign === '<=' || sign === '≤') !== (relation === '<=')) {
    const direction = relation === '<=' ? 'an upper bound' : 'a lower bound';
    return { fault: `needs ${direction}, since ${goodness[relation]}: write "${relation} ${quantity.trim()}"` };
  }
  return { value: { relation, limit: parsed.value } };
}

/**
 * A value of a base unit as people write it: `9.8 KiB`, `312.4 kcycles`, `12.3 ms`, at most `decimals` after the point. A plain number
 * may be of any size, and keeps four digits that count: `0.0034`, `0.9877`, `1234.5`, `0.99996`.
 */
export function formatQuantity(value: number, unit: Unit, decimals = 1): string {
  const shown = displayUnit(Math.abs(value), unit);
  return inUnit(value, shown, Math.max(decimals, shown.decimals));
}

/**
 * A measured value and its limit in the same unit, with as many decimals as it takes to tell them apart:
 * `10.001 KiB` against `10 KiB`.
 */
export function formatApart(measured: number, limit: number, unit: Unit): { measured: string; limit: string } {
  const shown = displayUnit(Math.max(Math.abs(measured), Math.abs(limit)), unit);
  const fewest = Math.max(1, shown.decimals);
  const texts = (more: number) => ({
    measured: inUnit(measured, shown, fewest + more),
    limit: inUnit(limit, shown, fewest + more),
  });
  if (measured === limit) return texts(0);
  const isApart = (more: number) => texts(more).measured !== texts(more).limit;
  return texts([0, 1, 2, 3, 4, 5, 6, 7].find(isApart) ?? 8);
}

/** Whether a name is one of a base unit: results may hold figures of others. */
export function isUnit(name: string): name is Unit {
  return Object.hasOwn(spellings, name);
}

/** Integer ticks of a timer to µs. */
export function ticksToUs(ticks: number, tickHz: number): number {
  return (ticks * 1e6) / tickHz;
}

/** Integer ticks of a timer to the unit of their basis; `clockHz` is the core's, for a timer that is slower than the core. */
export function ticksToLatency(ticks: number, basis: Basis, rates: { tickHz: number; clockHz: number }): number {
  return latencyUnits[basis] === 'µs' ? ticksToUs(ticks, rates.tickHz) : (ticks * rates.clockHz) / rates.tickHz;
}

const nounOf: Record<Unit, string> = {
  '1': 'plain number',
  LSB: 'difference in LSB',
  '%': 'percentage',
  pp: 'number of percentage points',
  µs: 'time',
  cycles: 'number of cycles',
  instructions: 'number of instructions',
  B: 'size',
  Hz: 'frequency',
  mV: 'voltage',
  mA: 'current',
  ticks: 'number of ticks',
  µJ: 'energy',
  µW: 'power',
  µC: 'charge',
  days: 'life',
};

const goodness: Record<Relation, string> = { '<=': 'less is better', '>=': 'more is better' };

/** `lead` goes before the examples in a fault: what a bound needs besides the quantity. */
function readQuantity(text: string, unit: Unit, lead: string): Parsed<number> {
  const match = /^\s*([-−]?\d+(?:\.\d+)?)\s*((?![\d.,]|e[-+]?\d)\S*)\s*$/iu.exec(text);
  if (!match)
    return { fault: `"${clipped(text)}" is no ${nounOf[unit]}: write ${examplesOf(numberMeant(text), unit, lead)}` };

  const number = (match[1] ?? '').replace('−', '-');
  const written = (match[2] ?? '').replace('μ', 'µ'); // the Greek letter and the micro sign look the same
  const table: Spellings = spellings[unit];
  const scale = Object.hasOwn(table, written) ? table[written] : undefined;
  if (scale === undefined) return { fault: unitFault({ number, written, lead }, unit) };

  // "1.005" × 1000 is 1004.9999999999999: let the decimal point move in the text, so that a bound is what was written
  const value = 'exponent' in scale ? Number(`${number}e${scale.exponent}`) : Number(number) * scale.factor;
  return Number.isFinite(value) ? { value } : { fault: `"${clipped(text)}" is too large for a ${nounOf[unit]}` };
}

function unitFault(given: { number: string; written: string; lead: string }, unit: Unit): string {
  const { number, written, lead } = given;
  const examples = examplesOf(number, unit, lead);
  if (written === '') return `"${number}" has no unit: write ${examples}`;
  if (unit === 'B' && /^kb$/i.test(written)) {
    return `"${written}" could mean two things: write "${lead}${number} KiB" (1024 bytes) or "${lead}${number} kB" (1000 bytes)`;
  }
  const other = Object.keys(spellings)
    .filter(isUnit)
    .find(name => Object.hasOwn(spellings[name], written));
  if (other) {
    const meant = other === '%' && unit === '1' ? String(Number(`${number}e-2`)) : number; // 85 % is 0.85
    return `"${number} ${written}" is a ${nounOf[other]}, not a ${nounOf[unit]}: write ${examplesOf(meant, unit, lead)}`;
  }
  return `"${clipped(written)}" is no unit of a ${nounOf[unit]}: write ${examples}`;
}

function examplesOf(number: string, unit: Unit, lead: string): string {
  const examples = Object.keys(spellings[unit])
    .slice(0, 3)
    .map(spelling => `"${`${lead}${number} ${spelling}`.trim()}"`);
  const last = examples.at(-1) ?? '';
  return examples.length < 2 ? last : `${examples.slice(0, -1).join(', ')} or ${last}`;
}

function boundExamples(quantity: string, unit: Unit, relation: Relation): string {
  const bare = quantity.replace(/^[\s<>=]+/, '').trim();
  const isQuantity = parseQuantity(bare, unit).fault === undefined;
  return isQuantity ? `"${relation} ${bare}"` : examplesOf(numberMeant(bare), unit, `${relation} `);
}

/** The number that a text begins with, written as it is taken: 0,5 and .5 are 0.5, 1e-3 is 0.001. 12 where there is none. */
function numberMeant(text: string): string {
  const written = /^\s*(\d*[.,]?\d+(?:e[-+]?\d{1,2})?)/i.exec(text)?.[1]?.replace(',', '.');
  const number = Number(written ?? 12);
  return number.toLocaleString('en', { useGrouping: false, maximumFractionDigits: 20, maximumSignificantDigits: 15 });
}

/** Units to show a value in, small to large; each from its own size up. */
const displayed: Record<Unit, readonly (readonly [symbol: string, size: number])[]> = {
  '1': [['', 1]],
  LSB: [['LSB', 1]],
  '%': [['%', 1]],
  pp: [['pp', 1]],
  µs: [
    ['µs', 1],
    ['ms', 1e3],
    ['s', 1e6],
  ],
  cycles: [
    ['cycles', 1],
    ['kcycles', 1e3],
    ['Mcycles', 1e6],
  ],
  instructions: [
    ['instructions', 1],
    ['kinstructions', 1e3],
    ['Minstructions', 1e6],
  ],
  B: [
    ['B', 1],
    ['KiB', 1024],
    ['MiB', 1024 ** 2],
  ],
  Hz: [
    ['Hz', 1],
    ['kHz', 1e3],
    ['MHz', 1e6],
  ],
  mV: [
    ['mV', 1],
    ['V', 1e3],
  ],
  mA: [
    ['nA', 1e-6],
    ['µA', 1e-3],
    ['mA', 1],
    ['A', 1e3],
  ],
  ticks: [
    ['ticks', 1],
    ['kticks', 1e3],
    ['Mticks', 1e6],
  ],
  µJ: [
    ['µJ', 1],
    ['mJ', 1e3],
    ['J', 1e6],
  ],
  µW: [
    ['µW', 1],
    ['mW', 1e3],
  ],
  µC: [
    ['nC', 1e-3],
    ['µC', 1],
    ['mC', 1e3],
    ['C', 1e6],
  ],
  days: [
    ['hours', 1 / 24],
    ['days', 1],
    ['years', 365.25],
  ],
};

/** How a value is shown: in which unit, and with how many decimals at least. */
interface Shown {
  readonly symbol: string;
  readonly size: number;
  readonly decimals: number;
}

function displayUnit(magnitude: number, unit: Unit): Shown {
  const [symbol, size] = displayed[unit].findLast(([, from]) => magnitude >= from) ?? displayed[unit][0] ?? [unit, 1];
  return { symbol, size, decimals: leastDecimals(magnitude, unit) };
}

function leastDecimals(magnitude: number, unit: Unit): number {
  if (unit === '1') return decimalsOfPlain(magnitude);
  return unit === '%' && magnitude > 99 && magnitude < 100 ? decimalsToOne(magnitude / 100) - 2 : 0;
}

/**
 * How many decimals show the first four digits that count, and of a share just below 1 the first two that tell it from 1: 0.99996 is
 * not 1. toFixed takes no more than 100, and formatApart adds up to 8.
 */
function decimalsOfPlain(magnitude: number): number {
  if (magnitude === 0) return 0;
  const fromZero = 3 - Math.floor(Math.log10(magnitude));
  const fromOne = magnitude > 0.5 && magnitude < 1 ? decimalsToOne(magnitude) : 0;
  return Math.min(Math.max(fromZero, fromOne, 0), 90);
}

/** How many decimals tell a share from 1. */
function decimalsToOne(share: number): number {
  return 1 - Math.floor(Math.log10(1 - share));
}

function inUnit(value: number, { symbol, size }: Shown, decimals: number): string {
  const number = Number((value / size).toFixed(decimals));
  return `${number} ${number === 1 ? (singulars[symbol] ?? symbol) : symbol}`.trimEnd();
}

const singulars: Readonly<Record<string, string>> = { hours: 'hour', days: 'day', years: 'year' };

function clipped(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
