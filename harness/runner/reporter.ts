import type { FullResult, Reporter, TestCase, TestResult } from '@playwright/test/reporter';
import { messageOf } from '../errors.ts';
import type { ReportedRun } from '../report/port.ts';
import { publishCase, publishEnd, reportedRun } from '../report/publish.ts';
import type { Run } from '../report/results.ts';
import type { CaseResult } from '../verdict/result.ts';
import { reportersFor } from './adapters.ts';
import { brokerVariable, caseAttachment, isOrphaned, isStartedByTickmark, planVariable } from './environment.ts';
import { tell } from './events.ts';
import { brokenCase } from './judge-case.ts';
import { type Plan, readPlan, resultsOf } from './plan.ts';
import { removeSocket } from './socket.ts';

/** Collects judged cases into results.json, after each one, and has the reports written from it. */
export default class TickmarkReporter implements Reporter {
  readonly #abandoned = new AbortController();
  readonly #plan: Plan = readPlan(process.env[planVariable] ?? '');
  readonly #reporters = reportersFor(this.#plan, this.#abandoned.signal);
  /** By case id: what Playwright is told to repeat replaces what it repeats. */
  readonly #judged = new Map<string, CaseResult>();
  #published: Promise<void> = Promise.resolve();

  onBegin(): void {
    if (isOrphaned()) leaveNobodyBehind(this.#abandoned);
    else process.once('disconnect', () => leaveNobodyBehind(this.#abandoned));
  }

  onTestEnd(test: TestCase, { attachments, error, status }: TestResult): void {
    const planned = this.#plan.cases.find(
      each => test.title === each.suite.name && test.tags.includes(`@${each.board.name}`),
    );
    if (!planned) return;
    const judged = attachments.find(({ name }) => name === caseAttachment)?.body;
    if (!judged && (status === 'interrupted' || status === 'skipped')) return; // not begun, or not to its end: a case that is skipped is judged
    const result = judged
      ? (JSON.parse(judged.toString()) as CaseResult)
      : brokenCase(this.#plan, planned, error?.message ?? `the worker ended (${status})`);
    this.#judged.set(planned.id, result);
    tell({ kind: 'case', result });
    this.#publish(async () =>
      publishCase(await this.#reporters, result, this.#run({ complete: false, interrupted: false })),
    );
  }

  async onEnd({ status }: FullResult): Promise<void> {
    tell({ kind: 'ending' });
    await this.#published;
    const interrupted = status === 'interrupted';
    const run = this.#run({ complete: this.#judged.size === this.#plan.cases.length, interrupted });
    await publishEnd(await this.#reporters, run);
    tell({ kind: 'reported', notices: run.notices });
  }

  printsToStdio(): boolean {
    return isStartedByTickmark(); // `tickmark run` prints; without it Playwright's own reporter does
  }

  #run(state: Pick<Run, 'complete' | 'interrupted'>): ReportedRun {
    return reportedRun(this.#plan.outDir, resultsOf(this.#plan, [...this.#judged.values()], state), {
      busy: what => tell({ kind: 'busy', what }),
    });
  }

  /** One at a time, in order: results.json is replaced whole. */
  #publish(write: () => Promise<void>): void {
    this.#published = this.#published.then(write).catch(error => tell({ kind: 'trouble', message: messageOf(error) }));
  }
}

const graceMs = 3_000;

/** Whoever started the run is gone: end what is being made, then as on Ctrl-C, and in any case end. Nobody else may remove the socket. */
function leaveNobodyBehind(abandoned: AbortController): void {
  abandoned.abort();
  process.once('exit', () => removeSocket(process.env[brokerVariable] ?? ''));
  process.kill(process.pid, 'SIGINT');
  setTimeout(() => process.exit(130), graceMs).unref();
}
