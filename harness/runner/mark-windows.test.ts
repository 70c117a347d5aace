import { expect, test } from 'vitest';
import { traceFacts } from '../fixtures/traces.ts';
import type { Reading } from '../recording/trace.ts';
import { windowMarker } from './mark-windows.ts';
import type { WindowSpec } from './power-windows.ts';

const facts = { ...traceFacts, rateHz: 10 };

/** One sample a level, and what else is said, as an imported trace has it: `v` is a sample, `|` an edge, `_` a lost sample. */
function marked(spec: WindowSpec, readings: readonly Reading[], { firstS = 0, inferences = 1 } = {}) {
  const marker = windowMarker(spec, inferences, { facts, firstS });
  const pieces = [...readings.flatMap(reading => [...marker.mark(reading)]), ...marker.end()];
  const text = pieces.map(piece => {
    if (piece.kind === 'samples') return 'v'.repeat(piece.values.length);
    if (piece.kind === 'edge') return '|';
    return piece.kind === 'gap' ? '_'.repeat(piece.samples) : '';
  });
  return { text: text.join(''), windows: marker.windows, samples: marker.samples, pieces };
}

function samples(...levels: readonly number[]): Reading {
  return { kind: 'samples', values: new Float32Array(levels.length), levels: Uint8Array.from(levels) };
}

const d0 = { kind: 'line', name: 'd0', active: 'high', isPulse: false } as const;

test('windows by an input begin and end with its level, across readings', () => {
  const readings = [samples(0, 1, 1), samples(1, 0, 0), samples(1), samples(0)];
  const { text, windows, pieces } = marked(d0, readings, { inferences: 4 });
  expect(text).toBe('v|vvv|vv|v|v');
  expect(windows).toEqual([
    { first: 1, end: 4, inferences: 4 },
    { first: 6, end: 7, inferences: 4 },
  ]);
  expect(pieces.filter(({ kind }) => kind === 'edge')[0]).toEqual({ kind: 'edge', line: 'window', inferences: 4 });
  expect(pieces.some(piece => piece.kind === 'samples' && piece.levels)).toBe(false);
});

test('a window that the capture begins in is none, one that it ends in lacks its end', () => {
  const { text, windows } = marked(d0, [samples(1, 1, 0, 1, 0, 1)]);
  expect(text).toBe('vvv|v|v|v');
  expect(windows).toEqual([{ first: 3, end: 4, inferences: 1 }]);
});

test('an input that is active low, and other inputs that change', () => {
  const { windows } = marked({ ...d0, active: 'low' }, [samples(3, 1, 0, 2, 0, 1)]);
  expect(windows).toEqual([{ first: 2, end: 5, inferences: 1 }]);
});

test('pulses at both ends of a window', () => {
  const { text, windows } = marked({ ...d0, isPulse: true }, [samples(0, 1, 0, 0, 1, 1, 0, 1, 0, 1)]);
  expect(text).toBe('v|vvv|vvv|vv|v');
  expect(windows.map(({ first, end }) => [first, end])).toEqual([
    [1, 4],
    [7, 9],
  ]);
});

test('edges that the meter tells itself', () => {
  const lpm01a = { ...facts, meter: { ...facts.meter, kind: 'lpm01a', lines: ['d7'] } };
  const marker = windowMarker({ ...d0, name: 'D7' }, 1, { facts: lpm01a, firstS: 0 });
  const values: Reading = { kind: 'samples', values: new Float32Array(3) };
  const edge: Reading = { kind: 'edge', line: 'd7' };
  for (const reading of [values, edge, values, edge, values]) expect([...marker.mark(reading)].length).toBe(1);
  expect(marker.windows).toEqual([{ first: 3, end: 6, inferences: 1 }]);
});

const times = (...windows: readonly (readonly [number, number])[]): WindowSpec => ({
  kind: 'times',
  windows: windows.map(([startS, stopS]) => ({ startS, stopS })),
});

test('windows by time, one beside the other, in gaps and to the very end', () => {
  const gap: Reading = { kind: 'gap', samples: 4 };
  const { text, windows } = marked(times([0, 0.2], [0.2, 0.5], [0.7, 0.8]), [samples(0, 0, 0), gap, samples(0)]);
  expect(text).toBe('|vv||v__|__|v|');
  expect(windows.map(({ first, end }) => [first, end])).toEqual([
    [0, 2],
    [2, 5],
    [7, 8],
  ]);
});

test('times are those of the file', () => {
  expect(marked(times([5.1, 5.3]), [samples(0, 0, 0, 0)], { firstS: 5 }).text).toBe('v|vv|v');
});

test('the whole', () => {
  const { text, windows } = marked({ kind: 'whole' }, [samples(0, 0), samples(0)]);
  expect([text, windows]).toEqual(['|vvv|', [{ first: 0, end: 3, inferences: 1 }]]);
});

test.each([
  [times([0, 1]), 'the window from 0 s to 1 s is not in it: it goes from 0 s to 0.3 s'],
  [times([-0.1, 0.1]), 'is not in it'],
  [d0, 'no window begins and ends in it by that digital input'],
  [{ ...d0, name: 'D9' }, 'has no digital input "D9"'],
])('windows that are not in the capture: %j', (spec, words) => {
  expect(() => marked(spec, [samples(0, 0, 0)])).toThrow(words);
});
