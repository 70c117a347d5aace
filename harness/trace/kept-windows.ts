import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../errors.ts';
import { readNamed, writeWhole } from '../files.ts';
import type { CurrentEvidence } from './evidence.ts';

/** From where in a trace its figures are. */
export type KeptWindows = Pick<CurrentEvidence, 'application' | 'dutyCycle' | 'sleep' | 'inferences'>;

const fileName = 'trace-windows.json';
const mostBytes = 256 << 20;

/** Writes beside a trace, in `folder`, what was found in it: for pictures and people, no verdict reads it. */
export function keepWindows(folder: string, { application, dutyCycle, sleep, inferences }: CurrentEvidence): void {
  const kept = { tickmark: 1, application, dutyCycle, sleep, inferences };
  writeWhole(join(folder, fileName), `${JSON.stringify(kept)}\n`);
}

/** Undefined where none was kept. Throws InputError where it is damaged. */
export function keptWindows(folder: string): KeptWindows | undefined {
  const path = join(folder, fileName);
  if (!existsSync(path)) return undefined;
  const kept = parse(readNamed(path, mostBytes).toString('utf8'));
  if (isKept(kept)) return kept;
  throw new InputError('does not say where the windows are', path, 'judge the run again: tickmark run --replay DIR');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isKept(value: unknown): value is KeptWindows {
  if (typeof value !== 'object' || value === null) return false;
  const { tickmark, inferences, ...others } = value as Record<string, unknown>;
  const stretches = ['application', 'dutyCycle', 'sleep'].flatMap(name => others[name] ?? []);
  return tickmark === 1 && Array.isArray(inferences) && [...stretches, ...(inferences as unknown[])].every(isStretch);
}

function isStretch(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { first, end } = value as Record<string, unknown>;
  return (
    Number.isSafeInteger(first) &&
    Number.isSafeInteger(end) &&
    0 <= (first as number) &&
    (first as number) <= (end as number)
  );
}
