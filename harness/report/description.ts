import type { CaseResult, Provenance, Status, Verdict } from '../verdict/result.ts';
import { limitOf, marginOf, measuredOf } from './figures.ts';
import { element, escapeMarkup } from './markup.ts';
import { statusWords } from './status.ts';

/**
 * The case on one page for Allure: its verdicts as a table, why any was left open, doubts, then what the figures belong to. Allure 2
 * takes every style away, so spaces and width keep the columns apart; colours work on light and dark.
 */
export function descriptionHtml(result: CaseResult): string {
  return [
    verdictTable(result.verdicts),
    ...openQuestions(result.verdicts),
    ...list('Doubts', result.warnings.map(escapeMarkup)),
    provenance(result.provenance),
  ].join('\n');
}

function verdictTable(verdicts: readonly Verdict[]): string {
  if (verdicts.length === 0) return element('p', {}, 'Nothing was judged.');
  const header = row('th', ['', 'budget', 'measured', 'limit', 'margin'].map(escapeMarkup));
  return element('table', { width: '100%' }, [header, ...verdicts.map(verdictRow)]);
}

function verdictRow(verdict: Verdict): string {
  const { budget, optional } = verdict;
  const figures = [measuredOf(verdict), limitOf(verdict), marginOf(verdict)].map(escapeMarkup);
  return row('td', [statusMark(verdict.status), escapeMarkup(optional ? `${budget} (optional)` : budget), ...figures]);
}

/** Allure shows the message of a failed or broken case above all else, but not that of an inconclusive or skipped one. */
function openQuestions(verdicts: readonly Verdict[]): string[] {
  const open = verdicts.filter(({ status }) => status === 'inconclusive' || status === 'skipped');
  return list(
    'Not decided',
    open.map(({ budget, reason }) => escapeMarkup(`${budget}: ${reason}`)),
  );
}

function list(title: string, items: readonly string[]): string[] {
  if (items.length === 0) return [];
  return [
    element('p', {}, element('b', {}, title)),
    element(
      'ul',
      {},
      items.map(item => element('li', {}, item)),
    ),
  ];
}

function statusMark(status: Status): string {
  const style = `color:${colours[status]};font-weight:600;white-space:nowrap`;
  return element('span', { style }, `${statusWords[status].mark} ${status}`);
}

function provenance(from: Provenance): string {
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['target', `${from.board}: ${from.mcu}, ${from.core} at ${from.clockHz / 1e6} MHz`],
    ['basis', from.basis === 'silicon' ? 'silicon' : `${from.basis}: emulated, not silicon`],
    ['emulator', from.emulator],
    ['runtime', from.runtime],
    ['tick source', from.tickSource],
    ['firmware build', from.buildId],
    ['firmware SHA-256', from.imageSha256 && shortened(from.imageSha256)],
    ['model SHA-256', shortened(from.modelSha256)],
    ['vectors SHA-256', shortened(from.vectorsSha256)],
  ];
  const rows = facts.flatMap(([name, value]) =>
    value ? [row('td', [escapeMarkup(name), element('code', {}, escapeMarkup(value))])] : [],
  );
  return element('details', {}, [element('summary', {}, 'Where these figures come from'), element('table', {}, rows)]);
}

/** Enough to compare by eye; results.json has the whole. */
function shortened(sha256: string): string {
  return `${sha256.slice(0, 16)}…`;
}

function row(cell: 'th' | 'td', contents: readonly string[]): string {
  return element(
    'tr',
    {},
    contents.map(content => element(cell, { align: 'left' }, `${content}&#160;&#160;`)),
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
