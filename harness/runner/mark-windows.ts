import { InputError } from '../errors.ts';
import type { Reading, TraceFacts } from '../recording/trace.ts';
import type { TimedWindow, WindowSpec } from './power-windows.ts';

/** A window of a capture, in samples. */
export interface MarkedWindow {
  readonly first: number;
  readonly end: number;
  readonly inferences: number;
}

/** Puts an edge where each window begins and ends between readings, and keeps the windows. */
export interface WindowMarker {
  /** One reading in pieces, with what else is at their ends. Its levels are left out: they have said what they had to. */
  mark(reading: Reading): Generator<Reading>;
  /** What is at the very end. Throws InputError where windows are not in the capture. */
  end(): Generator<Reading>;
  readonly windows: readonly MarkedWindow[];
  /** How many samples there were. */
  readonly samples: number;
}

/** What the edges of windows are told by. */
const edgeLine = 'window';

/**
 * Whatever tells windows, an imported trace has them as edges, in pairs: nothing after it asks how they were told. `inferences`: in each window of which
 * nobody has said another number. Throws InputError for a digital input that the capture has not.
 */
export function windowMarker(
  spec: WindowSpec,
  inferences: number,
  file: { facts: TraceFacts; firstS: number },
): WindowMarker {
  if (spec.kind === 'whole')
    return markerOf(boundariesOf([{ first: 0, end: Number.POSITIVE_INFINITY, inferences }]), file);
  if (spec.kind === 'times') return markerOf(boundariesOf(spec.windows.map(inSamples(inferences, file))), file);
  const line = lineNamed(spec.name, file.facts);
  return markerOf(levelEdges(spec, { line, inferences, isToldByMeter: file.facts.meter.kind === 'lpm01a' }), file);
}

function lineNamed(name: string, { meter, from }: TraceFacts): number {
  const line = meter.lines.findIndex(each => each.toLowerCase() === name.toLowerCase());
  if (line >= 0) return line;
  const has = meter.lines.length > 0 ? `its digital inputs are ${meter.lines.join(', ')}` : 'it has no digital inputs';
  const fix = `${has}; windows can be told by times: --windows START..STOP, or a file of them`;
  throw new InputError(`has no digital input "${name}"`, from?.file ?? '--windows', fix);
}

function inSamples(usual: number, { facts: { rateHz }, firstS }: { facts: TraceFacts; firstS: number }) {
  return ({ startS, stopS, inferences = usual }: TimedWindow): MarkedWindow => ({
    first: Math.round((startS - firstS) * rateHz),
    end: Math.round((stopS - firstS) * rateHz),
    inferences,
  });
}

/** Tells the next sample at which a window begins or ends, in a reading that begins at a sample. */
interface Edges {
  /** Undefined: none in this reading. Asked again from the sample that it gave. */
  next(reading: Reading, at: number): number | undefined;
  readonly windows: readonly MarkedWindow[];
  /** At a sample that `next` gave: the edges that are there. */
  at(sample: number): readonly Reading[];
  end(samples: number): readonly Reading[];
}

function markerOf(edges: Edges, { facts, firstS }: { facts: TraceFacts; firstS: number }): WindowMarker {
  let samples = 0;
  return {
    get windows() {
      return edges.windows;
    },
    get samples() {
      return samples;
    },
    *mark(reading) {
      let rest = reading;
      for (let place = edges.next(rest, samples); place !== undefined; place = edges.next(rest, samples)) {
        const before = place - samples;
        if (before > 0) yield bare(piece(rest, 0, before));
        yield* edges.at(place);
        samples = place;
        if (rest.kind === 'edge') return;
        rest = piece(rest, before, lengthOf(rest));
      }
      if (rest.kind === 'edge') return;
      if (lengthOf(rest) > 0 || rest.kind === 'note') yield bare(rest);
      samples += rest.kind === 'saturated' ? 0 : lengthOf(rest);
    },
    *end() {
      yield* edges.end(samples);
      expectWithin(edges.windows, { samples, facts, firstS });
    },
  };
}

function lengthOf(reading: Reading): number {
  if (reading.kind === 'samples') return reading.values.length;
  return 'samples' in reading ? reading.samples : 0;
}

function piece(reading: Reading, from: number, to: number): Reading {
  if (reading.kind === 'gap' || reading.kind === 'impossible') return { ...reading, samples: to - from };
  if (reading.kind !== 'samples') return reading;
  const { values, levels } = reading;
  return { kind: 'samples', values: values.subarray(from, to), ...(levels && { levels: levels.subarray(from, to) }) };
}

/** Without its levels. */
function bare(reading: Reading): Reading {
  return reading.kind === 'samples' ? { kind: 'samples', values: reading.values } : reading;
}

function expectWithin(
  windows: readonly MarkedWindow[],
  { samples, facts: { rateHz, from }, firstS }: { samples: number; facts: TraceFacts; firstS: number },
): void {
  const [begin, end] = [firstS, firstS + samples / rateHz].map(seconds => Number(seconds.toFixed(6)));
  const where = from?.file ?? 'the capture';
  if (windows.length === 0) {
    throw new InputError(
      'no window begins and ends in it by that digital input',
      where,
      'name another input, or windows by times',
    );
  }
  const outside = windows.find(window => window.first < 0 || window.end > samples);
  if (!outside) return;
  const [start, stop] = [outside.first, outside.end].map(sample => Number((firstS + sample / rateHz).toFixed(6)));
  const what = `the window from ${start} s to ${stop} s is not in it: it goes from ${begin} s to ${end} s`;
  throw new InputError(what, where, 'tell windows by the capture’s own times');
}

/** Windows that are known before; one without an end goes as far as the capture. */
function boundariesOf(known: readonly MarkedWindow[]): Edges {
  const places = known.flatMap(({ first, end, inferences }) => [
    { sample: first, edge: edge(inferences) },
    { sample: end, edge: edge() },
  ]);
  let index = 0;
  let windows = known;
  const taken = (sample: number): readonly Reading[] => {
    const from = index;
    while (index < places.length && (places[index]?.sample ?? 0) <= sample) index++;
    return places.slice(from, index).map(place => place.edge);
  };
  return {
    get windows() {
      return windows;
    },
    next(reading, at) {
      const sample = places[index]?.sample;
      if (sample === undefined || reading.kind === 'edge' || reading.kind === 'note' || reading.kind === 'saturated')
        return undefined;
      return sample < at + lengthOf(reading) ? Math.max(at, sample) : undefined;
    },
    at: taken,
    end(samples) {
      windows = known.map(window => (window.end === Number.POSITIVE_INFINITY ? { ...window, end: samples } : window));
      return taken(Number.POSITIVE_INFINITY);
    },
  };
}

function edge(inferences?: number): Reading {
  return { kind: 'edge', line: edgeLine, ...(inferences !== undefined && inferences !== 1 && { inferences }) };
}

interface LevelOptions {
  readonly line: number;
  readonly inferences: number;
  /** The meter samples no levels, and tells edges itself. */
  readonly isToldByMeter: boolean;
}

/** Windows by a digital input. One in which the capture begins or ends is none: that end of it is not known. */
function levelEdges(
  spec: Extract<WindowSpec, { kind: 'line' }>,
  { line, inferences, isToldByMeter }: LevelOptions,
): Edges {
  const windows: MarkedWindow[] = [];
  const idle = spec.active === 'high' ? 0 : 1;
  let level: number | undefined;
  let begin: number | undefined;

  const isEdge = (before: number | undefined, now: number) =>
    before !== undefined && (spec.isPulse ? now !== idle : now !== idle || begin !== undefined);
  return {
    windows,
    next(reading, at) {
      if (reading.kind === 'edge') return isToldByMeter ? at : undefined;
      if (reading.kind !== 'samples' || !reading.levels) return undefined;
      const { levels } = reading;
      for (let index = 0; index < levels.length; index++) {
        const now = (levels[index] >> line) & 1;
        if (now === level) continue;
        const before = level;
        level = now;
        if (isEdge(before, now)) return at + index;
      }
      return undefined;
    },
    at(sample) {
      if (begin === undefined) {
        begin = sample;
        return [edge(inferences)];
      }
      windows.push({ first: begin, end: sample, inferences });
      begin = undefined;
      return [edge()];
    },
    end: () => [],
  };
}
