import { expect, test } from 'vitest';
import { aCurrentBudget, aCurrentSuite, currentEvidence, someCurrent, someTraceFacts } from '../fixtures/current.ts';
import { aBoard, aRecording, someEvidence, someSamples } from '../fixtures/recordings.ts';
import { aCase, aResults } from '../fixtures/results.ts';
import { judgeCase } from '../verdict/judge.ts';
import { currentClauses, keyCurrent } from './current.ts';
import { descriptionHtml } from './description.ts';
import { summaryMarkdown } from './summary.ts';

const measured = judgeCase(currentEvidence([aCurrentBudget('battery.measured.CR2032', 365.25)]));
const of = 'DS 1 rev 2, table 3';
const modelled = judgeCase(
  someEvidence({
    suite: aCurrentSuite([aCurrentBudget('current.modelled.dutyCycle.mean', 1)]),
    board: aBoard({
      currents: {
        run: { currentMa: 20, of },
        sleep: { currentMa: 0.1, of: `${of}, asleep` },
        standby: { currentMa: 0.01, of },
      },
      supplyMv: 3300,
    }),
  }),
);

test('what was measured is told with its window, its interval and what a cell makes of it', () => {
  expect(currentClauses(measured)).toEqual([
    'measured: mean 199 µA (179.1 µA to 218.9 µA) over the duty cycle of 1 s, peak 11 mA',
    'measured: mean 500 µA (450 µA to 550 µA) over the whole application, peak 12 mA',
    'measured: mean 10 mA (9 mA to 11 mA) in 10 windows of inferences, peak 11 mA',
    'measured: mean 100 µA (90 µA to 110 µA) asleep, peak 300 µA',
    'measured: 100 µC (90 µC to 110 µC) by the inference; 99 µC above sleep',
    'measured: 300 µJ (270 µJ to 330 µJ) by the inference; 297 µJ above sleep',
    expect.stringMatching(
      /^CR2032 lasts 47\.\d days \(42\.\d days to 52\.\d days\), computed from 199 µA: a measured duty cycle of 1 s; Panasonic CR2032.*; assumed: self-discharge/,
    ),
  ]);
  expect(keyCurrent(measured.metrics)).toEqual(['mean 199 µA a duty cycle']);
});

test('what was modelled says so, and by which datasheet', () => {
  const [figures, ...sources] = currentClauses(modelled);
  expect(figures).toMatch(
    /^modelled: mean 122\.\d µA over a duty cycle of 1 s, 20 mA in an inference, 100 µA asleep, /,
  );
  expect(sources).toEqual([
    'modelled with 20 mA in run: DS 1 rev 2, table 3',
    'modelled with 100 µA in sleep: DS 1 rev 2, table 3, asleep',
    'not modelled: time in standby',
  ]);
  expect(keyCurrent(modelled.metrics)).toEqual([expect.stringMatching(/^mean 122\.\d µA a duty cycle \(modelled\)$/)]);
});

test('a cell that cannot give the peak has no life to tell, and an interval that nobody knows is none', () => {
  const { application, ...rest } = someCurrent();
  const { accuracy: _unknown, ...meter } = someTraceFacts().meter;
  const current = {
    ...rest,
    facts: someTraceFacts({ meter }),
    ...(application && { application: { ...application, peakMa: 20 } }),
  };
  const clauses = currentClauses(
    judgeCase(currentEvidence([aCurrentBudget('battery.measured.CR2032', 1)], { current })),
  );
  expect(clauses.at(-1)).toMatch(/^CR2032 cannot give the peak of 20 mA; Panasonic/);
  expect(clauses[0]).toBe('measured: mean 199 µA (no interval known) over the duty cycle of 1 s, peak 11 mA');
});

test('what was sent is told beside the raw data', () => {
  const uplink = { kind: 'uplink', boot: 0, inputs: 300, bytes: 600, messages: 300 } as const;
  const recording = aRecording({ samples: [...someSamples(), uplink] });
  expect(currentClauses(judgeCase(someEvidence({ recording, rawInputBytes: 200 })))).toEqual([
    'uplink: 600 B sent of 58.6 KiB of raw data, 99 % saved',
  ]);
});

test('a case without any of it has nothing to tell', () => {
  expect(currentClauses(aCase())).toEqual([]);
  expect(keyCurrent(aCase().metrics)).toEqual([]);
  expect(summaryMarkdown(aResults())).not.toContain('## Current');
  expect(descriptionHtml(aCase())).not.toContain('Current');
});

test('summary and page hold the clauses, and the meter that they are of', () => {
  const page = descriptionHtml(measured);
  expect(page).toContain('• measured: mean 199 µA (179.1 µA to 218.9 µA) over the duty cycle of 1 s');
  expect(page).toContain('meter: Nordic PPK2 C0FFEE, its firmware 1.2.0, as source at 3 V; ±10 % (its datasheet)');
  const summary = summaryMarkdown(aResults({ cases: [measured, modelled] }));
  expect(summary).toContain('## Current\n\n- some-suite on some-board\n  - measured: mean 199 µA');
  expect(summary).toContain('  - modelled: mean 122');
  expect(summary).toContain('measured by Nordic PPK2 C0FFEE 1.2.0');
});
