import { WrongFirmware } from '../errors.ts';
import { elementCount, type Model, type Tensor } from '../model/tflite.ts';
import type { MlperfIdentity } from '../protocol/port.ts';

/** How firmware takes inputs. `codes`: as the model's tensor has them. `pixels`: uint8, which it makes int8. `floats`: real values, which it quantizes. */
type Form = 'codes' | 'pixels' | 'floats';

interface Benchmark {
  readonly inputBytes: number;
  readonly results: number;
  readonly form: Form;
  /** What it prints is no output of the model, but a score that it has computed from it. */
  readonly isScore?: true;
}

/** MLPerf Tiny: benchmark/training/* and the datasets of eembc/energyrunner. */
const benchmarks: Readonly<Record<string, Benchmark>> = {
  ad01: { inputBytes: 2560, results: 1, form: 'floats', isScore: true },
  ic01: { inputBytes: 3072, results: 10, form: 'pixels' },
  ic02: { inputBytes: 3072, results: 10, form: 'pixels' },
  kws01: { inputBytes: 490, results: 12, form: 'codes' },
  vww01: { inputBytes: 27_648, results: 2, form: 'pixels' },
};

/** What a firmware is asked, by the model that it says to have. */
export interface MlperfFit {
  /** How many values it prints. */
  readonly results: number;
  /** Whether each value has one digit before the point, and no sign: then no loss of one goes unseen. */
  readonly isPlain: boolean;
  /** Whether it takes float32 values, and quantizes them itself. */
  readonly takesReals: boolean;
  /** The bytes that it takes for the bytes of the model's input tensor, or for the values where it takes those. */
  encode(input: Uint8Array): Uint8Array;
}

/** Who has to answer: the suite's model, and the id that the suite names for it where it does. */
export interface MlperfWanted {
  readonly model: Model;
  readonly modelId?: string;
  readonly target: string;
}

/**
 * Holds what the firmware says against the suite, before anything is sent: by the model's id where the suite names it, and by the shape that
 * goes with an id of MLPerf Tiny. Throws WrongFirmware with both where they differ.
 */
export function fitFirmware({ modelId }: Pick<MlperfIdentity, 'modelId'>, wanted: MlperfWanted): MlperfFit {
  const [input, output] = [tensorOf(wanted.model, 'inputs'), tensorOf(wanted.model, 'outputs')];
  if (wanted.modelId !== undefined && wanted.modelId !== modelId)
    throw misfit(wanted, `the firmware's model is "${modelId}", the suite wants "${wanted.modelId}"`);
  const benchmark = benchmarks[modelId];
  if (!benchmark && wanted.modelId === undefined)
    throw misfit(
      wanted,
      `the firmware's model is "${modelId}", which is none of ${Object.keys(benchmarks).join(', ')}`,
      modelId,
    );

  const elements = elementCount(input.shape);
  const { form, isScore, ...shape } = benchmark ?? {
    inputBytes: elements * bytesOf(input),
    results: elementCount(output.shape),
    form: 'codes',
  };
  const given = {
    inputBytes: form === 'floats' ? elements * 4 : elements * bytesOf(input),
    results: isScore ? 1 : elementCount(output.shape),
  };
  if (given.inputBytes !== shape.inputBytes || given.results !== shape.results)
    throw misfit(wanted, `the firmware's model is "${modelId}" (${textOf(shape)}), the suite's has ${textOf(given)}`);
  return {
    results: shape.results,
    isPlain: !isScore && isPlain(output),
    takesReals: form === 'floats',
    encode: encoderOf(form, input),
  };
}

function tensorOf(model: Model, side: 'inputs' | 'outputs'): Tensor {
  const [index = -1] = model[side];
  const tensor = model.tensors[index];
  if (!tensor) throw new RangeError(`a model without ${side} was let through`);
  return tensor;
}

function misfit({ target }: MlperfWanted, what: string, modelId?: string): WrongFirmware {
  const fix =
    modelId === undefined
      ? "flash the firmware of the suite's model, or name its suite"
      : `if it is the suite's model, say so: firmware: { ${target}: { modelId: ${modelId} } }`;
  return new WrongFirmware(what, target, fix);
}

function textOf({ inputBytes, results }: Pick<Benchmark, 'inputBytes' | 'results'>): string {
  return `${inputBytes} input bytes, ${results} ${results === 1 ? 'result' : 'results'}`;
}

function bytesOf({ type }: Tensor): number {
  return type === 'float32' || type === 'int32' ? 4 : type === 'int16' ? 2 : 1;
}

function isPlain({ type, quantization }: Tensor): boolean {
  const { scales: [scale] = [], zeroPoints: [zeroPoint = 0] = [] } = quantization ?? {};
  if (scale === undefined || (type !== 'int8' && type !== 'uint8')) return false;
  const [least, most] = type === 'int8' ? [-128, 127] : [0, 255];
  return (least - zeroPoint) * scale >= 0 && (most - zeroPoint) * scale < 10;
}

/** The reference firmware takes 128 of each pixel (vww, ic: submitter_implemented.cpp). */
function encoderOf(form: Form, input: Tensor): MlperfFit['encode'] {
  return form === 'pixels' && input.type === 'int8' ? codes => codes.map(code => code ^ 0x80) : codes => codes;
}
