import type { CaseResult, Provenance, Status, Verdict } from '../verdict/result.ts';
import { currentClauses } from './current.ts';
import { figure, limitOf, marginOf, measuredOf } from './figures.ts';
import { element, escapeMarkup } from './markup.ts';
import { rigClauses } from './rig.ts';
import { statusWords } from './status.ts';

/**
 * The case on one page for Allure: its verdicts as a table, why any was left open, doubts, then what the figures belong to. Where
 * pictures are `leftOut`, that is said, and the table is too: its figures are in the steps. Allure 2 takes every style, margin and
 * bullet away, so they are written as characters and line breaks; Allure 3 shows both well.
 */
export function descriptionHtml(result: CaseResult, leftOut?: string): string {
  const origin = provenance(result.provenance);
  return [
    leftOut === undefined ? verdictTable(result.verdicts) : element('p', {}, escapeMarkup(leftOut)),
    ...section('Current', currentClauses(result)),
    ...section('Figures of the log', logFigures(result)),
    ...section('Not decided', openQuestions(result.verdicts)),
    ...section('Doubts', result.warnings),
    ...section('The board', rigClauses(result)),
    ...section('Where these figures come from', leftOut === undefined ? origin : [origin.join(' · ')]),
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

const listedFigures = 40;

/** `inference_ticks: median 4.2 kticks, 3.9 kticks to 5.1 kticks, 100 times`. */
function logFigures({ metrics: { log } }: CaseResult): string[] {
  if (!log) return [];
  const lines = log.figures.slice(0, listedFigures).map(({ name, unit, count, min, median, max }) => {
    if (count === 1) return `${name}: ${figure(median, unit)}`;
    return `${name}: median ${figure(median, unit)}, ${figure(min, unit)} to ${figure(max, unit)}, ${count} times`;
  });
  const left = log.figures.length - lines.length;
  const facts = Object.entries(log.facts).map(([name, text]) => `${name}: ${text}`);
  return [...lines, ...(left > 0 ? [`${left} more are in the table`] : []), ...facts];
}

/** Allure shows the message of a failed or broken case above all else, but not that of an inconclusive or skipped one. */
function openQuestions(verdicts: readonly Verdict[]): string[] {
  return verdicts
    .filter(({ status }) => status === 'inconclusive' || status === 'skipped')
    .map(({ budget, reason }) => `${budget}: ${reason}`);
}

function section(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const items = lines.map(line => element('p', {}, `• ${escapeMarkup(line)}`));
  return ['<br/>', element('p', {}, element('b', {}, title)), ...items];
}

function statusMark(status: Status): string {
  const style = `color:${colours[status]};font-weight:600;white-space:nowrap`;
  return element('span', { style }, `${statusWords[status].mark} ${status}`);
}

function provenance(from: Provenance): string[] {
  const hashes = [
    from.imageSha256 && `firmware ${shortened(from.imageSha256)}`,
    from.modelSha256 && `model ${shortened(from.modelSha256)}`,
    from.vectorsSha256 && `vectors ${shortened(from.vectorsSha256)}`,
  ];
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['target', `${from.board}: ${from.mcu}, ${from.core} at ${from.clockHz / 1e6} MHz`],
    ['basis', from.basis === 'silicon' ? 'silicon' : `${from.basis}: emulated, not silicon`],
    ['emulator', from.emulator],
    ['runtime', from.runtime],
    ['MLPerf Tiny', from.mlperf && mlperfText(from.mlperf)],
    ['tick source', from.tickSource],
    ['unit', from.unit],
    ['port', from.port],
    ['flasher', from.flasher],
    ['proved by', from.proof],
    [
      'firmware',
      from.imageFile && `${from.imageFile}, ${from.isOwnImage ? "the user's own" : 'the reference firmware'}`,
    ],
    ['firmware build', from.buildId],
    ['meter', from.meter && meterText(from.meter)],
    ['loaded by', from.carried && carriedText(from.carried)],
    ['SHA-256', hashes.filter(Boolean).join(', ')],
  ];
  return facts.flatMap(([name, value]) => (value ? [`${name}: ${value}`] : []));
}

/** All that such firmware can tell of itself. */
function mlperfText({ modelId, vendor, timestamps }: NonNullable<Provenance['mlperf']>): string {
  return `model ${modelId}, of ${vendor}, a build for ${timestamps}`;
}

/** `Nordic PPK2 C0FFEE, its firmware 1.2.0, as source at 3.3 V; ±10 % ± 0.2 µA (datasheet)`. */
function meterText({ title, serial, firmware, mode, supplyMv, accuracy }: NonNullable<Provenance['meter']>): string {
  const supply = supplyMv === undefined ? '' : ` at ${figure(supplyMv, 'mV')}`;
  const as = mode === undefined ? supply.trim() : `as ${mode === 'source' ? 'source' : 'ampere meter'}${supply}`;
  const parts = [`${title} ${serial ?? ''}`.trim(), firmware && `its firmware ${firmware}`, as].filter(Boolean);
  if (!accuracy) return `${parts.join(', ')}; of unknown accuracy`;
  const { percent, offsetMa, of } = accuracy;
  return `${parts.join(', ')}; ±${percent} %${offsetMa > 0 ? ` ± ${figure(offsetMa, 'mA')}` : ''} (${of})`;
}

const ways = { memory: 'the back door', uart: 'UART' };

/** `model by the back door, tensors by UART`. */
function carriedText({ model, tensors }: NonNullable<Provenance['carried']>): string {
  return [model && `model by ${ways[model]}`, tensors && `tensors by ${ways[tensors]}`].filter(Boolean).join(', ');
}

/** Enough to compare by eye; results.json has the whole. */
function shortened(sha256: string): string {
  return `${sha256.slice(0, 12)}…`;
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
