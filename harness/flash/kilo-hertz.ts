import { parseFormat } from '../suite/formats.ts';

/** `4 MHz` of a board file as debug tools take it: 4000; undefined where nothing is said. */
export function kiloHertz(speed: string | undefined): number | undefined {
  if (speed === undefined) return undefined;
  const parsed = parseFormat('frequency-with-unit', speed);
  if (parsed.fault !== undefined) throw new RangeError(parsed.fault); // the schema has accepted it
  return Math.max(1, Math.round(parsed.value / 1e3));
}
