import { expect, test } from 'vitest';
import { measureLink } from './link.ts';
import { nothingSeen, type Session } from './session.ts';

const boot = {
  kind: 'link',
  boot: 0,
  requests: 10,
  repeats: 2,
  lostFrames: 1,
  damagedFrames: 1,
  leastDataBytes: 40,
} as const;
const session: Session = {
  ...nothingSeen,
  end: { status: 'complete' },
  vectors: 2,
  boots: 2,
};

test('sums the boots, and keeps the smallest size', () => {
  const link = [
    { ...boot, droppedFrames: 3 },
    { ...boot, leastDataBytes: 90 },
  ];
  const inference = { boot: 0, vector: 0, ticks: 1, output: new Uint8Array() };
  expect(measureLink({ ...session, link, inferences: [inference, { ...inference, isDisturbed: true }] })).toEqual({
    requests: 20,
    repeats: 4,
    lostFrames: 2,
    damagedFrames: 2,
    droppedFrames: 3,
    leastDataBytes: 40,
    disturbedWindows: 1,
  });
});

test('says nothing of a recording that does not tell', () => {
  expect(measureLink(session)).toBeUndefined();
});
