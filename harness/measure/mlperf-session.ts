import { ProtocolError, WrongFirmware } from '../errors.ts';
import { readModel } from '../model/tflite.ts';
import type { MlperfAnswer, MlperfDut, MlperfIdentity } from '../protocol/port.ts';
import { budgetsFor, type Suite } from '../suite/suite.ts';
import type { Link, Target } from '../target/port.ts';
import { leaveAlone } from './long-windows.ts';
import { fitFirmware } from './mlperf-firmware.ts';
import { answerOf, type MlperfBoot, type MlperfUnderTest, readings, takeWindows } from './mlperf-windows.ts';
import { realInputs } from './real-inputs.ts';
import { tapLink } from './tap.ts';

/** MLPerf Tiny's own rule, of its runner and of EEMBC's: a window lasts so long. */
const ruleMs = 10_000;

/**
 * Measures firmware of MLPerf Tiny: who it is, every vector once for its results, then five windows on five inputs, where its build prints a clock, or
 * pulses a pin that a meter sees. Nothing is measured of firmware that has another model, or whose timestamps are for something else than the suite measures.
 */
export async function measureMlperf(job: MlperfBoot, link: Link, signal: AbortSignal): Promise<void> {
  const { seen, recorder, boot } = job;
  try {
    const dut = await job.protocol.connect(tapLink(link, recorder), signal);
    seen.dut = dut;
    const windowMs = job.suite.measure.windowMs ?? ruleMs;
    job.note({ mlperf: { ...dut.identity, windowMs } });
    const firmware = firmwareOf(job, dut);
    job.met({});
    await leaveAlone(job, 0, signal);
    await inferAll(job, firmware);
    delete seen.vector;
    if (job.suite.measure.only !== 'accuracy' && boot === 0) await takeWindows(job, firmware, windowMs * 1000);
    await leaveAlone(job, job.inputs.length, signal);
  } finally {
    if (seen.dut) recorder.sample({ kind: 'link', boot, ...seen.dut.linkUse() });
  }
}

function firmwareOf({ suite, target, model: bytes, inputs: codes }: MlperfBoot, dut: MlperfDut): MlperfUnderTest {
  const { modelId } = suite.firmware[target.name] ?? {};
  const model = readModel(bytes, suite.model.file);
  const fit = fitFirmware(dut.identity, { model, target: target.name, ...(modelId !== undefined && { modelId }) });
  expectBuild(suite, target, dut.identity);
  const inputs = fit.takesReals ? realInputs({ suite, model, inputs: codes }) : codes;
  return { dut, fit, load: vector => dut.load(fit.encode(inputs[vector] ?? new Uint8Array())) };
}

function expectBuild(suite: Suite, target: Target, identity: MlperfIdentity): void {
  const isTimed = budgetsFor(suite, target.name).some(
    budget => budget.kind === 'latency' && budget.basis === target.basis,
  );
  if (isTimed && identity.timestamps === 'energy')
    throw new WrongFirmware(
      'the firmware is a build for energy (its timestamps pulse a pin), and the suite bounds latency, which takes one for performance',
      target.name,
      'build it with EE_CFG_ENERGY_MODE 0, or take the latency budgets out for this target',
    );
}

const progressIntervalMs = 100;

async function inferAll(job: MlperfBoot, firmware: MlperfUnderTest): Promise<void> {
  const { suite, inputs, boot, recorder, clock, onProgress, seen } = job;
  const total = inputs.length * suite.measure.boots;
  let reportedMs = clock.nowMs();
  for (let vector = 0; vector < inputs.length; vector++) {
    seen.vector = vector;
    const { results, laps } = await inferOnce(firmware, vector);
    recorder.sample({ kind: 'printed', boot, vector, results, ...(laps && readings(laps)) });
    if (clock.nowMs() - reportedMs < progressIntervalMs) continue;
    reportedMs = clock.nowMs();
    onProgress({ done: boot * inputs.length + vector + 1, total });
  }
}

async function inferOnce(firmware: MlperfUnderTest, vector: number): Promise<MlperfAnswer> {
  try {
    await firmware.load(vector);
    return await firmware.dut.infer({ iterations: 1, warmups: 0, ...answerOf(firmware.fit) });
  } catch (error) {
    throw atVector(error, vector);
  }
}

function atVector(error: unknown, vector: number): unknown {
  if (!(error instanceof ProtocolError)) return error;
  const Kind = error.constructor as new (...details: ConstructorParameters<typeof ProtocolError>) => Error;
  return new Kind(error.what, `${error.where}, vector ${vector}`, error.fix, { cause: error });
}
