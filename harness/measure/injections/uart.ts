import type { LinkUse } from '../../protocol/port.ts';
import type { Injection } from '../../suite/suite.ts';
import type { Link } from '../../target/port.ts';
import { type ByteFaults, type FaultyLine, faultyLine } from '../faulty-line.ts';
import { tapLink } from '../tap.ts';
import { answerAll, expectStill, readyDut } from './answering.ts';
import type { Attempt } from './attempt.ts';

type OnLine = Extract<Injection, { readonly rate: number }>;

const faults = { 'uart-drop': 'drop', 'uart-flip': 'flip', 'uart-delay': 'delay' } as const satisfies Record<
  OnLine['kind'],
  keyof ByteFaults
>;
/** Any will do; the same in every run, so that the same happens to the same bytes. */
const seed = 1;

/** Drops, flips or delays bytes in both directions, from when the model is prepared until it is proved again after the last vector. */
export async function disturbLine(attempt: Attempt<OnLine>, link: Link, signal: AbortSignal): Promise<void> {
  const { job, trial, injection, seen } = attempt;
  const fault = faults[injection.kind];
  const rates = { [fault]: injection.rate };
  const delay = injection.kind === 'uart-delay' ? { delayMs: injection.byMs } : {};
  const line = faultyLine(link, { seed, toDut: rates, toHost: rates, isQuiet: true, ...delay });
  const dut = await readyDut(attempt, tapLink(line, job.recorder, trial), signal);
  const { droppedFrames: droppedBefore } = await dut.stats();
  const before = dut.linkUse();
  try {
    line.disturb();
    await answerAll(attempt, dut);
    await expectStill(job, dut, 'after the last vector');
    const dropped = (await dut.stats()).droppedFrames - droppedBefore;
    if (dropped > 0) seen.signs.push(counted(dropped, 'damaged frame', 'dropped by the DUT'));
  } finally {
    Object.assign(seen, doneTo(line, fault));
    seen.signs.push(...signsOf(before, dut.linkUse()));
  }
}

function doneTo({ done: { toDut, toHost } }: FaultyLine, fault: keyof ByteFaults): { injected: number; bytes: number } {
  return { injected: toDut[fault] + toHost[fault], bytes: toDut.bytes + toHost.bytes };
}

/** What went wrong before, as on a busy host, shows nothing of the fault. */
function signsOf(before: LinkUse, after: LinkUse): string[] {
  const repeats = after.repeats - before.repeats;
  const damagedFrames = after.damagedFrames - before.damagedFrames;
  const lostFrames = after.lostFrames - before.lostFrames;
  return [
    ...(repeats > 0 ? [counted(repeats, 'request', 'sent again')] : []),
    ...(damagedFrames > 0 ? [counted(damagedFrames, 'answer', 'heard damaged')] : []),
    ...(lostFrames > 0 ? [counted(lostFrames, 'frame', 'lost')] : []),
  ];
}

function counted(count: number, noun: string, what: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'} ${what}`;
}
