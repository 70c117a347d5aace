import { parseFormat } from './formats.ts';
import type { Trial } from './suite.ts';
import type { Trial as TrialFile } from './suite-file.generated.ts';

const defaultVectors = 8;

/** The faults on demand of a file that its schema has accepted, each with a path of its own. */
export function parseTrials(written: readonly TrialFile[]): readonly Trial[] {
  return written.map((trial, index) => {
    const before = written.slice(0, index).filter(({ fault }) => fault === trial.fault).length;
    const { fault, expect, vectors = defaultVectors, timeout = '60 s', optional = false } = trial;
    const budget = `robustness.${fault}${before === 0 ? '' : `-${before + 1}`}`;
    return { budget, injection: injectionOf(trial), expect, vectors, timeoutMs: milliseconds(timeout), optional };
  });
}

function injectionOf(trial: TrialFile): Trial['injection'] {
  if (trial.fault === 'power-cycle') return { kind: trial.fault, vector: trial.vector ?? 0 };
  if (trial.fault === 'model-bit') return { kind: trial.fault, bit: trial.bit };
  if (trial.fault === 'uart-delay') return { kind: trial.fault, rate: trial.rate, byMs: milliseconds(trial.by) };
  return { kind: trial.fault, rate: trial.rate };
}

/** Of a time that the schema has accepted. */
export function milliseconds(text: string): number {
  const parsed = parseFormat('duration-with-unit', text);
  if (parsed.fault !== undefined) throw new RangeError(parsed.fault);
  return parsed.value / 1000;
}
