import type { TraceEvent } from '../recording/trace.ts';
import { type AnchorFit, fitOfAnchors } from './clock.ts';
import { counted, type Finding, faultsAt } from './finding.ts';
import type { PlacedRequests, Placing } from './places.ts';
import { type Marker, type Pulse, pulsesOf } from './pulses.ts';

export interface PulsePlacing extends Placing {
  readonly marker: Marker | undefined;
  readonly anchors: AnchorFit | undefined;
}

/** Windows that no host has asked for: of firmware that only prints, or of a file. Each pulse is one, or each pair of edges, in their order. */
export function placePulses({ facts, events, samples, marker, anchors }: PulsePlacing): PlacedRequests {
  const edges = events.filter(event => event.kind === 'edge');
  const levels = marker ? pulsesOf(events, marker, samples) : [];
  const pulses: ReturnType<typeof pairsOf> = levels.length > 0 ? levels : pairsOf(edges);
  const uncertaintyUs = 1e6 / facts.rateHz;
  const by = facts.from && levels.length === 0 ? 'file' : 'edges';
  const windows = pulses.map(
    ({ first, end, runs = 1 }, vector) => ({ first, end, boot: 0, vector, runs, by, uncertaintyUs }) as const,
  );
  const isOdd = levels.length === 0 && edges.length % 2 === 1;
  return {
    windows,
    findings: [
      ...(marker && pulses.length === 0 && !facts.from ? [stillMarker] : []),
      ...shapes(pulses),
      ...(isOdd ? [oddEdge(edges.length, edges.at(-1)?.sample ?? 0, facts.from !== undefined)] : []),
    ],
    ...(anchors && { clock: { line: anchors, uncertaintyMs: anchors.lateMs }, fit: fitOfAnchors(anchors) }),
  };
}

/** Whoever imports a file may have none of its windows marked. */
const stillMarker = {
  check: 'edges',
  what: "the marker never changes: is it wired to the firmware's marker pin, and does the firmware drive that?",
  spoils: ['inference'],
} as const satisfies Finding;

/** Whoever imports a file has put its edges there in pairs: what lacks its end is a window that the file ends in. */
function oddEdge(count: number, sample: number, isImported: boolean): Finding {
  if (isImported) return { doubt: 'the capture ends within a window, which is left out' };
  const what = `${counted(count, 'edge')} for windows that have two each`;
  return { check: 'edges', what, sample, spoils: ['inference'] };
}

type Edge = Extract<TraceEvent, { readonly kind: 'edge' }>;

function pairsOf(edges: readonly Edge[]): readonly (Pulse & { readonly runs?: number })[] {
  return edges.flatMap(({ sample, inferences: runs }, index) => {
    const end = edges[index + 1]?.sample;
    return index % 2 === 0 && end !== undefined ? [{ first: sample, end, ...(runs !== undefined && { runs }) }] : [];
  });
}

function shapes(pulses: readonly Pulse[]): readonly Finding[] {
  const found = pulses.map(pulse => ({ ...pulse, sample: pulse.first }));
  const spoilt = { check: 'edges', spoils: ['inference'] } as const;
  return [
    ...faultsAt(
      found.filter(({ isCut }) => isCut),
      spoilt,
      ({ first }) => `a window has one edge in the trace, which ${first === 0 ? 'begins' : 'ends'} in it`,
    ),
    ...faultsAt(
      found.filter(({ first, end }) => end - first < 2),
      spoilt,
      () => 'the marker is active for less than 2 samples, which is no window: noise on its wire?',
    ),
  ];
}
