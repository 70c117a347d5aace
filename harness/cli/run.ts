import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { entryPoint } from '../entry.ts';
import { NotInstalled } from '../errors.ts';
import { type ConsoleReporter, consoleReporter } from '../report/console.ts';
import { readResults } from '../report/json.ts';
import type { Notice } from '../report/port.ts';
import { publishEnd, reportedRun } from '../report/publish.ts';
import type { Results } from '../report/results.ts';
import { createRunProgress, type Expected, type RunProgress } from '../report/run-progress.ts';
import { brokerVariable, parentEnvironment, planVariable } from '../runner/environment.ts';
import type { PlanMessage, RunEvent } from '../runner/events.ts';
import { type KeptBroker, keepBroker } from '../runner/keep-broker.ts';
import { caseId, type Plan, planPath } from '../runner/plan.ts';
import { exitCode } from '../verdict/exit-code.ts';
import { grepOption, imageOption, workersOption } from './options.ts';

interface Options {
  readonly target?: string[];
  readonly grep?: string;
  readonly image?: string[];
  readonly out?: string;
  readonly replay?: string;
  readonly strict?: boolean;
  readonly workers?: string;
  readonly trace?: boolean;
  readonly html: boolean;
}

/** `tickmark run`: plans here, runs Playwright in a child, prints what it tells, and returns the exit code its results call for. */
export async function run(suites: readonly string[], options: Options): Promise<number> {
  const terminal = consoleReporter(process.stdout, process.env, process.cwd());
  const progress = createRunProgress(() => performance.now());
  const heard: Heard = { notices: [], said: '', interrupts: 0, isReporting: false, progress };
  const hear = (event: RunEvent) => show(event, terminal, heard);
  // First of all: a signal that nobody has asked for ends this process, whatever it has just made.
  passInterrupts(() => ({ runner: runner.process, broker }), { heard, terminal });
  // Both load while this process plans, and wait for the plan: half of the time to the first verdict is theirs.
  await using broker = keepBroker(hear);
  await using runner = forkRunner(broker.socketPath);
  listen(runner.process, hear, heard);
  const plan = await planFor(suites, options);
  if (heard.interrupts === 0) {
    broker.begin(planPath(plan));
    runner.begin(planPath(plan));
    heard.progress.expect(await expectedOf(plan), plan.emulators);
  }
  await runner.ended;
  return conclude(plan, terminal, heard, options.strict ?? false);
}

async function planFor(
  suites: readonly string[],
  { target, grep, image, out, replay, workers, trace, html }: Options,
): Promise<Plan> {
  const { makePlan } = await import('../runner/make-plan.ts'); // loaded after the children were started
  return makePlan({
    cwd: process.cwd(),
    suites,
    targets: target ?? [],
    images: imageOption(image),
    exact: true,
    html,
    trace: trace ?? false,
    ...grepOption(grep),
    ...workersOption(workers),
    ...(out === undefined ? {} : { out }),
    ...(replay === undefined ? {} : { replay }),
  });
}

/** What is not installed takes no time. Looked for after all have begun: nobody waits for it. */
async function expectedOf({ cases }: Plan): Promise<Expected[]> {
  const { missingFor } = await import('../runner/adapters.ts');
  const expected = cases.map(async ({ id, suite, board, cost }) => {
    const isMissing = (await missingFor(board)) !== undefined;
    return { id, suite: suite.name, target: board.name, cost: isMissing ? 0 : cost };
  });
  return Promise.all(expected);
}

interface Runner extends AsyncDisposable {
  readonly process: ChildProcess;
  readonly ended: Promise<unknown>;
  /** Hands it the plan; one that has ended by then is found out by its results. */
  begin(planFile: string): void;
}

function forkRunner(socketPath: string): Runner {
  const config = entryPoint('../runner/playwright.config', import.meta.url).path;
  const runner = fork(playwrightPath(), ['test', '--config', config], {
    env: {
      ...process.env,
      ...parentEnvironment,
      [planVariable]: undefined,
      [brokerVariable]: socketPath,
      PW_DISABLE_TS_ESM: '1', // what it loads is compiled
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true, // Ctrl-C reaches this process alone, which passes it on in order
  });
  const ended = once(runner, 'exit');
  return {
    process: runner,
    ended,
    begin(planFile) {
      const message: PlanMessage = { plan: planFile, ahead: false };
      if (runner.connected) runner.send(message, () => {}); // one that is killed just now: 'exit' follows
    },
    async [Symbol.asyncDispose]() {
      runner.kill('SIGKILL'); // still there only when it was given no plan
      await ended;
    },
  };
}

/** The project's own: what its tests import must be what runs them. */
function playwrightPath(): string {
  try {
    return createRequire(import.meta.url).resolve('@playwright/test/cli');
  } catch (cause) {
    const fix = 'npm install --save-dev @playwright/test';
    throw new NotInstalled('is not installed, and runs the cases', '@playwright/test', fix, { cause });
  }
}

/** What came from the runner besides judged cases. `said` is the end of what it printed itself: nothing, unless it could not do its work. */
interface Heard {
  notices: readonly Notice[];
  said: string;
  interrupts: number;
  isReporting: boolean;
  readonly progress: RunProgress;
}

const keptBytes = 8192;

function show(event: RunEvent, terminal: ConsoleReporter, heard: Heard): void {
  follow(event, heard.progress);
  if (event.kind === 'progress') terminal.progress(heard.progress);
  if (event.kind === 'busy') terminal.busy(event.what);
  if (event.kind === 'note') terminal.note(event.what);
  if (event.kind === 'case') terminal.onCase(event.result);
  if (event.kind === 'trouble') terminal.note(event.message);
  if (event.kind === 'ending') heard.isReporting = true;
  if (event.kind === 'reported') heard.isReporting = false;
  if (event.kind === 'reported') heard.notices = event.notices;
}

function follow(event: RunEvent, progress: RunProgress): void {
  if (event.kind === 'progress') progress.update(event.progress);
  if (event.kind === 'measured') progress.measured(event.caseId, event.isWhole);
  if (event.kind === 'case') progress.judged(caseId(event.result.suite, event.result.target));
  if (event.kind === 'lost') progress.restart();
}

function listen(runner: ChildProcess, hear: (event: RunEvent) => void, heard: Heard): void {
  runner.on('message', message => hear(message as RunEvent));
  for (const stream of [runner.stdout, runner.stderr])
    stream?.on('data', (chunk: Buffer) => (heard.said = (heard.said + chunk.toString()).slice(-keptBytes)));
}

/** The first Ctrl-C ends the run in order, the second at once; so does the first when a worker that hangs keeps Playwright from ending. */
function passInterrupts(
  parts: () => { readonly runner: ChildProcess; readonly broker: KeptBroker },
  { heard, terminal }: { readonly heard: Heard; readonly terminal: ConsoleReporter },
): void {
  const endAtOnce = () => {
    const { runner, broker } = parts();
    const hasEnded = runner.exitCode !== null || runner.signalCode !== null; // by now its id may be another process's
    if (runner.pid !== undefined && !hasEnded) process.kill(-runner.pid, 'SIGKILL');
    broker.kill();
  };
  const pass = () => {
    heard.interrupts++;
    if (heard.interrupts > 1) return endAtOnce();
    terminal.note('interrupting; Ctrl-C again ends at once');
    parts().runner.kill('SIGINT');
    setInterval(() => {
      if (!heard.isReporting) endAtOnce();
    }, graceMs).unref();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, pass);
}

/** For Playwright to stop its workers, and again to end when all is reported. */
const graceMs = 10_000;

/** Prints the end, and returns the exit code that the results call for. */
async function conclude(plan: Plan, terminal: ConsoleReporter, heard: Heard, strict: boolean): Promise<number> {
  const isInterrupted = heard.interrupts > 0;
  const reported = reportedRun(plan.outDir, await finalResults(plan, isInterrupted));
  for (const notice of heard.notices) reported.announce(notice);
  const { run: facts, cases } = reported.results;
  if (!facts.complete && !isInterrupted) terminal.note(`the run did not end in order\n${heard.said}`);
  terminal.onEnd(reported);
  const code = exitCode(cases, { interrupted: isInterrupted || facts.interrupted, strict });
  return facts.complete || code === 1 || code === 130 ? code : 3;
}

/** What the runner wrote. One that was ended before it could report leaves that to this process: everything but the HTML. */
async function finalResults(plan: Plan, isInterrupted: boolean): Promise<Results> {
  const written = readResults(plan.outDir);
  if (written.run.finishedAt !== null) return written;
  const end = { interrupted: isInterrupted, finishedAt: new Date().toISOString() };
  const results = { ...written, run: { ...written.run, ...end } };
  const { reportersFor } = await import('../runner/adapters.ts');
  const reporters = await reportersFor({ html: false }, new AbortController().signal);
  await publishEnd(reporters, reportedRun(plan.outDir, results));
  return results;
}
