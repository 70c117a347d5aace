// QEMU and Renode: from start to verdict, a real workload, what of it is not emulation, and two at once. Who is not here is skipped.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Results } from '../../harness/report/results.ts';
import { keepBoards } from '../../harness/runner/keep-boards.ts';
import { makePlan } from '../../harness/runner/make-plan.ts';
import { measureCase } from '../../harness/runner/measure-case.ts';
import type { Plan } from '../../harness/runner/plan.ts';
import { createSchedule } from '../../harness/runner/schedule.ts';
import { measureSuite } from '../../harness/testing/measured.ts';
import { type Overhead, overheadOf } from './emulation.ts';
import { promised, promisedWall, repeated, row, skipped, timed } from './rows.ts';
import { obstacle, type SuiteName, writeSuites } from './suites.ts';

const mostOverhead = 0.05;
const [qemu, renode] = ['qemu-mps2-an386', 'renode-stm32f4'];
const firstVerdictS = { [qemu]: 1, [renode]: 6, 'renode-esp32c3': 10, 'renode-esp32': 10 };
const kwsS = { [qemu]: 20, [renode]: 90 };

export async function benchEmulators(): Promise<void> {
  for (const [target, limitS] of Object.entries(firstVerdictS))
    await where('vibration', target, `${target}, start to first verdict`, async what => {
      const seconds = await repeated(() => verdictS(target));
      promisedWall(what, seconds, limitS);
    });
  for (const [target, limitS] of Object.entries(kwsS)) {
    await where('kws', target, `${target}, 200 KWS vectors, 0 LSB, 183 right`, async what =>
      promised(what, ...(await kwsRun(target, limitS))),
    );
    await where('kws', target, `${target}, 200 KWS vectors, not emulation`, async what => {
      const { started, whole } = await overhead('kws', target);
      row(`${what}, once started`, percent(started));
      row(`${what}, with the start`, percent(whole));
    });
    await where('longKws', target, `${target}, 1,000 KWS vectors, not emulation`, async what => {
      const { started } = await overhead('longKws', target);
      promised(what, percent(started), started / mostOverhead);
    });
  }
  await where('kws', qemu, `${qemu}, 4 × KWS, two emulators against one`, async what => {
    const [one, two] = [await kwsAtOnceS(1), await kwsAtOnceS(2)];
    row(what, `${(one / two).toFixed(2)} × as fast`, `${one.toFixed(1)} s and ${two.toFixed(1)} s`);
  });
}

/** Measures where it can be done, and says why where not. */
async function where(suite: SuiteName, target: string, what: string, bench: (what: string) => Promise<void>) {
  const why = await obstacle(suite, target);
  if (why === undefined) await bench(what);
  else skipped(what, why);
}

/** Seconds from reading the suite to its verdict: emulator started, model proved, 300 vectors, golden, judged. The harness itself is loaded. */
async function verdictS(target: string): Promise<number> {
  using written = writeSuites('vibration', target);
  const [suite = ''] = written.files;
  const { seconds, value } = await timed(() =>
    measureSuite({ suite, target, isRequired: true }, join(written.folder, 'run'), new AbortController().signal),
  );
  if (value.status !== 'passed') throw new Error(`${target}: ${value.status}`);
  return seconds;
}

/** The whole command. */
async function kwsRun(target: string, limitS: number): Promise<[string, number]> {
  using written = writeSuites('kws', target);
  const out = join(written.folder, 'run');
  const { seconds } = await timed(async () => {
    const args = ['dist/cli.js', 'run', ...written.files, '--no-html', '--out', out];
    await once(spawn('node', args, { stdio: ['ignore', 'ignore', 'inherit'] }), 'exit');
  });
  const { cases } = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as Results;
  const { golden, accuracy } = cases[0]?.metrics ?? {};
  const isRight = golden?.maxDiffLsb === 0 && accuracy?.correct === 183;
  if (!isRight) return [`${golden?.maxDiffLsb} LSB, ${accuracy?.correct} right`, Number.POSITIVE_INFINITY];
  return [`${seconds.toFixed(1)} s`, seconds / limitS];
}

async function overhead(suite: SuiteName, target: string): Promise<Overhead> {
  using written = writeSuites(suite, target);
  const [planned] = planOf(written).cases;
  if (!planned) throw new TypeError('a plan has a case');
  return overheadOf(planned, written.folder);
}

/** Seconds for four cases, measured and not judged, with so many emulators at once. */
async function kwsAtOnceS(atOnce: number): Promise<number> {
  using written = writeSuites('kws', qemu, 4);
  const plan = planOf(written);
  using boards = keepBoards({ tenant: { command: 'the benchmark', pid: process.pid }, onWait: () => {} });
  const { seconds } = await timed(async () => {
    const schedule = createSchedule({
      ahead: plan.cases,
      front: [qemu],
      emulators: { atOnce, atFirst: atOnce },
      run: async (planned, signal) => {
        const { outcome } = await measureCase(plan, planned, { boards, onProgress: () => {} }, signal);
        if (outcome.status !== 'complete') throw new Error(`${planned.id}: ${outcome.reason}`);
      },
    });
    await Promise.all(plan.cases.map(planned => schedule.ask(planned).settled));
  });
  return seconds;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function planOf({ folder, files }: ReturnType<typeof writeSuites>): Plan {
  const selection = { cwd: process.cwd(), suites: files, targets: [] };
  return makePlan({ ...selection, out: join(folder, 'run'), exact: true, html: false });
}
