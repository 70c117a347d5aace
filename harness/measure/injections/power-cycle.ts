import { setTimeout as sleep } from 'node:timers/promises';
import { ProtocolError, TargetError } from '../../errors.ts';
import type { Dut } from '../../protocol/port.ts';
import type { Injection } from '../../suite/suite.ts';
import type { Link } from '../../target/port.ts';
import { type Hearing, hearingsOf } from '../hearing.ts';
import { tapLink } from '../tap.ts';
import { answerAll, readyDut, repairedDut } from './answering.ts';
import { type Attempt, CannotInject } from './attempt.ts';

type Cutting = Attempt<Extract<Injection, { readonly kind: 'power-cycle' }>>;

/**
 * Takes the power away in the middle of a vector's inference, and gives it back; then the DUT is found again, and every vector is answered
 * from the first on, so that a model with state gives what it gives in any boot.
 */
export async function cutPower(attempt: Cutting, link: Link, signal: AbortSignal): Promise<void> {
  const { job, trial, injection } = attempt;
  if (!link.powerCycle) throw new CannotInject('nothing can take the power of this target away');
  const hear = hearingsOf(tapLink(link, job.recorder, trial));
  const before = hear();
  const dut = await readyDut(attempt, before, signal);
  await answerAll(attempt, dut, injection.vector);
  const after = await cutWithin(attempt, { dut, link, hear }, signal);
  before.close();
  await answerAll(attempt, await repairedDut(attempt, after, signal));
}

interface Powered {
  readonly dut: Dut;
  readonly link: Link;
  readonly hear: () => Hearing;
}

const mostTries = 5;

/** What is heard from the cut on. The session of before hears it too: it has to notice that the DUT has booted anew. */
async function cutWithin(
  { job, injection, seen }: Cutting,
  { dut, link, hear }: Powered,
  signal: AbortSignal,
): Promise<Hearing> {
  const input = job.inputs[injection.vector] ?? new Uint8Array();
  let window = await longWindow(dut, input);
  for (let tries = 0; tries < mostTries; tries++) {
    seen.vector = injection.vector;
    const startedMs = performance.now();
    const answer = dut.infer(input, { repeat: window.repeat }).then(
      () => 'answered' as const,
      (error: unknown) => error,
    );
    const first = await Promise.race([answer, sleep(window.ms / 3, 'computing' as const, { signal })]);
    if (first === 'answered') {
      window = lengthened({ repeat: window.repeat, ms: performance.now() - startedMs }); // an emulator gets faster as it goes
      continue;
    }
    if (first !== 'computing') throw first;
    const after = hear();
    await link.powerCycle?.();
    seen.injected = 1; // before the session of then has noticed: it may never
    seen.signs.push(signOf(await answer, job));
    return after;
  }
  const fix = 'run it again while the machine is less busy';
  throw new TargetError(`the inference was over before the power could go, ${mostTries} times`, job.target.name, fix);
}

/** What the session of before made of the cut. Throws where that says nothing about the firmware. */
function signOf(end: unknown, { target }: Cutting['job']): string {
  if (end instanceof ProtocolError) return end.what;
  if (end !== 'answered') throw end;
  throw new TargetError('the answer came though the power was cut', target.name, 'run it again');
}

/** Inferences of one input in one window, and how long it takes. */
interface Window {
  readonly repeat: number;
  readonly ms: number;
}

const mostRepeats = 0xffff;
/** Beside what it takes to ask: long enough to hit its middle on a busy machine, also on Renode, which hears of the cut some 60 ms later. */
const leastMs = 400;

async function longWindow(dut: Dut, input: Uint8Array): Promise<Window> {
  let window: Window = { repeat: 1, ms: 0 };
  while (true) {
    const startedMs = performance.now();
    await dut.infer(input, { repeat: window.repeat });
    window = { ...window, ms: performance.now() - startedMs };
    if (window.ms >= leastMs || window.repeat === mostRepeats) return window;
    window = lengthened(window);
  }
}

/** One that takes long enough, if inferences take as long as they did; of more than sixteen times as many nobody knows. */
function lengthened({ repeat, ms }: Window): Window {
  const factor = Math.min(16, Math.max(1, (1.3 * leastMs) / ms));
  const more = Math.min(Math.ceil(repeat * factor), mostRepeats);
  return { repeat: more, ms: (ms * more) / repeat };
}
