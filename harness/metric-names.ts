import type { Unit } from './units.ts';

interface Suffix {
  readonly unit: Unit;
  readonly factor: number;
}

/** What ends a metric's name, and the base unit it stands for: `dsp_ms` 16 is 16000 µs. */
const suffixes: Readonly<Record<string, Suffix>> = {
  ticks: { unit: 'ticks', factor: 1 },
  cycles: { unit: 'cycles', factor: 1 },
  kcycles: { unit: 'cycles', factor: 1e3 },
  instructions: { unit: 'instructions', factor: 1 },
  ns: { unit: 'µs', factor: 1e-3 },
  us: { unit: 'µs', factor: 1 },
  ms: { unit: 'µs', factor: 1e3 },
  s: { unit: 'µs', factor: 1e6 },
  min: { unit: 'µs', factor: 60e6 },
  hz: { unit: 'Hz', factor: 1 },
  khz: { unit: 'Hz', factor: 1e3 },
  mhz: { unit: 'Hz', factor: 1e6 },
  b: { unit: 'B', factor: 1 },
  bytes: { unit: 'B', factor: 1 },
  kb: { unit: 'B', factor: 1e3 },
  kib: { unit: 'B', factor: 1024 },
  mb: { unit: 'B', factor: 1e6 },
  mib: { unit: 'B', factor: 1024 ** 2 },
  percent: { unit: '%', factor: 1 },
  pct: { unit: '%', factor: 1 },
  na: { unit: 'mA', factor: 1e-6 },
  ua: { unit: 'mA', factor: 1e-3 },
  ma: { unit: 'mA', factor: 1 },
  nj: { unit: 'µJ', factor: 1e-3 },
  uj: { unit: 'µJ', factor: 1 },
  mj: { unit: 'µJ', factor: 1e3 },
  uw: { unit: 'µW', factor: 1 },
  mw: { unit: 'µW', factor: 1e3 },
  mv: { unit: 'mV', factor: 1 },
  v: { unit: 'mV', factor: 1e3 },
  count: { unit: '1', factor: 1 },
  score: { unit: '1', factor: 1 },
};

/** The base unit of a metric by its name's ending, and what a written value is multiplied with; a plain number without one. */
export function unitOf(name: string): Suffix {
  return suffixes[name.toLowerCase().split('_').at(-1) ?? ''] ?? { unit: '1', factor: 1 };
}

/** Whether a group of a user's pattern tells who runs, and is no figure. */
export function isIdentity(name: string): boolean {
  return /_(id|version|sha|sha256|hash)$/i.test(name);
}

/** A name out of a log as a metric's: lower case, `_` for all that is no letter or digit. */
export function slug(text: string): string {
  const words = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
  return words.slice(0, 60) || 'unnamed';
}

/** A number as logs write it: `4.2`, `24.6k`, `1,234`, `1E6`; undefined for none. */
export function numberOf(text: string): number | undefined {
  const [, digits = '', scale = ''] = /^([-+]?[\d,]*\.?\d+(?:[eE][-+]?\d{1,3})?)([kMG]?)$/.exec(text.trim()) ?? [];
  if (digits === '') return undefined;
  const value = Number(digits.replaceAll(',', '')) * (scales[scale] ?? 1);
  return Number.isFinite(value) ? value : undefined;
}

const scales: Readonly<Record<string, number>> = { '': 1, k: 1e3, M: 1e6, G: 1e9 };
