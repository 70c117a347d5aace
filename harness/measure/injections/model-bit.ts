import { ProtocolError, TargetError } from '../../errors.ts';
import type { Dut } from '../../protocol/port.ts';
import type { Injection } from '../../suite/suite.ts';
import type { Link, Memory } from '../../target/port.ts';
import { hasModel } from '../bring-up.ts';
import { hearingsOf } from '../hearing.ts';
import { tapLink } from '../tap.ts';
import { answerAll, expectStill, loadAgain, readyDut, repairedDut, takeForRight } from './answering.ts';
import { type Attempt, CannotInject, Unnoticed } from './attempt.ts';

type Flipping = Attempt<Extract<Injection, { readonly kind: 'model-bit' }>>;

/**
 * Flips one bit of the model in memory behind the DUT's back, once it is proved and prepared. As in a measurement the outputs of then are
 * taken for right only if the DUT proves the model after them, which it must not; then the model is loaded again.
 */
export async function flipModelBit(attempt: Flipping, link: Link, signal: AbortSignal): Promise<void> {
  const { job, trial, injection, seen } = attempt;
  const hear = hearingsOf(tapLink(link, job.recorder, trial));
  const before = hear();
  const dut = await readyDut(attempt, before, signal);
  await flipBit(await placeOf(attempt, dut, link), injection.bit, job);
  seen.injected = 1;
  const crash = await useFlipped(attempt, dut);
  if (crash) {
    if (!link.powerCycle) throw crash;
    const after = hear();
    before.close();
    await link.powerCycle();
    seen.signs.push(crash.what);
    return answerAll(attempt, await repairedDut(attempt, after, signal));
  }
  await loadAgain(job, dut);
  await dut.prepare(job.model.length);
  await answerAll(attempt, dut);
  await expectStill(job, dut, 'after the last vector');
}

interface ModelPlace {
  readonly memory: Memory;
  readonly address: number;
}

async function placeOf({ job }: Flipping, dut: Dut, { memory }: Link): Promise<ModelPlace> {
  if (!memory) throw new CannotInject('nothing reaches the memory of this target from outside');
  const address = job.image.carriesModel ? undefined : await dut.modelAddress();
  if (address === undefined) throw new CannotInject('its firmware has the model built in, and does not say where');
  return { memory, address };
}

async function flipBit({ memory, address }: ModelPlace, bit: number, { target }: Flipping['job']): Promise<void> {
  const at = address + Math.floor(bit / 8);
  const [byte = 0] = await memory.read(at, 1);
  const flipped = byte ^ (1 << (bit % 8));
  await memory.write(at, Uint8Array.of(flipped));
  const [now] = await memory.read(at, 1);
  if (now !== flipped)
    throw new TargetError(`the byte at 0x${at.toString(16)} cannot be changed`, target.name, 'see what guards it');
}

/** The error of a DUT that stumbles over the bit. Throws Unnoticed when it proves the model all the same. */
async function useFlipped(attempt: Flipping, dut: Dut): Promise<ProtocolError | undefined> {
  const { job, injection, vectors, seen } = attempt;
  const outputs: Uint8Array[] = [];
  try {
    for (const input of job.inputs.slice(0, vectors)) outputs.push((await dut.infer(input)).output);
    if (!(await hasModel(job, dut))) {
      seen.signs.push("the DUT no longer proved the suite's model");
      return undefined;
    }
  } catch (error) {
    if (error instanceof ProtocolError) return error;
    throw error;
  }
  for (const [vector, output] of outputs.entries()) takeForRight(attempt, vector, output);
  throw new Unnoticed(`the DUT proves the suite's model, of which bit ${injection.bit} is another in its memory`);
}
