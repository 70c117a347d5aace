import { parseFormat } from '../suite/formats.ts';

/** `4 MHz` of a board file as debug tools take it: 4000. */
export function kiloHertz(speed: string): number {
  const parsed = parseFormat('frequency-with-unit', speed);
  if (parsed.fault !== undefined) throw new RangeError(parsed.fault); // the schema has accepted it
  return Math.max(1, Math.round(parsed.value / 1e3));
}
