import { numberOf, slug } from '../../metric-names.ts';
import type { Finding, Reader } from './finding.ts';

/** The arena in TFLM's generic benchmark: `[[ Table ]]: Arena`, then a row a part; older ones say Head and Tail. */
export function arenaTableReader(): Reader {
  let isOpen = false;
  return {
    see({ plain, number }) {
      if (/^\[\[ (?:Table|CSV) \]\]: Arena\s*$/.test(plain)) {
        isOpen = true;
        return [];
      }
      if (!isOpen) return undefined;
      const [, part, bytes] =
        /^\s*"?(Total|NonPersistent|Persistent|Head|Tail)"?\s*[|,]\s*(\d{1,12})\b/.exec(plain) ?? [];
      if (part === undefined) return /^[\s"]*(?:Arena|Bytes|%|[-|, ]+)/.test(plain) ? [] : undefined;
      const name = part === 'Total' ? 'arena_bytes' : `arena_${slug(part)}_bytes`;
      return [{ kind: 'metric', name, value: Number(bytes), unit: 'B', line: number }];
    },
    close() {
      isOpen = false;
      return [];
    },
  };
}

/**
 * ST's two reports: aiSystemPerformance (`Results for "network", 16 inferences @168MHz/168MHz (complexity: 874970 MACC)`) and ST.AI's
 * (`ST.AI Profiling results v2.0 - "network"`). Both go on with rows of `name : value`.
 */
export function stReader(): Reader {
  let isOpen = false;
  return {
    see({ plain, number }) {
      const opened = openedBy(plain, number);
      if (opened) {
        isOpen = true;
        return opened;
      }
      if (!isOpen) return undefined;
      const row = rowOf(plain);
      return row ? [...stRow(row.name, row.value, number)] : isRule(plain) ? [] : undefined;
    },
    close() {
      isOpen = false;
      return [];
    },
  };
}

/** By its first colon, not by one expression: blanks that could belong to several of its parts would be tried in all of them. */
function rowOf(plain: string): { readonly name: string; readonly value: string } | undefined {
  const colon = plain.indexOf(':');
  const [name, after] = [plain.slice(0, Math.max(colon, 0)).trim(), plain.slice(colon + 1)];
  const isRow = /^[\w ./()]{1,40}$/.test(name) && /^\s/.test(after) && after.trim() !== '';
  return isRow ? { name, value: after.trim() } : undefined;
}

function isRule(plain: string): boolean {
  return plain.includes('-') && /^[\s-]*$/.test(plain);
}

function openedBy(plain: string, line: number): readonly Finding[] | undefined {
  if (/^\s*ST\.AI Profiling results v\d/.test(plain)) return [];
  const [, clock] = /^\s*Results for "[^"]{0,80}", \d+ inferences @(\d{1,6})MHz\//.exec(plain) ?? [];
  return clock === undefined
    ? undefined
    : [{ kind: 'metric', name: 'cpu_clock_hz', value: Number(clock) * 1e6, unit: 'Hz', line }];
}

function* stRow(name: string, value: string, line: number): Generator<Finding> {
  const [stack = '', heap = ''] = value.split('/');
  const metric = (as: string, unit: 'µs' | 'cycles' | '%' | '1' | 'B', text: string, factor = 1): Finding[] => {
    const amount = numberOf(/^[\d.,]{1,20}/.exec(text)?.[0] ?? '');
    return amount === undefined ? [] : [{ kind: 'metric', name: as, value: amount * factor, unit, line }];
  };
  if (name === 'duration' && / ?ms\b/.test(value)) yield* metric('inference_us', 'µs', value, 1000);
  if (name === 'CPU cycles') yield* metric('inference_cycles', 'cycles', value);
  if (name === 'CPU Workload') yield* metric('cpu_workload_percent', '%', value);
  if (name === 'cycles/MACC') yield* metric('cycles_per_macc', '1', value);
  if (name === 'used stack' || name === 'used stack/heap') yield* metric('stack_bytes', 'B', stack);
  if (name === 'used heap') yield* metric('heap_bytes', 'B', value);
  if (name === 'used stack/heap') yield* metric('heap_bytes', 'B', heap);
}
