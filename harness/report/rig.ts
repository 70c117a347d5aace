import type { CaseResult, RigStep } from '../verdict/result.ts';
import { duration } from './figures.ts';

/**
 * What was done to a board, as clauses: `flashed by openocd in 8.1 s`, `answered after a reset by the probe (openocd)`. Empty where its
 * port was opened, and that was all.
 */
export function rigClauses({ rig = [], attempts = [] }: Pick<CaseResult, 'rig' | 'attempts'>): string[] {
  const opening = rig.find(({ step, worked }) => step === 'found' && worked);
  const news = rig.filter(step => step !== opening);
  return [...attempts.map(() => 'measured in a second attempt'), ...news.flatMap(stepClause)];
}

function stepClause(step: RigStep): string[] {
  const { worked, detail, ms, boot } = step;
  if (step.step === 'found') return [worked ? 'found again' : `opened its port again in vain: ${detail}`];
  if (step.step === 'verify') return worked ? [detail] : [];
  if (step.step === 'flash') return [worked ? `flashed by ${detail} in ${duration(ms)}` : `not flashed: ${detail}`];
  if (step.step === 'meter') return [worked ? `its current measured by ${detail}` : `lost its meter: ${detail}`];
  if (boot > 0 && worked) return []; // asked for by the suite, once a boot
  return [worked ? `answered after ${resets[step.step]} (${detail})` : `no help: ${resets[step.step]} (${detail})`];
}

const resets = {
  soft: 'a reset by its firmware',
  lines: 'a reset by DTR and RTS',
  probe: 'a reset by the probe',
  power: 'a cut of its power',
} as const satisfies Partial<Record<RigStep['step'], string>>;
