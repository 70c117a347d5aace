import { expect, test } from 'vitest';
import { aResults } from '../fixtures/results.ts';
import type { Reporter } from './port.ts';
import { publishCase, publishEnd, reportedRun } from './publish.ts';

const failing: Reporter = {
  name: 'paper',
  onEnd: () => Promise.reject(new Error('out of ink')),
};

test('one reporter that fails is a warning, and the next still runs', async () => {
  const ran: string[] = [];
  const run = reportedRun('/run', aResults());
  await publishEnd([failing, { name: 'next', onEnd: () => void ran.push('next') }], run);
  expect(ran).toEqual(['next']);
  expect(run.notices).toEqual([{ kind: 'warning', text: 'the paper report was not written: out of ink' }]);
});

test('a reporter without a hook is passed over', async () => {
  const run = reportedRun('/run', aResults());
  const [first] = run.results.cases;
  if (!first) throw new Error('the results hold no case');
  await publishCase([failing], first, run);
  expect(run.notices).toEqual([]);
});

test('later reporters see what earlier ones announced', async () => {
  const run = reportedRun('/run', aResults());
  const seen: number[] = [];
  const telling: Reporter = { name: 'a', onEnd: told => told.announce({ kind: 'report', title: 'A', path: '/run/a' }) };
  await publishEnd([telling, { name: 'b', onEnd: told => void seen.push(told.notices.length) }], run);
  expect(seen).toEqual([1]);
});
