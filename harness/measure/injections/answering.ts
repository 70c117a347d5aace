import { FirmwareFault } from '../../errors.ts';
import type { Dut } from '../../protocol/port.ts';
import type { Link } from '../../target/port.ts';
import { linkFor } from '../back-door.ts';
import { bringUp, expectBuild, hasModel } from '../bring-up.ts';
import type { Attempt } from './attempt.ts';

type Any = Attempt<unknown>;

/** A DUT with the model in place, proved and prepared, before anything is done to it. */
export async function readyDut({ job, seen }: Any, link: Link, signal: AbortSignal): Promise<Dut> {
  const dut = await bringUp(job, linkFor(job.suite, link), signal, {
    onConnect: connected => (seen.dut = connected),
  });
  await dut.prepare(job.model.length);
  return dut;
}

/** The same of one that has booted anew: what it lost is loaded again. */
export async function repairedDut({ job, seen }: Any, link: Link, signal: AbortSignal): Promise<Dut> {
  const dut = await job.protocol.connect(linkFor(job.suite, link), signal);
  seen.dut = dut;
  expectBuild(job, dut);
  if (!(await hasModel(job, dut))) await loadAgain(job, dut);
  await dut.prepare(job.model.length);
  return dut;
}

/** Throws FirmwareFault when the DUT does not have the model even then. */
export async function loadAgain(job: Any['job'], dut: Dut): Promise<void> {
  if (!job.image.carriesModel) await dut.load(job.model);
  await expectStill(job, dut, 'after it was loaded again');
}

/** Throws FirmwareFault unless the DUT proves that it has the model. */
export async function expectStill(job: Any['job'], dut: Dut, when: string): Promise<void> {
  if (await hasModel(job, dut)) return;
  throw new FirmwareFault(`it does not prove the suite's model ${when}`, 'DUT', 'see what changed it');
}

/** Has vectors answered, from the first on, and takes each output for right. */
export async function answerAll({ job, trial, vectors, seen }: Any, dut: Dut, count = vectors): Promise<void> {
  for (const [vector, input] of job.inputs.slice(0, count).entries()) {
    seen.vector = vector;
    takeForRight({ job, trial }, vector, (await dut.infer(input)).output);
  }
  delete seen.vector;
}

export function takeForRight({ job, trial }: Pick<Any, 'job' | 'trial'>, vector: number, output: Uint8Array): void {
  job.recorder.sample({ kind: 'trial-inference', trial, vector, output: Buffer.from(output).toString('base64') });
}
