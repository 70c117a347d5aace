import { expect, test } from 'vitest';
import { randomsFrom } from '../fixtures/random.ts';
import type { TraceEvent } from '../recording/trace.ts';
import { fitAnchors, fitLine, type Point } from './clock.ts';

/** Points on host = 1000 + meter × (1 + 150 ppm), each off by at most its margin. */
function points(count: number, marginMs: number, random = randomsFrom(7)): Point[] {
  return Array.from({ length: count }, (_, index) => {
    const meterMs = 100 * index;
    const offMs = ((random(2001) - 1000) / 1000) * marginMs;
    return { meterMs, hostMs: 1000 + meterMs * 1.00015 + offMs, marginMs };
  });
}

test('a line through points that are off by a millisecond is found within its own error', () => {
  const fit = fitLine(points(200, 1));
  expect(Math.abs(1e6 * ((fit?.slope ?? 0) - 1) - 150)).toBeLessThan(3 * (fit?.errorPpm ?? 0));
  expect(fit?.errorPpm).toBeLessThan(10);
  expect(fit?.residualMs).toBeCloseTo(1 / Math.sqrt(3), 1);
});

test('a fifth of the points may be wild', () => {
  const wild = points(200, 1).map((point, index) =>
    index % 5 === 0 ? { ...point, hostMs: point.hostMs + 50 + index } : point,
  );
  const fit = fitLine(wild);
  expect(fit?.count).toBe(160);
  expect(Math.abs(1e6 * ((fit?.slope ?? 0) - 1) - 150)).toBeLessThan(10);
});

test('points that are known well count for more than those that are not', () => {
  const random = randomsFrom(3);
  const both = [...points(40, 0.05, random), ...points(400, 20, random)].sort((a, b) => a.meterMs - b.meterMs);
  const fit = fitLine(both);
  expect(Math.abs(1e6 * ((fit?.slope ?? 0) - 1) - 150)).toBeLessThan(20);
});

test.each([[0], [1], [2]])('%i points make no line', count => {
  expect(fitLine(points(count, 0))).toBeUndefined();
});

test('points of one time make no line', () => {
  expect(fitLine(Array.from({ length: 5 }, () => ({ meterMs: 3, hostMs: 4, marginMs: 1 })))).toBeUndefined();
});

/** Samples at 1 kHz that are never early, and late by up to `batchMs`. */
function anchors(batchMs: number): TraceEvent[] {
  const random = randomsFrom(11);
  return Array.from({ length: 300 }, (_, index) => {
    const sample = 100 * index;
    return { kind: 'anchor', sample, hostMs: 500 + sample * 0.9999 + (batchMs * random(1000)) / 1000 };
  });
}

test('the clock is what samples are never earlier than', () => {
  const fit = fitAnchors(anchors(30), 1000);
  expect(Math.abs(1e6 * ((fit?.slope ?? 0) - 1) + 100)).toBeLessThan(50);
  expect(fit?.offsetMs).toBeGreaterThanOrEqual(499);
  expect(fit?.offsetMs).toBeLessThan(502);
  expect(fit?.lateMs).toBeGreaterThan(10);
});

test('a host that was busy for a second moves no clock', () => {
  const busy = anchors(30).map((event, index) =>
    event.kind === 'anchor' && index > 200 && index < 210 ? { ...event, hostMs: event.hostMs + 1000 } : event,
  );
  expect(fitAnchors(busy, 1000)?.slope).toBe(fitAnchors(anchors(30), 1000)?.slope);
});

test('a second of anchors tells no drift', () => {
  expect(fitAnchors(anchors(30).slice(0, 10), 1000)).toMatchObject({ slope: 1, errorPpm: 500 });
});

test('one place tells no clock', () => {
  expect(fitAnchors([], 1000)).toBeUndefined();
  expect(fitAnchors([{ kind: 'anchor', sample: 5, hostMs: 1 }], 1000)).toBeUndefined();
});
