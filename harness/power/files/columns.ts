import { didYouMean, InputError } from '../../errors.ts';
import type { ColumnsFile } from '../../suite/columns-file.generated.ts';

/** Which column is what, counted from 0. */
export interface Columns {
  readonly time?: TimeColumn;
  readonly value: ValueColumn;
  readonly voltage?: { readonly index: number; readonly mvExponent: number };
  readonly lines?: LineColumns;
}

export interface TimeColumn {
  readonly index: number;
  /** How many of its units a second has. */
  readonly perS: number;
}

/** A value of 1 is 10^exponent mA, µJ or µW. */
export interface ValueColumn {
  readonly index: number;
  readonly quantity: 'current' | 'energy' | 'power';
  readonly exponent: number;
}

/** Digital inputs: a column each, or all eight in one, D0 first or last. */
export type LineColumns =
  | { readonly kind: 'each'; readonly indices: readonly number[]; readonly names: readonly string[] }
  | { readonly kind: 'row'; readonly index: number; readonly isD0Last: boolean };

/** What a kind of file means by names that tell no unit. */
export interface Habit {
  readonly of: (name: string) => { readonly quantity: Quantity; readonly unit: string } | undefined;
}

type Quantity = 'time' | 'current' | 'energy' | 'power' | 'voltage';

const units: Readonly<Record<Quantity, Readonly<Record<string, number>>>> = {
  time: { s: 0, ms: -3, us: -6, ns: -9 },
  current: { A: 3, mA: 0, uA: -3, nA: -6 },
  energy: { J: 6, mJ: 3, uJ: 0, nJ: -3 },
  power: { W: 6, mW: 3, uW: 0, nW: -3 },
  voltage: { V: 3, mV: 0, uV: -3 },
};

const quantities = Object.keys(units) as readonly Quantity[];

/** By what a person has declared, where that is anything; else by names and units. Throws InputError that says what columns there are. */
export function columnsOf(
  table: { readonly names: readonly string[]; readonly path: string },
  declared: ColumnsFile = {},
  habit?: Habit,
): Columns {
  return ['current', 'energy', 'power'].some(key => key in declared)
    ? declaredColumns(table, declared)
    : recognisedColumns(table, declared, habit);
}

type Table = Parameters<typeof columnsOf>[0];

function declaredColumns(table: Table, declared: ColumnsFile): Columns {
  const given = (['current', 'energy', 'power'] as const).filter(key => declared[key] !== undefined);
  const [quantity, second] = given;
  const { path } = table;
  if (quantity === undefined || second !== undefined) {
    throw new InputError(`${given.join(' and ')} cannot both be measured`, path, 'declare one of them');
  }
  const value = declaredColumn(table, quantity, declared[quantity]);
  const time = declared.time && declaredColumn(table, 'time', declared.time);
  const voltage = declared.voltage && declaredColumn(table, 'voltage', declared.voltage);
  return {
    value: { index: value.index, quantity, exponent: value.exponent },
    ...(time && { time: { index: time.index, perS: 10 ** -time.exponent } }),
    ...(voltage && { voltage: { index: voltage.index, mvExponent: voltage.exponent } }),
    ...(declared.lines !== undefined && { lines: declaredLines(table, declared.lines) }),
  };
}

function declaredColumn(
  table: Table,
  quantity: Quantity,
  declared: { column: string | number; unit?: string } | undefined,
) {
  const index = indexOf(table, declared?.column ?? '');
  const written = declared?.unit ?? unitIn(table.names[index] ?? '');
  const exponent = written === undefined ? undefined : exponentOf(quantity, written);
  if (exponent !== undefined) return { index, exponent };
  if (quantity === 'time' && written === undefined) return { index, exponent: 0 }; // a time of day, or seconds
  const known = Object.keys(units[quantity]).map(shown).join(', ');
  const what = written === undefined ? `has no unit` : `"${written}" is no unit of ${quantity}`;
  throw new InputError(what, `${table.path}, the column of ${quantity}`, `write one of ${known}`);
}

function declaredLines(table: Table, lines: NonNullable<ColumnsFile['lines']>): LineColumns {
  if (!Array.isArray(lines)) return { kind: 'row', index: indexOf(table, lines), isD0Last: false };
  const indices = lines.map(line => indexOf(table, line));
  return { kind: 'each', indices, names: indices.map((index, bit) => table.names[index] || `D${bit}`) };
}

/** By number from 1, or by name. */
function indexOf({ names, path }: Table, column: string | number): number {
  const index = typeof column === 'number' ? column - 1 : names.findIndex(name => bare(name) === bare(column));
  if (index >= 0 && index < names.length) return index;
  const what = typeof column === 'number' ? `has no column ${column}` : `has no column "${column}"`;
  throw new InputError(`${what}.${didYouMean(String(column), names)}`, path, `its columns are ${listed(names)}`);
}

function bare(name: string): string {
  return name.trim().toLowerCase();
}

function recognisedColumns(table: Table, declared: ColumnsFile, habit?: Habit): Columns {
  const known = table.names.map((name, index) => ({ index, name, ...meaningOf(name, habit) }));
  const all = (quantity: Quantity) => known.filter(column => column.quantity === quantity);
  const quantity = (['current', 'power'] as const).find(each => all(each).length > 0);
  if (quantity === undefined) throw unknownColumns(table);
  const value = onlyOne(table, quantity, all(quantity));
  const [time] = declared.time
    ? [{ index: declaredColumn(table, 'time', declared.time).index, unit: '' }]
    : all('time');
  const perS = declared.time
    ? 10 ** -declaredColumn(table, 'time', declared.time).exponent
    : 10 ** -(exponentOf('time', time?.unit ?? 's') ?? 0);
  const voltages = all('voltage');
  const voltage = voltages.find(({ name }) => /main/i.test(name)) ?? voltages[0];
  const lines = declared.lines === undefined ? linesIn(table.names) : declaredLines(table, declared.lines);
  return {
    value: { index: value.index, quantity, exponent: exponentOf(quantity, value.unit ?? '') ?? 0 },
    ...(time && { time: { index: time.index, perS } }),
    ...(voltage && { voltage: { index: voltage.index, mvExponent: exponentOf('voltage', voltage.unit ?? '') ?? 0 } }),
    ...(lines && { lines }),
  };
}

type Known = { readonly index: number; readonly name: string; readonly unit?: string };

/** Of several, the main one as Otii calls it. */
function onlyOne(table: Table, quantity: Quantity, columns: readonly Known[]): Known {
  const main = columns.filter(({ name }) => /\bmain\b/i.test(name));
  const [first, second] = main.length > 0 ? main : columns;
  if (first && second === undefined) return first;
  const names = columns.map(({ name }) => `"${name}"`).join(' and ');
  const fix = `say which one: --column ${quantity}=${(first?.index ?? 0) + 1}`;
  throw new InputError(`has several columns of ${quantity}: ${names}`, table.path, fix);
}

function meaningOf(name: string, habit?: Habit): { readonly quantity?: Quantity; readonly unit?: string } {
  const habitual = habit?.of(name);
  if (habitual) return habitual;
  const unit = unitIn(name);
  const quantity = unit === undefined ? undefined : quantities.find(each => exponentOf(each, unit) !== undefined);
  if (quantity !== undefined && unit !== undefined) return { quantity, unit };
  return isTimeOfDay(name) ? { quantity: 'time', unit: 's' } : {};
}

/** `Wall-clock time (UTC)`: Otii's. */
function isTimeOfDay(name: string): boolean {
  return /wall.?clock|\(utc\)/i.test(name);
}

/** `Current (uA)`, `current [uA]`, `current_uA`. */
function unitIn(name: string): string | undefined {
  const [, bracketed, tailed] = /[([]\s*([^)\]]{1,5})\s*[)\]]\s*$|[_ ]([numµμ]?[sAJWV]|[num][ajwv])$/.exec(name) ?? [];
  return (bracketed ?? tailed)?.replace(/[µμ]/, 'u');
}

function exponentOf(quantity: Quantity, written: string): number | undefined {
  const unit = written.trim().replace(/[µμ]/, 'u');
  const table = units[quantity];
  if (Object.hasOwn(table, unit)) return table[unit];
  const folded = Object.keys(table).find(each => each.toLowerCase() === unit.toLowerCase()); // 'ma' is nothing else
  return folded === undefined ? undefined : table[folded];
}

const eachLine = /^(?:.*\s)?(D[0-7]|GPI\s?\[?\d\]?)$/i;

function linesIn(names: readonly string[]): LineColumns | undefined {
  const row = names.findIndex(name => /^(?:D0-D7|bits)$/i.test(name.trim()));
  if (row >= 0) return { kind: 'row', index: row, isD0Last: /bits/i.test(names[row] ?? '') };
  const indices = names.flatMap((name, index) => (eachLine.test(name.trim()) ? [index] : [])).slice(0, 8);
  if (indices.length === 0) return undefined;
  return { kind: 'each', indices, names: indices.map(index => eachLine.exec(names[index]?.trim() ?? '')?.[1] ?? '') };
}

function unknownColumns({ names, path }: Table): InputError {
  const fix =
    names.length === 0
      ? 'name the format with --format, or the columns with --column or --columns'
      : `its columns are ${listed(names)}: write, say, --column current=${Math.min(2, names.length)}:mA --column time=1:s`;
  return new InputError('which column is the current cannot be told', path, fix);
}

function listed(names: readonly string[]): string {
  const shownNames = names.slice(0, 20).map((name, index) => `${index + 1} "${name.slice(0, 40)}"`);
  return shownNames.join(', ') + (names.length > 20 ? `, … (${names.length})` : '');
}

function shown(unit: string): string {
  return unit.replace(/^u/, 'µ');
}
