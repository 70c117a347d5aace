import type { Exchange, Reply } from './exchange.ts';
import { bufferBytes } from './replies.ts';

/** What the DUT has, against what was sent. `unprintable`: its firmware has no `db print`. `unread`: too much was lost on the way. */
export type ReadBack =
  | { readonly kind: 'same' | 'unprintable' | 'unread' }
  | { readonly kind: 'different'; readonly at: number; readonly has: number };

const lineBytes = 8;
const mostPrints = 16;

/**
 * Compares the DUT's buffer with an input. The dump has no other piece than the whole: lines that lost a byte are looked for in the next, and
 * a byte that is another has to be so twice.
 */
export async function readBack(exchange: Exchange, input: Uint8Array): Promise<ReadBack> {
  const unseen = new Set(Array.from({ length: Math.ceil(input.length / lineBytes) }, (_, index) => index));
  const count = unseen.size;
  let blanks = 0;
  let difference: ReadBack | undefined;
  for (let print = 0; print < mostPrints; print++) {
    const reply = await exchange.ask('db print', { isRepeat: print > 0, silenceMs: () => exchange.shortMs() });
    const before = difference;
    difference = reply.lines.length < count ? undefined : compare(reply, input, unseen);
    if (difference && isSame(difference, before)) return difference;
    if (unseen.size === 0 && reply.end !== 'silent') {
      if (reply.isWorn) exchange.noteDamage();
      return { kind: 'same' };
    }
    blanks = reply.lines.some(line => bufferBytes(line)) ? 0 : blanks + 1;
    if (blanks === 2 && reply.end === 'ready') return { kind: 'unprintable' };
    const worn = reply.lines.filter(line => !bufferBytes(line));
    for (const _line of worn.slice(1)) exchange.noteDamage(); // the first is the reply's own
    await exchange.mend(reply, 'db print');
  }
  return { kind: 'unread' };
}

/** Takes from `unseen` the lines that are what was sent. Returns where the first differs that is whole and is not. */
function compare({ lines }: Reply, input: Uint8Array, unseen: Set<number>): ReadBack | undefined {
  let difference: ReadBack | undefined;
  for (const index of unseen) {
    const wanted = input.subarray(index * lineBytes, (index + 1) * lineBytes);
    const line = lines[index];
    const has = line && bufferBytes(line);
    if (!has || has.length < wanted.length) continue;
    const at = wanted.findIndex((byte, offset) => byte !== has[offset]);
    if (at < 0) unseen.delete(index);
    else difference ??= { kind: 'different', at: index * lineBytes + at, has: has[at] ?? 0 };
  }
  return difference;
}

/** Whether two loads, or two dumps, went wrong at the same byte. */
export function isSame(one: ReadBack, other: ReadBack | undefined): boolean {
  return one.kind === 'different' && other?.kind === 'different' && one.at === other.at && one.has === other.has;
}
