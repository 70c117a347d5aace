import type { Figured } from './figured.ts';
import { type Finding, inSeconds } from './finding.ts';

/** What may be missing of a second's samples, and of all of them. */
const allowedShare = 0.01;
/** How much later samples may come than others have; what is less is batches, and says nothing. */
const allowedMs = 10;
/** A host that is busy hears nothing for this long at most [s]: samples that are late come all the same, lost ones do not. */
const busyS = 3;

interface Anchor {
  readonly sample: number;
  readonly hostMs: number;
  /** By how much its samples are later than their count says, from an origin of no meaning. */
  readonly lateMs: number;
}

/**
 * Whether as many samples came as the meter's rate says: over all, and in each second. Counted is up to the sample that was the least late in
 * a second, since samples come in batches and a host is busy at times; lost samples make all later ones late for ever.
 */
export function checkRate(figured: Pick<Figured, 'facts' | 'events'>): readonly Finding[] {
  const { facts, events } = figured;
  const anchors = anchorsOf(figured);
  const seconds = leastLate(anchors);
  const [from, to] = [seconds[0], seconds.at(-1)];
  if (!from || !to) {
    const what = 'nothing tells when its samples were taken by the host’s clock';
    if (facts.from) return [{ doubt: `${what}: how many there should be is not checked` }];
    return [{ check: 'rate', what: `${what}: the meter sent too little to be checked` }];
  }
  const spanMs = to.hostMs - from.hostMs;
  const [came, due] = [to.sample - from.sample, (spanMs * facts.rateHz) / 1000];
  const allowed = Math.max(allowedShare * spanMs, allowedMs) * (facts.rateHz / 1000);
  if (Math.abs(came - due) > allowed) {
    const percent = Number(((100 * came) / due).toPrecision(3));
    const what = `${came} samples came in ${inSeconds(spanMs / 1000)}, which is ${percent} % of what ${facts.rateHz} a second make`;
    const why = came < due ? 'samples were lost' : 'its rate is another one, or samples came twice';
    return [{ check: 'rate', what: `${what}: ${why}` }];
  }
  return events.length > 0 ? checkSeconds(seconds, facts.rateHz) : [];
}

function anchorsOf({ facts, events }: Pick<Figured, 'facts' | 'events'>): readonly Anchor[] {
  return events.flatMap(event => {
    if (event.kind !== 'anchor') return [];
    const { sample, hostMs } = event;
    return [{ sample, hostMs, lateMs: hostMs - (1000 * sample) / facts.rateHz }];
  });
}

/** Of each second of the host's. */
function leastLate(anchors: readonly Anchor[]): readonly Anchor[] {
  const seconds = new Map<number, Anchor>();
  for (const anchor of anchors) {
    const second = Math.floor(anchor.hostMs / 1000);
    const least = seconds.get(second);
    if (!least || anchor.lateMs < least.lateMs) seconds.set(second, anchor);
  }
  return [...seconds.values()];
}

function checkSeconds(seconds: readonly Anchor[], rateHz: number): readonly Finding[] {
  const levels = seconds
    .map((_, index) => seconds.slice(index, index + busyS))
    .filter(window => window.length === busyS)
    .map(window => window.reduce((least, anchor) => (anchor.lateMs < least.lateMs ? anchor : least)));
  for (const [index, next] of levels.entries()) {
    const before = levels[index - 1];
    if (!before) continue;
    const byMs = next.lateMs - before.lateMs;
    if (Math.abs(byMs) <= allowedMs) continue;
    const count = Math.round((Math.abs(byMs) * rateHz) / 1000);
    const what =
      byMs > 0 ? `${count} samples are missing that nobody has told` : `${count} samples came that were not due`;
    const [first, last] = [before, next].map(({ hostMs }) => inSeconds(hostMs / 1000));
    return [
      { check: 'rate', what: `${what}, between ${first} and ${last} of the host's clock`, sample: before.sample },
    ];
  }
  return [];
}
