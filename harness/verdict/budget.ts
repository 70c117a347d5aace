import type { Budget } from '../suite/suite.ts';
import { formatApart, formatQuantity, type Unit } from '../units.ts';
import type { Verdict } from './result.ts';
import { explainEnd, type SessionEnd } from './session.ts';

/** A measured figure, ready to be held against a budget. */
export interface Figure {
  /** Begins the reason, where there is more to say than the figure. */
  readonly lead?: string;
  /** What the figure is: `p50`, `arena`, `top-1`. */
  readonly name: string;
  /** In the budget's unit. */
  readonly value: number;
  /** What a plain number is a number of, where the suite says so: `°C`. */
  readonly symbol?: string;
  /** How the figure can still move in a session that ended early: not at all, only upwards, or either way. */
  readonly evidence: 'final' | 'grows' | 'moves';
  /** Set where the figure is too little to judge by, with why. */
  readonly doubt?: string;
  /** Set where the figure's own uncertainty holds the limit, with what to do: it ends the reason. */
  readonly open?: string;
  /** Follows the figure in brackets: `183 of 200`. */
  readonly detail?: string;
  /** Ends the reason: where to look, what else to know. */
  readonly note?: string;
}

/** Why there is no figure: not measured, undefined for want of evidence, or something of the firmware's that is no number. */
export interface Lack {
  readonly status: 'skipped' | 'inconclusive' | 'failed';
  readonly reason: string;
}

/**
 * Holds a figure against its budget. A session that ended early passes nothing that could still change, but what has exceeded its
 * limit for good is failed.
 */
export function judgeFigure(budget: Budget, figure: Figure, end: SessionEnd): Verdict {
  const met = isMet(budget, figure.value);
  const sentence = sentenceOf(budget, figure);
  const isSettled = end.status === 'complete' || figure.evidence === 'final' || (figure.evidence === 'grows' && !met);

  if (!isSettled) return notMeasured(budget, `not judged, since ${explainEnd(end)}; so far ${sentence}`);
  const base = { ...head(budget), measured: figure.value };
  if (figure.doubt) return { ...base, status: 'inconclusive', reason: `${figure.doubt}; so far ${sentence}` };
  if (figure.open) return { ...base, status: 'inconclusive', reason: `${sentence}; ${figure.open}` };
  return { ...base, status: met ? 'passed' : 'failed', reason: sentence };
}

/** Whether a figure keeps within its budget. */
export function isMet({ relation, limit }: Pick<Budget, 'relation' | 'limit'>, value: number): boolean {
  return relation === '<=' ? value <= limit : value >= limit;
}

/** A budget without a figure that could be held against it. */
export function notMeasured(budget: Budget, reason: string): Verdict {
  return { ...head(budget), status: 'skipped', measured: null, reason };
}

/** A budget whose figure the rig has spoilt. */
export function judgeBroken(budget: Budget, reason: string): Verdict {
  return { ...head(budget), status: 'broken', measured: null, reason };
}

/** A budget without a figure, for a reason that may be more than that nobody measured it. */
export function judgeLack(budget: Budget, { status, reason }: Lack, end: SessionEnd): Verdict {
  if (status === 'skipped') return notMeasured(budget, reason);
  if (end.status !== 'complete') return notMeasured(budget, `not judged, since ${explainEnd(end)}; so far ${reason}`);
  return { ...head(budget), status, measured: null, reason };
}

function head(budget: Budget): Omit<Verdict, 'status' | 'measured' | 'reason'> {
  const { relation, limit, unit, optional } = budget;
  const basis = 'basis' in budget ? budget.basis : null;
  return { budget: budget.budget, relation, limit, unit, basis, optional };
}

function sentenceOf({ relation, limit, unit }: Budget, { lead, name, value, symbol, detail, note }: Figure): string {
  const texts = quantities(value, limit, unit);
  const inSymbol = symbol === undefined ? '' : ` ${symbol}`;
  const figure = `${name} ${texts.measured}${inSymbol}${detail ? ` (${detail})` : ''}`;
  const held = `${figure}, budget ${relation} ${texts.limit}${inSymbol} (${marginOf(value, limit, unit)})`;
  return [lead, held, note].filter(part => part !== undefined).join('; ');
}

/** Each in the unit it is read best in, unless the two then look the same and are not. */
function quantities(measured: number, limit: number, unit: Unit): { measured: string; limit: string } {
  const texts = { measured: formatQuantity(measured, unit), limit: formatQuantity(limit, unit) };
  return measured !== limit && texts.measured === texts.limit ? formatApart(measured, limit, unit) : texts;
}

/** `22 % below`; in the unit itself where that is a difference or a share, and where there is nothing to divide by. */
function marginOf(value: number, limit: number, unit: Unit): string {
  if (value === limit) return 'exactly at it';
  const direction = value < limit ? 'below' : 'above';
  const distance = Math.abs(value - limit);
  if (unit === '%' || unit === 'pp') return `${rounded(distance)} pp ${direction}`;
  if (unit === '1' && limit === 0) return `${rounded(distance)} ${direction}`;
  if (unit === 'LSB' || limit === 0) return `${rounded(distance)} ${unit} ${direction}`;
  return `${rounded((100 * distance) / Math.abs(limit))} % ${direction}`;
}

/** Two digits that count, but whole numbers whole, and never 100 for what is less. */
function rounded(value: number): number {
  if (value >= 99 && value < 100) return Number(value.toPrecision(4));
  return value >= 100 ? Math.round(value) : Number(value.toPrecision(2));
}
