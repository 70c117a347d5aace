import { expect, test } from 'vitest';
import { aCase, aResults, aVerdict } from '../fixtures/results.ts';
import { consoleReporter } from './console.ts';
import { reportedRun } from './publish.ts';

function printed(env: NodeJS.ProcessEnv, isTTY: boolean, cases = aResults().cases) {
  const text: string[] = [];
  const reporter = consoleReporter({ isTTY, write: part => text.push(part) }, env, '/home/me/firmware');
  const run = reportedRun('/home/me/firmware/reports/out/1', aResults({ cases }));
  run.announce({
    kind: 'report',
    title: 'Allure report',
    path: '/home/me/firmware/reports/out/1/allure-report/index.html',
  });
  run.announce({ kind: 'warning', text: 'the JUnit report was not written: disk full' });
  for (const result of cases) reporter.onCase(result);
  reporter.onEnd(run);
  return text.join('');
}

const escape = '\u001b[';

test('a case is a line with its status in a word, its figures and its time', () => {
  expect(printed({}, false)).toContain(
    '✔ passed       fashion on rp2040js-pico  top-1 87.67 %  p50 371.3 kcycles  arena 9.8 KiB  12.4 s\n',
  );
});

test('each verdict that did not pass says why, below its case', () => {
  expect(printed({}, false)).toContain(
    '\n? inconclusive gesture on rp2040js-pico  top-1 87.67 %  p50 371.2 kcycles  arena 9.8 KiB  12.4 s\n' +
      '    inconclusive  latency.modelled-cycles.p99: a p99 needs 100 inferences, there are 50\n',
  );
});

test('the end has the totals, where the report lies from here, and what could not be made', () => {
  const text = printed({}, false);
  expect(text).toContain('\n5 cases: 1 broken, 1 failed, 1 inconclusive, 1 passed, 1 skipped\n');
  expect(text).toContain('Allure report: reports/out/1/allure-report/index.html\n');
  expect(text).toContain('warning  the JUnit report was not written: disk full\n');
});

function skipped(target: string, reason: string) {
  return aCase({
    target,
    status: 'skipped',
    verdicts: [aVerdict({ budget: 'rig.session', status: 'skipped', reason })],
  });
}

test('why targets were not tried is said once at the end, for all that share the reason', () => {
  const missing = 'qemu-system-arm is not installed\n  → apt-get install qemu-system-arm';
  const text = printed({}, false, [
    skipped('qemu-a', `qemu-a: ${missing}`),
    skipped('qemu-b', `qemu-b: ${missing}`),
    skipped('renode-c', 'renode-c: Renode is not installed'),
  ]);
  expect(text).toMatch(
    /^○ skipped +fashion on qemu-a\n○ skipped +fashion on qemu-b\n○ skipped +fashion on renode-c\n\n/,
  );
  expect(text).toContain(
    'skipped  qemu-a, qemu-b: qemu-system-arm is not installed\n    → apt-get install qemu-system-arm\n' +
      'skipped  renode-c: Renode is not installed\n3 cases: 3 skipped\n',
  );
});

test('a run that judged nothing says so', () => {
  expect(printed({}, false, [])).toContain('nothing was judged');
});

test('colours are for a terminal', () => {
  expect(printed({ TERM: 'xterm' }, true)).toContain(escape);
  expect(printed({ TERM: 'xterm' }, false)).not.toContain(escape);
  expect(printed({ TERM: 'dumb' }, true)).not.toContain(escape);
});

test('NO_COLOR wins over FORCE_COLOR, which wins over what the terminal is', () => {
  expect(printed({ FORCE_COLOR: '1' }, false)).toContain(escape);
  expect(printed({ FORCE_COLOR: '0' }, true)).not.toContain(escape);
  expect(printed({ FORCE_COLOR: '1', NO_COLOR: '1' }, true)).not.toContain(escape);
});

test('escapes in what firmware said never reach the terminal', () => {
  const reason = 'the DUT said "\u001b]0;owned\u0007\u009b2J"';
  const text = printed({}, false, [aCase({ status: 'broken', verdicts: [aVerdict({ status: 'broken', reason })] })]);
  expect(text).toContain('␛]0;owned␇␡2J');
});

test('a run without a page says where its results lie', () => {
  const text: string[] = [];
  const reporter = consoleReporter({ write: part => text.push(part) }, {}, '/home/me/firmware');
  reporter.onEnd(reportedRun('/home/me/firmware/reports/out/1', aResults()));
  expect(text.join('')).toContain('results: reports/out/1/results.json\n');
});

test('on a narrow terminal lines are broken between words', () => {
  const text: string[] = [];
  const reporter = consoleReporter(
    { isTTY: true, columns: 60, write: part => text.push(part) },
    { NO_COLOR: '1' },
    '/',
  );
  for (const result of aResults().cases) reporter.onCase(result);
  const lines = text.join('').split('\n');
  expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(60);
  expect(lines).toContain('    failed  latency.modelled-cycles.p50: p50 is 412345');
});

test('what has one reason is said once', () => {
  const lack = { status: 'skipped', measured: null, reason: 'no meter is described' } as const;
  const verdicts = ['mean', 'peak', 'p99'].map(metric =>
    aVerdict({ budget: `current.measured.inference.${metric}`, basis: null, optional: metric === 'p99', ...lack }),
  );
  const text = printed({}, false, [aCase({ target: 'desk', verdicts: [aVerdict({}), ...verdicts] })]);
  const names = 'current.measured.inference.mean, current.measured.inference.peak';
  expect(text).toContain(`    skipped  ${names}, current.measured.inference.p99 (optional): no meter is described\n`);
  expect(text).toContain(`not measured  ${names} on desk: the run is not passed\n`);
});

test('a required budget that was not measured in a case that passed is why the run is not passed', () => {
  const untaken = {
    status: 'skipped',
    measured: null,
    reason: 'nothing can take the power of this target away',
  } as const;
  const trial = (target: string, optional: boolean) =>
    aCase({
      target,
      verdicts: [aVerdict({}), aVerdict({ budget: 'robustness.power-cycle', basis: null, optional, ...untaken })],
    });
  expect(printed({}, false, [trial('renode-a', false), trial('renode-b', false), trial('renode-c', true)])).toContain(
    '3 cases: 3 passed\nnot measured  robustness.power-cycle on renode-a, renode-b: the run is not passed\n' +
      '    → mend that, or allow it with `optional: true`\n',
  );
});
