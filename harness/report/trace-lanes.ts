import type { Trace } from '../recording/read-trace.ts';
import type { TraceEvent } from '../recording/trace.ts';
import type { Stretch } from '../trace/blocks.ts';
import type { InferenceWindow } from '../trace/evidence.ts';
import type { Lane } from './charts/trace.ts';

/** Where figures are from, and what the marker did: it is active in windows too that no figure of an inference is of, as in those of periods. */
export function windowLanes({ facts, events, samples }: Trace, inferences: readonly InferenceWindow[]): Lane[] {
  const pulses = pulsesOf({ facts, events, samples }, inferences);
  const own = { name: 'inferences', tone: 'good', stretches: inferences } as const;
  if (!pulses) return [{ ...own, isShaded: true }];
  return [{ name: 'marker', tone: 'good', isShaded: true, stretches: pulses }, own];
}

/** Undefined where no line was sampled, or its pulses are not windows but their ends: then it is in a window as it is before. */
function pulsesOf(
  { facts, events, samples }: Pick<Trace, 'facts' | 'events' | 'samples'>,
  [window]: readonly InferenceWindow[],
): Stretch[] | undefined {
  const bit = facts.marker === undefined ? -1 : facts.meter.lines.indexOf(facts.marker);
  const edges = events.filter(event => event.kind === 'levels');
  if (!window || bit < 0 || edges.length === 0) return undefined;
  const levelOf = (event: (typeof edges)[number] | undefined) => ((event?.levels ?? 0) >> bit) & 1;
  const levelAt = (at: number) => levelOf(edges.findLast(({ sample }) => sample <= at));
  const active = levelAt(Math.floor((window.first + window.end) / 2));
  if (levelAt(window.first - 2) === active) return undefined;
  return edges.flatMap((edge, index) =>
    levelOf(edge) === active ? [{ first: edge.sample, end: edges[index + 1]?.sample ?? samples }] : [],
  );
}

export function lane(name: string, stretch: Stretch | undefined): Lane {
  return { name, tone: 'bar', stretches: stretch ? [stretch] : [] };
}

/** Where samples or edges are not what they should be. */
export function lostLanes(events: readonly TraceEvent[]): Lane[] {
  const of = (name: string, ...kinds: readonly TraceEvent['kind'][]): Lane => {
    const runs = events.filter(event => 'samples' in event).filter(({ kind }) => kinds.includes(kind));
    return {
      name,
      tone: 'bad',
      stretches: runs.map(({ sample, samples }) => ({ first: sample, end: sample + samples })),
    };
  };
  return [of('lost', 'gap', 'impossible'), of('saturated', 'saturated'), of('edges lost', 'crowded')];
}
