import { numberOf } from '../../metric-names.ts';
import type { Finding, Reader } from './finding.ts';
import type { Line } from './line.ts';

interface Operator {
  readonly name: string;
  readonly ticks: number;
}

/** An operator list beyond this is no model's: the rest counts into the sum alone. */
const mostOperators = 4096;

/**
 * Profiles of a model, operator by operator: TFLM's MicroProfiler (`CONV_2D took 249561 ticks (9 ms).`, LogCsv, LogTicksPerTagCsv) and
 * the one of Silicon Labs' MLTK. Each gives its operators and `profile_ticks` or `profile_cycles`, the sum of their lines: the totals that TFLM
 * prints are stale.
 */
export function profileReader(): Reader {
  let form: Form | undefined;
  let operators: Operator[] = [];
  let sum = 0;
  let last = 0;
  let lastEvents: Operator[] = [];

  const closed = (): readonly Finding[] => {
    const found = operators.length > 0 && form ? findingsOf({ form, operators, sum, line: last }) : [];
    if (form === 'events' || form === 'lines') lastEvents = operators;
    operators = [];
    sum = 0;
    form = undefined;
    return found;
  };
  const add = (line: Line, operator: Operator): readonly Finding[] => {
    if (operators.length < mostOperators) operators.push(operator);
    sum += operator.ticks;
    last = line.number;
    return [];
  };
  const begin = (next: Form): readonly Finding[] => {
    const found = closed();
    form = next;
    return found;
  };
  return {
    see(line) {
      const { plain } = line;
      if (header.test(plain)) return begin('events');
      if (tagHeader.test(plain)) return begin('tags');
      const before = form === 'events' && operators.length > 0 && plain.startsWith('0,') ? begin('events') : [];
      const event = form === 'events' ? eventOf(plain) : form === 'tags' ? tagOf(plain) : undefined;
      if (event) return form === 'tags' && lastEvents.length > 0 ? [] : [...before, ...add(line, event)];
      const took = plain.includes(' ticks (') ? operatorOf(plain) : undefined;
      if (!took) return undefined;
      return [...before, ...(form === 'lines' ? [] : begin('lines')), ...add(line, took)];
    },
    close: closed,
  };
}

/** How operators were written: a sentence each, a table of events, a table of tags. */
type Form = 'lines' | 'events' | 'tags';

const header = /^"Event","Tag","Ticks"(?:,"ms")?$/;
const tagHeader = /^"Unique Tag","Total ticks across all events with that tag\."$/;

function eventOf(plain: string): Operator | undefined {
  const [, name, ticks] = /^\d{1,9},\s?([\w-]{1,80}),\s?(\d{1,15})(?:,\s?[\d.]+)?$/.exec(plain) ?? [];
  return name === undefined ? undefined : { name, ticks: Number(ticks) };
}

function tagOf(plain: string): Operator | undefined {
  const [, name, ticks] = /^([\w-]{1,80}), (\d{1,15})$/.exec(plain) ?? [];
  return name === undefined ? undefined : { name, ticks: Number(ticks) };
}

/** Operators are in capitals; what else takes ticks is a figure of its own. */
function operatorOf(plain: string): Operator | undefined {
  const [, name, ticks] = /^([A-Z][A-Z0-9_]{1,80}) took (\d{1,15}) ticks \(\d+ ms\)\.?$/.exec(plain) ?? [];
  return name === undefined ? undefined : { name, ticks: Number(ticks) };
}

interface Profile {
  readonly form: Form;
  readonly operators: readonly Operator[];
  readonly sum: number;
  readonly line: number;
}

/** A table of tags has no order of execution: only its sum counts. */
function findingsOf({ form, operators, sum, line }: Profile): readonly Finding[] {
  const whole = { kind: 'metric', name: 'profile_ticks', value: sum, unit: 'ticks', line } as const;
  return form === 'tags' ? [whole] : [{ kind: 'operators', operators, line }, whole];
}

/** Layers as MLTK's profiler prints them: `Op0-Conv2D` and its figures beneath, in two blocks a layer; the one with cycles counts. */
export function layerReader(): Reader {
  let layer: { readonly index: number; readonly name: string } | undefined;
  let operators: Operator[] = [];
  let last = 0;

  const closed = (): readonly Finding[] => {
    const found: readonly Finding[] =
      operators.length === 0
        ? []
        : [
            { kind: 'operators', operators, line: last },
            { kind: 'metric', name: 'profile_cycles', value: total(operators), unit: 'cycles', line: last },
          ];
    operators = [];
    layer = undefined;
    return found;
  };
  return {
    see({ plain, number }) {
      const [, index, name] = /^\s*Op(\d{1,5})-(\S{1,80})/.exec(plain) ?? [];
      if (name !== undefined) {
        const isFirst = Number(index) === 0 && operators.length > 0;
        const before = isFirst ? closed() : [];
        layer = { index: Number(index), name };
        return before;
      }
      if (!layer) return undefined;
      const [, cycles] = /^\s*([\d.]{1,15}[kMG]?) CPU cycles$/.exec(plain) ?? [];
      if (cycles !== undefined && operators.length < mostOperators) {
        operators.push({ name: layer.name, ticks: Math.round(numberOf(cycles) ?? 0) });
        last = number;
        return [];
      }
      return layerFigure.test(plain) ? [] : undefined;
    },
    close: closed,
  };
}

const layerFigure = /^\s*(?:[\d.]+[kMG]? (?:OPs|MACs|ms|(?:Accelerator|MVP) cycles)|[\w ]{1,40}[=:] ?\S{1,80})$/;

function total(operators: readonly Operator[]): number {
  return operators.reduce((sum, { ticks }) => sum + ticks, 0);
}
