import { fitAnchors, median } from './clock.ts';
import type { Figured } from './figured.ts';
import { type Finding, inSeconds } from './finding.ts';

/** What may be missing of a second's samples, and of all of them. */
const allowedShare = 0.01;
/** How much later samples may come than others have, where batches are not longer still. */
const allowedMs = 10;
/** A trace that is shorter than this tells too little. */
const leastMs = 2000;
/** A host that is busy hears nothing for this long at most [s]: samples that are late come all the same, lost ones do not. */
const busyS = 3;

interface Anchor {
  readonly sample: number;
  readonly hostMs: number;
  /** By how much its samples are later than their count says, from an origin of no meaning. */
  readonly lateMs: number;
}

/**
 * Whether as many samples came as the meter's rate says: over all, and in each second. Counted is between samples that were the least late, since
 * samples come in batches and a host is busy at times; lost samples make all later ones late for ever.
 */
export function checkRate(figured: Pick<Figured, 'facts' | 'events'>): readonly Finding[] {
  const { facts, events } = figured;
  const anchors = anchorsOf(figured);
  const fit = fitAnchors(events, facts.rateHz);
  if (!fit) {
    const what = 'nothing tells when its samples were taken by the host’s clock';
    if (facts.from) return [{ doubt: `${what}: how many there should be is not checked` }];
    return [{ check: 'rate', what: `${what}: the meter sent too little` }];
  }
  const marginMs = Math.max(allowedMs, batchMs(anchors));
  const third = Math.ceil(anchors.length / 3);
  const [from, to] = [leastLate(anchors.slice(0, third)), leastLate(anchors.slice(-third))];
  if (!from || !to || to.hostMs - from.hostMs < leastMs)
    return [{ doubt: 'the trace is too short to check how many samples there should be' }];
  const overAll = checkAll([from, to], facts.rateHz, marginMs);
  return overAll.length > 0 ? overAll : checkSeconds(anchors, facts.rateHz, marginMs);
}

function checkAll([from, to]: readonly [Anchor, Anchor], rateHz: number, marginMs: number): readonly Finding[] {
  const spanMs = to.hostMs - from.hostMs;
  const [came, due] = [to.sample - from.sample, (spanMs * rateHz) / 1000];
  if (Math.abs(came - due) <= (Math.max(allowedShare * spanMs, marginMs) * rateHz) / 1000) return [];
  const percent = Number(((100 * came) / due).toPrecision(3));
  const what = `${came} samples came in ${inSeconds(spanMs / 1000)}, which is ${percent} % of what ${rateHz} a second make`;
  const why = came < due ? 'samples were lost' : 'its rate is another one, or samples came twice';
  return [{ check: 'rate', what: `${what}: ${why}` }];
}

function anchorsOf({ facts, events }: Pick<Figured, 'facts' | 'events'>): readonly Anchor[] {
  return events.flatMap(event => {
    if (event.kind !== 'anchor') return [];
    const { sample, hostMs } = event;
    return [{ sample, hostMs, lateMs: hostMs - (1000 * sample) / facts.rateHz }];
  });
}

/** Undefined of none. */
function leastLate(anchors: readonly Anchor[]): Anchor | undefined {
  return anchors.reduce<Anchor | undefined>(
    (least, next) => (least && least.lateMs <= next.lateMs ? least : next),
    undefined,
  );
}

/** Of fewer in a second none need be early. */
const fewestAnchors = 5;

/** How much later than the least late of a second half of its samples come; in half of all seconds at most. */
function batchMs(anchors: readonly Anchor[]): number {
  const full = secondsOf(anchors).filter(second => second.length >= fewestAnchors);
  const late = full.map(second => median(second.map(({ lateMs }) => lateMs)) - (leastLate(second)?.lateMs ?? 0));
  return late.length > 0 ? median(late) : 0;
}

function secondsOf(anchors: readonly Anchor[]): readonly (readonly Anchor[])[] {
  const seconds = new Map<number, Anchor[]>();
  for (const anchor of anchors) {
    const second = Math.floor(anchor.hostMs / 1000);
    const known = seconds.get(second);
    if (known) known.push(anchor);
    else seconds.set(second, [anchor]);
  }
  return [...seconds.values()];
}

function checkSeconds(anchors: readonly Anchor[], rateHz: number, marginMs: number): readonly Finding[] {
  const seconds = secondsOf(anchors).flatMap(second => leastLate(second) ?? []);
  const levels = seconds.flatMap((_, index) => {
    const window = seconds.slice(index, index + busyS);
    return window.length === busyS ? (leastLate(window) ?? []) : [];
  });
  for (const [index, next] of levels.entries()) {
    const before = levels[index - 1];
    if (!before) continue;
    const byMs = next.lateMs - before.lateMs;
    if (Math.abs(byMs) <= marginMs) continue;
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
