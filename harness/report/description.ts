import type { CaseResult, Provenance, Status, Verdict } from '../verdict/result.ts';
import { limitOf, marginOf, measuredOf } from './figures.ts';
import { element, escapeMarkup } from './markup.ts';
import { statusWords } from './status.ts';

/**
 * The case on one page for Allure: its verdicts as a table, doubts, then what the figures belong to. Allure 2 takes every style
 * away, so the columns are kept apart by spaces and width; colours work on light and dark.
 */
export function descriptionHtml(result: CaseResult): string {
  return [verdictTable(result.verdicts), ...warnings(result.warnings), provenance(result.provenance)].join('\n');
}

function verdictTable(verdicts: readonly Verdict[]): string {
  if (verdicts.length === 0) return element('p', {}, 'Nothing was judged.');
  const header = row('th', ['', 'budget', 'measured', 'limit', 'margin', 'basis'].map(escapeMarkup));
  return element('table', { width: '100%' }, [header, ...verdicts.map(verdictRow)]);
}

function verdictRow(verdict: Verdict): string {
  const { status, budget, optional, basis } = verdict;
  const mark = element(
    'span',
    { style: `color:${colours[status]};font-weight:600;white-space:nowrap` },
    `${statusWords[status].mark} ${status}`,
  );
  const figures = [measuredOf(verdict), limitOf(verdict), marginOf(verdict), basis ?? ''].map(escapeMarkup);
  return row('td', [mark, escapeMarkup(optional ? `${budget} (optional)` : budget), ...figures]);
}

function warnings(texts: readonly string[]): string[] {
  return texts.length
    ? [
        element('p', {}, element('b', {}, 'Doubts')),
        element(
          'ul',
          {},
          texts.map(text => element('li', {}, escapeMarkup(text))),
        ),
      ]
    : [];
}

function provenance(from: Provenance): string {
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['target', `${from.board}: ${from.mcu}, ${from.core} at ${from.clockHz / 1e6} MHz`],
    ['basis', from.basis === 'silicon' ? 'silicon' : `${from.basis}: emulated, not silicon`],
    ['emulator', from.emulator],
    ['runtime', from.runtime],
    ['tick source', from.tickSource],
    ['firmware build', from.buildId],
    ['firmware SHA-256', from.imageSha256],
    ['model SHA-256', from.modelSha256],
    ['vectors SHA-256', from.vectorsSha256],
  ];
  const rows = facts.flatMap(([name, value]) =>
    value ? [row('td', [escapeMarkup(name), element('code', {}, escapeMarkup(value))])] : [],
  );
  return element('details', {}, [element('summary', {}, 'Where these figures come from'), element('table', {}, rows)]);
}

function row(cell: 'th' | 'td', contents: readonly string[]): string {
  return element(
    'tr',
    {},
    contents.map(content => element(cell, { align: 'left' }, `${content}&#160;&#160;&#160;`)),
  );
}

/** Mid tones: at least 3:1 on white and on near-black. */
const colours: Readonly<Record<Status, string>> = {
  passed: '#2e9e5b',
  failed: '#e0483e',
  broken: '#c98500',
  inconclusive: '#9a63d8',
  skipped: '#7f8790',
};
