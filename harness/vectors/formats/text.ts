import type { Fail } from '../fail.ts';

/** The text of a file, without a byte order mark. Throws `fail(…)` for what is no UTF-8. */
export function textOf(bytes: Uint8Array, fail: Fail): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw fail('is not UTF-8 text', 'save it as UTF-8');
  }
}
