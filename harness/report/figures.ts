import { formatApart, formatQuantity, isUnit, type Unit } from '../units.ts';
import type { Metrics, Verdict } from '../verdict/result.ts';
import { isBudget } from '../verdict/status.ts';

/** A figure as a person reads it: `371.2 kcycles`, `1.456 Mcycles`, `9.8 KiB`. A unit that is no unit of budgets is left as it is. */
export function figure(value: number, unit: string, decimals?: number): string {
  if (!isUnit(unit)) return `${grouped(value, 3)} ${value === 1 ? unit.replace(/s$/, '') : unit}`.trim();
  return formatQuantity(value, unit, decimals ?? decimalsFor(value, unit));
}

/** What was measured, or `–` where nothing was; with as many decimals as tell it from the limit. */
export function measuredOf({ measured, limit, unit }: Verdict): string {
  if (measured === null) return '–';
  return limit === null ? figure(measured, unit) : apart(measured, limit, unit).measured;
}

/** The limit with its relation, `≤ 400 kcycles`; an empty string where nothing bounds it. */
export function limitOf({ measured, relation, limit, unit }: Verdict): string {
  if (limit === null || relation === null) return '';
  const text = measured === null ? figure(limit, unit) : apart(measured, limit, unit).limit;
  return `${relation === '<=' ? '≤' : '≥'} ${text}`;
}

/**
 * The way left to the limit, signed: negative is beyond it. In percent of the limit; in the unit itself where a percentage would
 * mislead (percentages, points, LSB) or the limit is 0. An empty string without both numbers, and for a check of the harness's own.
 */
export function marginOf(verdict: Verdict): string {
  const { measured, limit, relation, unit } = verdict;
  if (measured === null || limit === null || relation === null || !isBudget(verdict)) return '';
  const left = relation === '<=' ? limit - measured : measured - limit;
  if (unit === '%' || unit === 'pp') return `${signed(left, 2)} pp`;
  if (unit === 'LSB' || limit === 0) return `${signed(left, 2)} ${unit === '1' ? '' : unit}`.trimEnd();
  return percent((left / Math.abs(limit)) * 100);
}

/** How good the answers are, whatever the task: `top-1 87.67 %`, `AUC 0.9871`, `MAE 0.52 °C`. Empty where nothing was judged. */
export function qualityOf({ accuracy, roc, regression }: Metrics): string[] {
  return [
    ...(accuracy ? [`top-1 ${figure(accuracy.top1, '%', 2)}`] : []),
    ...(roc ? [`AUC ${figure(roc.auc, '1')}`] : []),
    ...(regression ? [`MAE ${figure(regression.mae, '1')} ${regression.unit ?? ''}`.trimEnd()] : []),
  ];
}

/** A number with thousands separated and at most `decimals`. */
export function grouped(value: number, decimals = 0): string {
  return (formats[decimals] ??= new Intl.NumberFormat('en-US', { maximumFractionDigits: decimals })).format(value);
}

/** By decimals: making a format takes fifty times as long as using it. */
const formats: Intl.NumberFormat[] = [];

/** Milliseconds as a person says them: `840 ms`, `12.4 s`, `3 min 20 s`. */
export function duration(durationMs: number): string {
  if (durationMs < 1000) return `${Math.round(durationMs)} ms`;
  if (durationMs < 60_000) return `${grouped(durationMs / 1000, 1)} s`;
  const seconds = Math.round(durationMs / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Each in its own best unit, unless they would read the same though they differ. */
function apart(measured: number, limit: number, unit: string): { measured: string; limit: string } {
  const shown = { measured: figure(measured, unit), limit: figure(limit, unit) };
  const misleads = measured !== limit && shown.measured === shown.limit;
  return misleads && isUnit(unit) ? formatApart(measured, limit, unit) : shown;
}

/** Latencies have four significant digits, since a budget is often missed by less than one in a hundred. */
function decimalsFor(value: number, unit: Unit): number {
  if (unit === '%' || unit === 'pp') return 2;
  if (unit === 'B' || unit === 'Hz') return 1;
  const wholeDigits = formatQuantity(Math.abs(value), unit, 0).split(' ')[0]?.length ?? 1;
  return Math.max(1, 4 - wholeDigits);
}

/** A margin far beyond its limit is told from others by nobody. */
function percent(value: number): string {
  return Math.abs(value) < 10_000 ? `${signed(value, 1)} %` : value < 0 ? '< −9,999 %' : '> +9,999 %';
}

function signed(value: number, decimals: number): string {
  const size = Math.abs(value);
  const smallest = 10 ** -decimals;
  const text = size > 0 && size < smallest / 2 ? `<${smallest}` : grouped(size, decimals);
  return size === 0 ? '0' : `${value < 0 ? '−' : '+'}${text}`;
}
