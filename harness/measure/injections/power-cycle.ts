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

const mostTries = 3;

/** What is heard from the cut on. The session of before hears it too: it has to notice that the DUT has booted anew. */
async function cutWithin(
  { job, injection, seen }: Cutting,
  { dut, link, hear }: Powered,
  signal: AbortSignal,
): Promise<Hearing> {
  const input = job.inputs[injection.vector] ?? new Uint8Array();
  let { repeat, ms } = await longWindow(dut, input);
  for (let tries = 0; tries < mostTries; tries++, repeat = Math.min(2 * repeat, mostRepeats), ms *= 2) {
    seen.vector = injection.vector;
    const answer = dut.infer(input, { repeat }).then(
      () => 'answered' as const,
      (error: unknown) => error,
    );
    if ((await Promise.race([answer, sleep(ms / 2, 'computing' as const, { signal })])) !== 'computing') continue;
    const after = hear();
    await link.powerCycle?.();
    const end = await answer;
    if (end !== 'answered' && !(end instanceof ProtocolError)) throw end;
    if (end !== 'answered') {
      seen.injected = 1;
      seen.signs.push(end.what);
      return after;
    }
    throw new TargetError('the answer came though the power was cut', job.target.name, 'run it again');
  }
  const fix = 'run it again while the machine is less busy';
  throw new TargetError(`the inference was over before the power could go, ${mostTries} times`, job.target.name, fix);
}

const mostRepeats = 0xffff;
/** Beside what it takes to ask: long enough to hit its middle on a busy machine. */
const windowMs = 150;

/** How often the input has to be inferred in one window for it to take a while, and how long it takes then. */
async function longWindow(dut: Dut, input: Uint8Array): Promise<{ repeat: number; ms: number }> {
  let repeat = 1;
  while (true) {
    const startedMs = performance.now();
    await dut.infer(input, { repeat });
    const ms = performance.now() - startedMs;
    if (ms >= windowMs || repeat === mostRepeats) return { repeat, ms };
    repeat = Math.min(Math.ceil(repeat * Math.min(16, (1.3 * windowMs) / ms)), mostRepeats);
  }
}
