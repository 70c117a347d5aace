import { expect, test } from 'vitest';
import { aRecording, aSuite, someEvidence, someSamples } from '../../fixtures/recordings.ts';
import type { UplinkSample } from '../../recording/recording.ts';
import type { Budget } from '../../suite/suite.ts';
import { judgeCase } from '../judge.ts';

const saved: Budget = {
  kind: 'uplink',
  metric: 'saved',
  budget: 'uplink.saved',
  relation: '>=',
  limit: 99,
  unit: '%',
  optional: false,
};

function judged(
  samples: readonly Omit<UplinkSample, 'kind'>[],
  { rawInput, ofFile }: { rawInput?: number; ofFile?: number },
) {
  const suite = aSuite({ budgets: [saved] });
  const measure = { ...suite.measure, ...(rawInput !== undefined && { rawInputBytes: rawInput }) };
  const uplink = samples.map(sample => ({ kind: 'uplink' as const, ...sample }));
  const recording = aRecording({ samples: [...someSamples(), ...uplink] });
  const raw = ofFile === undefined ? {} : { rawInputBytes: ofFile };
  const { verdicts, metrics } = judgeCase(someEvidence({ suite: { ...suite, measure }, recording, ...raw }));
  return { verdict: verdicts.at(-1), uplink: metrics.uplink };
}

test('what is sent is held against the raw data of the same inputs, over all boots', () => {
  const boots = [
    { boot: 0, inputs: 300, bytes: 300, messages: 300 },
    { boot: 1, inputs: 300, bytes: 900, messages: 300 },
  ];
  const { verdict, uplink } = judged(boots, { rawInput: 200 });
  expect(uplink).toEqual({ inputs: 600, messages: 600, sentBytes: 1200, rawBytes: 120_000, savedPercent: 99 });
  expect(verdict).toMatchObject({ status: 'passed', measured: 99, limit: 99 });
  expect(verdict?.reason).toBe(
    'saved 99 % (1.2 KiB in 600 messages, of 117.2 KiB of raw data for 600 inputs), budget >= 99 % (exactly at it)',
  );
  expect(judged(boots, { rawInput: 199 }).verdict?.status).toBe('failed');
});

test("the suite's word on raw data goes before what the vectors' file holds", () => {
  const once = [{ boot: 0, inputs: 300, bytes: 300, messages: 300 }];
  expect(judged(once, { ofFile: 50 }).verdict?.measured).toBe(98);
  expect(judged(once, { ofFile: 50, rawInput: 1000 }).verdict?.measured).toBeCloseTo(99.9, 9);
});

test('more than the raw data is less than nothing saved', () => {
  const once = [{ boot: 0, inputs: 1, bytes: 30, messages: 3 }];
  expect(judged(once, { ofFile: 20 }).verdict).toMatchObject({ status: 'failed', measured: -50 });
});

test('firmware that has named no channel is not measured; one that had nothing to tell has saved all', () => {
  const { verdict, uplink } = judged([], { ofFile: 50 });
  expect(uplink).toBeUndefined();
  expect(verdict).toMatchObject({ status: 'skipped', measured: null });
  expect(verdict?.reason).toContain('nothing is known of a telemetry channel');
  const silent = [{ boot: 0, inputs: 300, bytes: 0, messages: 0 }];
  expect(judged(silent, { ofFile: 50 }).verdict).toMatchObject({ status: 'passed', measured: 100 });
});

test('raw data of unknown size is asked for', () => {
  const { verdict } = judged([{ boot: 0, inputs: 300, bytes: 3, messages: 3 }], {});
  expect(verdict?.status).toBe('skipped');
  expect(verdict?.reason).toContain('write it in measure.rawInput');
});

test('a session that broke before any message says so, and nothing of a channel', () => {
  const recording = aRecording({
    samples: [],
    manifest: { outcome: { status: 'broken', reason: 'the port is gone' } },
  });
  const { verdicts } = judgeCase(someEvidence({ suite: aSuite({ budgets: [saved] }), recording }));
  expect(verdicts.at(-1)).toMatchObject({
    status: 'skipped',
    reason: 'not measured: the session broke, see rig.session',
  });
});
