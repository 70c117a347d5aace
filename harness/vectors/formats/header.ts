import type { Fail } from '../fail.ts';

/** Whether a column of this name holds labels rather than inputs. */
export function isLabelColumn(name: string): boolean {
  return /^(class|file|value(\.\d+)?)$/.test(name);
}

/** Throws `fail(…)` for a header that a spreadsheet of another country wrote. */
export function expectCommas(header: readonly string[], fail: Fail): void {
  if (header.length > 1 || !/[;\t]/.test(header[0] ?? '')) return;
  throw fail('separates its cells by semicolons or tabs', 'save it with commas, and points in its numbers');
}
