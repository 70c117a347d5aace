import type { Status, Verdict } from '../../verdict/result.ts';
import { limitOf, marginOf, measuredOf } from '../figures.ts';
import { element } from '../markup.ts';
import { boldWidthOf, chartSvg, chartWidth, ellipsize, label, margin } from './svg.ts';

const rowPx = 46;
const top = margin.top + 28;
const columns = { measured: 450, limit: 610, margin: chartWidth - margin.right };
const bar = { left: margin.left + 18, right: chartWidth - margin.right, height: 8 };
/** Where every limit stands on its bar: room is left to show how far over it a figure is. */
const limitX = bar.left + (bar.right - bar.left) * 0.75;

/** Every budget's figure against its limit, all drawn to the limit's scale: what is near its budget, or over it, at one glance. */
export function budgetsChart(verdicts: readonly Verdict[]): string {
  const bounded = verdicts.filter(isBudget);
  const passed = bounded.filter(({ status }) => status === 'passed').length;
  const bottom = top + bounded.length * rowPx;
  return chartSvg({
    height: bottom + 20,
    title: 'Budgets',
    facts: `${passed} of ${bounded.length} passed · the line is the limit: what is bounded by ≤ stays left of it, by ≥ reaches it`,
    drawing: [...header(), ...bounded.map((verdict, index) => rowOf(verdict, top + index * rowPx))],
  });
}

/** Whether a verdict is of a budget that the suite set, and so has a row; the harness's own checks have none. */
export function isBudget({ budget, limit, relation }: Verdict): boolean {
  return limit !== null && relation !== null && !/^(rig|firmware)\./.test(budget);
}

function header(): string[] {
  return Object.entries(columns).map(([name, x]) => label({ x, y: top - 8, class: 'muted end' }, name));
}

function rowOf(verdict: Verdict, y: number): string {
  const [text, barY] = [y + 16, y + 25];
  const measured = measuredOf(verdict);
  const nameRoom = columns.measured - boldWidthOf(measured, 12) - 14 - bar.left;
  return [
    element('circle', { cx: margin.left + 5, cy: text - 4, r: 5, class: tones[verdict.status] }),
    label({ x: bar.left, y: text }, ellipsize(verdict.budget, nameRoom, 12)),
    label({ x: columns.measured, y: text, class: 'strong end' }, measured),
    label({ x: columns.limit, y: text, class: 'end' }, limitOf(verdict)),
    label({ x: columns.margin, y: text, class: 'muted end' }, marginOf(verdict)),
    element('rect', { x: bar.left, y: barY, width: bar.right - bar.left, height: bar.height, rx: 4, class: 'track' }),
    ...measuredBar(verdict, barY),
    element('line', { x1: limitX, x2: limitX, y1: barY - 4, y2: barY + bar.height + 4, class: 'bound' }),
  ].join('');
}

function measuredBar({ measured, limit, status }: Verdict, y: number): string[] {
  if (measured === null || limit === null) return [];
  const ratio = limit === 0 ? (measured > 0 ? Number.POSITIVE_INFINITY : 0) : measured / limit;
  const end = Math.min(bar.right, Math.max(bar.left + 2, bar.left + (limitX - bar.left) * ratio));
  return [element('rect', { x: bar.left, y, width: end - bar.left, height: bar.height, rx: 4, class: tones[status] })];
}

const tones: Readonly<Record<Status, string>> = {
  passed: 'good',
  failed: 'bad',
  broken: 'warn',
  inconclusive: 'doubt',
  skipped: 'soft',
};
