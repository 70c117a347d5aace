import { stringify } from 'yaml';
import { elementCount, type Tensor } from '../model/tflite.ts';
import { type Basis, formatQuantity, latencyUnits } from '../units.ts';
import { isDtype, writeNpy } from '../vectors/formats/npy.ts';
import type { Candidate } from './candidates.ts';

/** Firmware of the repository on a target that can run it. */
export interface OwnFirmware {
  readonly target: string;
  /** Relative to the repository. */
  readonly path: string;
  readonly hasAgent: boolean;
}

/** A file to write, relative to the suite's folder. */
export interface ScaffoldFile {
  readonly name: string;
  readonly content: string | Uint8Array;
}

export interface Surroundings {
  /** From the suite's folder to the repository: `../..`. */
  readonly up: string;
  readonly target: string;
  /** What the target's ticks count. */
  readonly basis: Basis;
  /** Other targets that could run it here. */
  readonly others: readonly string[];
  /** One a target. */
  readonly firmware: readonly OwnFirmware[];
  /** From the suite's folder to the schema, where the package is installed in the repository. */
  readonly schema?: string;
}

const vectors = 20;
const latencyExamples = { µs: '12 ms', cycles: '1 Mcycles', instructions: '1 Minstructions' };

/** The files of a suite that runs as it is: pseudo-random inputs, bit-exactness, and an arena with room to spare. */
export function scaffold(candidate: Candidate, around: Surroundings): readonly ScaffoldFile[] {
  const tensors = candidate.model.inputs.flatMap(index => candidate.model.tensors[index] ?? []);
  const inputs = inputsFor(tensors);
  return [
    ...(candidate.path === undefined ? [{ name: 'model.tflite', content: candidate.bytes }] : []),
    inputs,
    { name: 'suite.yaml', content: suiteText(candidate, around, inputs.name) },
  ];
}

function suiteText(candidate: Candidate, around: Surroundings, inputs: string): string {
  const { name, path, float, arenaEstimateBytes } = candidate;
  const { up, target, basis, others, schema } = around;
  const file = path === undefined ? 'model.tflite' : quoted(`${up}/${path}`);
  const twin = float ? `, float: ${quoted(`${up}/${float.path}`)}` : '';
  const arena = formatQuantity(Math.ceil((1.5 * arenaEstimateBytes) / 1024) * 1024, 'B', 0);
  return `${schema === undefined ? '' : `# yaml-language-server: $schema=${schema}\n`}# It runs as it is: tickmark run ${name}
suite: ${stringify(name).trim()}
model: { file: ${file}${twin} }

# ${vectors} pseudo-random inputs: enough to see that every output is TFLM's to the bit, and what an inference costs. Put real ones in their
# place, with labels and a task, and accuracy is judged too:
#   vectors: { inputs: recordings/, labels: labels.csv }
#   task: { kind: classification }
vectors: { inputs: ${inputs} }

targets: [${target}]${others.length > 0 ? ` # also here: ${others.join(', ')}` : ''}
${firmwareLine(around)}
budgets:
  golden: { maxDiffLsb: 0 }
  memory: { arena: "<= ${arena}" } # one and a half times an estimate: tighten it to what the first run measures
${float ? '  # accuracy: { lossVsFloat: "<= 1 pp" } # with labels\n' : ''}  # latency: { ${basis}: { p50: "<= ${latencyExamples[latencyUnits[basis]]}" } } # the first run says what it takes
`;
}

/** What would make a run take the repository's own firmware; nothing where no target can run any. */
function firmwareLine({ firmware, up, target }: Surroundings): string {
  if (firmware.length === 0) return '';
  const entries = firmware.map(own => `${own.target}: ${quoted(`${up}/${own.path}`)}`);
  const strays = firmware.filter(own => own.target !== target).map(own => own.target);
  const why = [
    'your own firmware instead of the reference firmware',
    ...(firmware.every(({ hasAgent }) => hasAgent) ? [] : ['once the agent is linked into it']),
    ...(strays.length === 0 ? [] : [`with ${strays.join(' and ')} among the targets`]),
  ];
  return `# firmware: { ${entries.join(', ')} } # ${why.join(', ')}\n`;
}

/** Codes over the whole range of the input's type; several inputs go into a .bin, end to end. */
function inputsFor(tensors: readonly Tensor[]): ScaffoldFile & { readonly name: string } {
  const random = generator(1);
  const [tensor] = tensors;
  const bytes = tensors.reduce((sum, { type, shape }) => sum + elementCount(shape) * (type === 'int16' ? 2 : 1), 0);
  const data = Uint8Array.from({ length: bytes * vectors }, () => random() >>> 24);
  if (!tensor || tensors.length > 1 || !isDtype(tensor.type)) return { name: 'inputs.bin', content: data };
  const shape = tensor.shape[0] === 1 ? tensor.shape.slice(1) : tensor.shape;
  return { name: 'inputs.npy', content: writeNpy({ dtype: tensor.type, shape: [vectors, ...shape], data }) };
}

/** Marsaglia's xorshift (2003), 32 bits: the same inputs for the same model, on every machine. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state;
  };
}

/** A path as YAML takes it in a flow map, whatever it has in it. */
function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : JSON.stringify(path);
}
