import { InputError } from '../errors.ts';
import { bringUp } from '../measure/session.ts';
import { elementCount, type Model } from '../model/tflite.ts';
import type { Dut, DutIdentity, DutStats } from '../protocol/port.ts';
import { protocolFor, targetFor } from '../runner/adapters.ts';
import { type CaseInputs, loadCaseInputs } from '../runner/case-inputs.ts';
import { readImage } from '../runner/image.ts';
import type { Chosen } from '../runner/select.ts';
import type { Board } from '../suite/board.ts';
import type { Suite } from '../suite/suite.ts';
import { type Basis, latencyUnits, ticksToLatency } from '../units.ts';
import { encoderOf } from '../vectors/encode.ts';
import type { Vectors } from '../vectors/vectors.ts';
import { classify } from '../verdict/classify.ts';
import { openGolden } from '../verdict/reference.ts';
import { partsOf, type TensorSpec, valuesOf } from '../verdict/tensor.ts';

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
  readonly latency: { readonly value: number; readonly unit: 'µs' | 'cycles' | 'instructions'; readonly basis: Basis };
  /** The output tensors. */
  readonly outputs: readonly TensorSpec[];
}

/** A DUT that has proved its build and the suite's model. Every test starts on a model prepared afresh, so that none sees another's state. */
export interface DutUnderTest {
  readonly suite: Suite;
  readonly board: Board;
  readonly identity: DutIdentity;
  /** The suite's vectors, as the DUT gets them, with their labels. */
  readonly vectors: Vectors;
  /**
   * One measured inference of a vector of the suite by its number, of the real values of the model's one input [elements] (quantized as a
   * suite's are), or of the bytes of all input tensors. Throws InputError for what does not fit, FirmwareFault and the like for the rest.
   */
  infer(input: number | readonly number[] | Float32Array | Uint8Array): Promise<TestedInference>;
  /** Arena and stack used so far, in bytes, and their reserves. */
  stats(): Promise<DutStats>;
}

/** A DUT that is up, for as long as a worker lives. */
export interface OpenDut extends AsyncDisposable {
  /** Prepares the model afresh, on the DUT and on the host, for one test. */
  begin(): Promise<DutUnderTest>;
}

/** Opens a suite's target, with the firmware on it identified and the model proved. */
export async function openDut({ suite, board }: Chosen, signal: AbortSignal): Promise<OpenDut> {
  const inputs = loadCaseInputs(suite);
  const [target, protocol, image] = [
    await targetFor(board),
    await protocolFor(board),
    readImage({ suite, board }, inputs),
  ];
  const link = await target.open(image.path, signal);
  const setup = { target, protocol, image, model: inputs.model };
  try {
    const dut = await bringUp(setup, link, signal);
    return {
      async begin() {
        await dut.prepare(inputs.model.length);
        return dutUnderTest({ suite, board, inputs, dut });
      },
      [Symbol.asyncDispose]: () => link[Symbol.asyncDispose](),
    };
  } catch (error) {
    await link[Symbol.asyncDispose]();
    throw error;
  }
}

interface Parts {
  readonly suite: Suite;
  readonly board: Board;
  readonly inputs: CaseInputs;
  readonly dut: Dut;
}

function dutUnderTest({ suite, board, inputs: { parsed, vectors }, dut }: Parts): DutUnderTest {
  const golden = openGolden(parsed, suite.model.file);
  const { outputs } = golden;
  return {
    suite,
    board,
    identity: dut.identity,
    vectors,
    stats: () => dut.stats(),
    async infer(given) {
      const input = inputBytes(given, vectors, parsed);
      const { ticks, output } = await dut.infer(input);
      const values = outputs[0] ? valuesOf(partsOf(output, outputs)[0] ?? output, outputs[0]) : [];
      return {
        input,
        output,
        golden: golden.infer(input),
        values,
        class: classify(suite.task, values),
        ticks,
        latency: {
          value: ticksToLatency(ticks, board.basis, { tickHz: dut.identity.tickHz, clockHz: board.clockHz }),
          unit: latencyUnits[board.basis],
          basis: board.basis,
        },
        outputs,
      };
    },
  };
}

function inputBytes(given: Parameters<DutUnderTest['infer']>[0], vectors: Vectors, model: Model): Uint8Array {
  if (typeof given === 'number') return vectorAt(given, vectors);
  const bytes = given instanceof Uint8Array ? given : encoded(given, model);
  const wanted = vectors.inputs[0]?.length ?? bytes.length;
  if (bytes.length === wanted) return bytes;
  throw new InputError(
    `${bytes.length} bytes of input, and the model takes ${wanted}`,
    'dut.infer',
    'give all of them',
  );
}

function vectorAt(index: number, { inputs, count }: Vectors): Uint8Array {
  const vector = inputs[index];
  if (vector) return vector;
  throw fail(`there is no vector ${index}`, `name one from 0 to ${count - 1}`);
}

function encoded(values: readonly number[] | Float32Array, { tensors, inputs }: Model): Uint8Array {
  const [tensor] = inputs.map(index => tensors[index]);
  if (!tensor || inputs.length > 1)
    throw fail(`the model has ${inputs.length} inputs`, 'give the bytes of all of them, end to end');
  const elements = elementCount(tensor.shape);
  if (values.length !== elements)
    throw fail(`${values.length} values, and the model's input has ${elements}`, 'give one value an element');
  return encoderOf(tensor, fail).encode(Float64Array.from(values), 0, fail);
}

function fail(what: string, fix: string): InputError {
  return new InputError(what, 'dut.infer', fix);
}
