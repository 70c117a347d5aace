import type { TraceEvent } from '../recording/trace.ts';
import type { BoardMeter } from '../suite/board.ts';

/** A stretch in which the marker was active, from its first sample on to the one after its last. */
export interface Pulse {
  readonly first: number;
  readonly end: number;
  /** The trace begins or ends in it: that edge is not known. */
  readonly isCut?: true;
}

export type Marker = NonNullable<BoardMeter['marker']>;

/** What the meter's digital inputs say of the marker. Nothing is debounced. */
export function pulsesOf(events: readonly TraceEvent[], marker: Marker, samples: number): readonly Pulse[] {
  const pulses: Pulse[] = [];
  let since: number | undefined;
  for (const event of events) {
    if (event.kind !== 'levels') continue;
    const isHigh = ((event.levels >> marker.line) & 1) === 1;
    const isActive = isHigh === (marker.active === 'high');
    if (isActive) since ??= event.sample;
    if (isActive || since === undefined) continue;
    pulses.push({ first: since, end: event.sample, ...(since === 0 && { isCut: true }) });
    since = undefined;
  }
  if (since !== undefined) pulses.push({ first: since, end: samples, isCut: true });
  return pulses;
}

/** Where the meter itself has seen edges of its trigger input. */
export function edgesOf(events: readonly TraceEvent[]): readonly number[] {
  return events.flatMap(event => (event.kind === 'edge' ? [event.sample] : []));
}
