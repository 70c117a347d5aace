import { type AnchorFit } from './clock.ts';
import { type Finding, faultsAt } from './finding.ts';
import type { PlacedRequests, Placing } from './places.ts';
import { edgesOf, type Marker, type Pulse, pulsesOf } from './pulses.ts';

export interface PulsePlacing extends Placing {
  readonly marker: Marker | undefined;
  readonly anchors: AnchorFit | undefined;
}

/** Windows that no host has asked for: of firmware that only prints, or of a file. Each pulse is one, or each pair of edges, in their order. */
export function placePulses({ facts, events, samples, marker, anchors }: PulsePlacing): PlacedRequests {
  const edges = edgesOf(events);
  const levels = marker ? pulsesOf(events, marker, samples) : [];
  const pulses = levels.length > 0 ? levels : pairsOf(edges);
  const uncertaintyUs = 1e6 / facts.rateHz;
  const by = facts.from && levels.length === 0 ? 'file' : 'edges';
  const windows = pulses.map(
    ({ first, end }, vector) => ({ first, end, boot: 0, vector, runs: 1, by, uncertaintyUs }) as const,
  );
  const isOdd = levels.length === 0 && edges.length % 2 === 1;
  return {
    windows,
    findings: [
      ...shapes(pulses),
      ...(isOdd
        ? [
            {
              check: 'edges',
              what: `${edges.length} edges are no pairs of begin and end`,
              sample: edges.at(-1) ?? 0,
              spoils: ['inference'],
            } as const,
          ]
        : []),
    ],
    ...(anchors && {
      clock: { line: anchors, uncertaintyMs: anchors.lateMs },
      fit: {
        by: 'anchors',
        marks: anchors.count,
        driftPpm: 1e6 * (anchors.slope - 1),
        errorPpm: anchors.errorPpm,
        residualMs: anchors.residualMs,
      } as const,
    }),
  };
}

function pairsOf(edges: readonly number[]): readonly Pulse[] {
  return edges.flatMap((first, index) => {
    const end = edges[index + 1];
    return index % 2 === 0 && end !== undefined ? [{ first, end }] : [];
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
      () => `the marker is active for less than 2 samples, which is no window: noise on its wire?`,
    ),
  ];
}
