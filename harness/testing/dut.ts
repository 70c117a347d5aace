import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { located } from '../measure/locate.ts';
import { agentImage } from '../measure/session.ts';
import type { Dut, DutIdentity, DutStats } from '../protocol/port.ts';
import { agentProtocol, targetFor } from '../runner/adapters.ts';
import { loadCaseInputs } from '../runner/case-inputs.ts';
import { readImage } from '../runner/image.ts';
import { imageToRun } from '../runner/image-with-model.ts';
import { expectedOf } from '../runner/measure-case.ts';
import type { Board } from '../suite/board.ts';
import type { Suite } from '../suite/suite.ts';
import { type Basis, latencyUnits, ticksToLatency } from '../units.ts';
import type { Vectors } from '../vectors/vectors.ts';
import { classify } from '../verdict/classify.ts';
import { openGolden } from '../verdict/reference.ts';
import { partsOf, type TensorSpec, valuesOf } from '../verdict/tensor.ts';
import { boardsOfTests } from './boards.ts';
import type { ChosenModel } from './choice.ts';
import { inTurn, type Turn } from './in-turn.ts';
import { type GivenInput, inputBytes } from './input.ts';
import { type Bench, openLink } from './open-link.ts';

/** One inference that the DUT made, and what the golden says to the same input. */
export interface TestedInference {
  /** Bytes of all input tensors, end to end. */
  readonly input: Uint8Array;
  /** Bytes of all output tensors, end to end. */
  readonly output: Uint8Array;
  /** What TFLM's reference kernels give, by the host's golden interpreter: bytes of all output tensors, end to end. */
  readonly golden: Uint8Array;
  /** The first output's real values. */
  readonly values: readonly number[];
  /** The class that the suite's task makes of them: the index of the largest, or whether the score is above the threshold. */
  readonly class: number;
  readonly ticks: number;
  /** Bytes from the host arrived in the window, or may have where the firmware cannot tell: `ticks` may be too many. */
  readonly isDisturbed?: true;
  readonly latency: { readonly value: number; readonly unit: 'µs' | 'cycles' | 'instructions'; readonly basis: Basis };
  /** The output tensors. */
  readonly outputs: readonly TensorSpec[];
}

/** A DUT that has proved its build and the suite's model. Every test starts on a model prepared afresh, so that none sees another's state. */
export interface DutUnderTest {
  readonly suite: Suite;
  readonly board: Board;
  readonly identity: DutIdentity;
  /** The suite's vectors, as the DUT gets them, with their labels: this test's own copy. */
  readonly vectors: Vectors;
  /**
   * One measured inference of a vector of the suite by its number, of the real values of the model's one input [elements] (quantized as a
   * suite's are), or of codes: the bytes of all input tensors. Calls are made one after the other, in their order, awaited or not. Throws
   * InputError for what does not fit, FirmwareFault and the like for the rest.
   */
  infer(input: GivenInput): Promise<TestedInference>;
  /** Arena and stack used so far, in bytes, and their reserves. */
  stats(): Promise<DutStats>;
}

/** A DUT that is up, for as long as a worker lives. */
export interface OpenDut extends AsyncDisposable {
  /** Prepares the model afresh, on the DUT and on the host, for one test. A DUT that the test before has lost is brought up again. */
  begin(): Promise<DutUnderTest>;
}

/** Opens a suite's target, with the firmware on it identified and the model proved. What goes on when `signal` aborts rejects with its reason. */
export async function openDut(chosen: ChosenModel, signal: AbortSignal): Promise<OpenDut> {
  const folder = await mkdtemp(join(tmpdir(), 'tickmark-images-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const bench = await benchFor(chosen, folder, signal);
    const rig = await boardsOfTests.rigFor(chosen, signal);
    const opened = await dutOn({ ...bench, ...(rig && { rig }) }, signal);
    return {
      ...opened,
      async [Symbol.asyncDispose]() {
        await opened[Symbol.asyncDispose]();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** What a suite's target is brought up with, as in a run: for a board of silicon an image with the model in it, as a file in `folder`. */
export async function benchFor(
  { suite, board }: Pick<ChosenModel, 'suite' | 'board'>,
  folder: string,
  signal: AbortSignal,
): Promise<Bench> {
  const inputs = loadCaseInputs(suite);
  const { model } = inputs;
  const [target, protocol] = [await targetFor(board, signal), await agentProtocol(board)];
  const image = agentImage(readImage({ suite, board }, inputs), board.name);
  const run = agentImage(imageToRun({ board }, { image, model }, folder), board.name);
  return { suite, board, inputs, setup: { target, protocol, image: run, model, expected: expectedOf(board) } };
}

/** The same, on any target. */
export async function dutOn(bench: Bench, signal: AbortSignal): Promise<OpenDut> {
  const turn = inTurn();
  let up = await openLink(bench, signal);
  let isLost = false;

  const guarded: Turn = work =>
    turn(async () => {
      try {
        return await work();
      } catch (error) {
        isLost = true; // a test may have expected it: then the next one must not meet it
        throw located(error, bench.setup.image.functionAt);
      }
    });
  const prepare = async (): Promise<Dut> => {
    if (isLost) {
      await up[Symbol.asyncDispose]();
      up = await openLink(bench, signal);
      isLost = false;
    }
    await up.dut.prepare(bench.inputs.model.length);
    return up.dut;
  };
  return {
    begin: async () => dutUnderTest(bench, await guarded(prepare), guarded),
    [Symbol.asyncDispose]: () => up[Symbol.asyncDispose](),
  };
}

function dutUnderTest({ suite, board, inputs: { parsed, vectors } }: Bench, dut: Dut, turn: Turn): DutUnderTest {
  const golden = openGolden(parsed, suite.model.file);
  const { outputs } = golden;
  const rates = { tickHz: dut.identity.tickHz, clockHz: board.clockHz };
  return {
    suite,
    board,
    identity: dut.identity,
    vectors: { ...vectors, inputs: vectors.inputs.map(input => input.slice()) },
    stats: () => turn(() => dut.stats()),
    async infer(given) {
      const input = inputBytes(given, vectors, parsed); // before its turn: what was given may be written to
      return turn(async () => {
        const inference = await dut.infer(input);
        const values = firstValues(inference.output, outputs);
        return {
          ...inference,
          input,
          golden: golden.infer(input),
          values,
          class: classify(suite.task, values),
          latency: {
            value: ticksToLatency(inference.ticks, board.basis, rates),
            unit: latencyUnits[board.basis],
            basis: board.basis,
          },
          outputs,
        };
      });
    },
  };
}

function firstValues(output: Uint8Array, outputs: readonly TensorSpec[]): readonly number[] {
  const [part = output] = partsOf(output, outputs);
  return outputs[0] ? valuesOf(part, outputs[0]) : [];
}
