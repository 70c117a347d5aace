/** What a PPK2 was calibrated with, five ranges each, that of the smallest current first. */
export interface Ppk2Calibration {
  /** Ω. */
  readonly r: readonly number[];
  readonly gs: readonly number[];
  readonly gi: readonly number[];
  /** Quarters of the converter's steps. */
  readonly o: readonly number[];
  /** A/V of the supply. */
  readonly s: readonly number[];
  /** A. */
  readonly i: readonly number[];
  /** The user's own gains. */
  readonly ug: readonly number[];
}

/** What a PPK2 says of itself. */
export interface Ppk2Metadata {
  readonly calibration: Ppk2Calibration;
  /** What it was last set to. */
  readonly mode?: 'source' | 'ampere';
  readonly vddMv?: number;
  /** What to know of its figures. */
  readonly notes: readonly string[];
}

/** Lines of `NAME: VALUE`, in an order that differs by firmware. */
export type Ppk2Lines = ReadonlyMap<string, string>;

/**
 * The metadata in what was heard, whatever came before them; undefined while they are not complete.
 * https://github.com/NordicSemiconductor/pc-nrfconnect-ppk: src/device/serialDevice.ts
 */
export function metadataIn(heard: string): Ppk2Lines | undefined {
  const end = heard.search(/(?<=[\r\n])END/);
  const start = heard.lastIndexOf('Calibrated:', end === -1 ? 0 : end);
  if (end === -1 || start === -1) return undefined;
  const lines = heard
    .slice(start, end)
    .matchAll(/^(Calibrated|VDD|HW|mode|IA|(?:R|GS|GI|O|S|I|UG)[0-4]): *(\S{0,40})/gm);
  return new Map([...lines].map(([, name = '', value = '']) => [name, value]));
}

/** Reads them. A `fault` is why no current can be computed with them. */
export function readMetadata(lines: Ppk2Lines): Ppk2Metadata | { readonly fault: string } {
  const faults: string[] = [];
  const notes: string[] = [];
  if (lines.get('Calibrated') !== '1') notes.push('it says that it is not calibrated');
  /** All of a family that must be there, or each that is no number as the maker's application takes it. */
  const family = (name: keyof typeof isPlausible, otherwise?: number): readonly number[] =>
    mostA.map((most, range) => {
      const said = lines.get(`${name}${range}`);
      const value = Number(said || Number.NaN);
      if (isPlausible[name](value, range, most)) return value;
      const fault = said === undefined ? `no ${name}${range}` : `${name}${range}: ${said}`;
      if (otherwise === undefined || !Number.isNaN(value)) faults.push(fault);
      else notes.push(`it has ${fault}; taken as ${otherwise}`);
      return otherwise ?? value;
    });
  const calibration: Ppk2Calibration = {
    r: family('R'),
    gs: family('GS'),
    gi: family('GI'),
    o: family('O'),
    s: family('S', 0),
    i: family('I', 0),
    ug: family('UG', 1),
  };
  if (faults.length > 0) return { fault: faults.join(', ') };
  const vddMv = Number(lines.get('VDD') || Number.NaN);
  const mode = modes.get(lines.get('mode') ?? '');
  return { calibration, notes, ...(mode && { mode }), ...(vddMv >= 0 && { vddMv }) };
}

const modes: ReadonlyMap<string, 'source' | 'ampere'> = new Map([
  ['1', 'ampere'],
  ['2', 'source'],
]);

/** What each range is for. */
const mostA = [50e-6, 500e-6, 5e-3, 50e-3, 1];
/** Of the maker's application, for a meter that tells none. Real ones were seen with up to 30 % more. */
const nominalOhms = [1031.64, 101.65, 10.15, 0.94, 0.043];

/** Wide enough for every meter that was seen, and for no damaged line: what is off by more than these would put a current off by half. */
const isPlausible = {
  R: (value: number, range: number) => isWithin(value / (nominalOhms[range] ?? 1), 0.5, 2),
  GS: (value: number, _: number, most: number) => Math.abs(value) * most <= 0.5,
  GI: (value: number) => isWithin(value, 0.5, 2),
  O: (value: number) => Math.abs(value) <= 6553,
  S: (value: number, _: number, most: number) => Math.abs(value) * 5 <= most / 2,
  I: (value: number, _: number, most: number) => Math.abs(value) <= most / 2,
  UG: (value: number) => isWithin(value, 0.5, 2),
};

function isWithin(value: number, least: number, most: number): boolean {
  return value >= least && value <= most;
}
