import { readNamed } from '../files.ts';
import { type ModelFacts, modelFacts, type OperatorFacts, type TensorFacts } from '../model/facts.ts';
import { readModel } from '../model/tflite.ts';
import { formatQuantity } from '../units.ts';
import { say, table } from './say.ts';

/** `tickmark model`: facts about a `.tflite`. */
export function showModel(path: string, { json }: { json?: boolean }): void {
  const facts = modelFacts(readModel(readNamed(path), path));
  say(json ? JSON.stringify(facts, null, 2) : asText(facts).join('\n'));
}

function asText(facts: ModelFacts): string[] {
  const { description, inputs, outputs, operators } = facts;
  return [
    ...(description ? [description, ''] : []),
    ...inputs.map(tensor => `input    ${tensorText(tensor)}`),
    ...outputs.map(tensor => `output   ${tensorText(tensor)}`),
    '',
    table([heading, ...operators.map(operatorRow)]),
    '',
    ...sizes(facts),
  ];
}

const heading = ['#', 'operator', 'output', 'MACs', 'weight bytes'];

function operatorRow({ index, name, version, outputs, macs, weightBytes }: OperatorFacts): (string | number)[] {
  const shapes = outputs.map(({ type, shape }) => `${type} [${shape.join(', ')}]`).join(' ');
  return [index, `${name} v${version}`, shapes, macs, weightBytes];
}

function sizes({
  fileBytes,
  weightBytes,
  zeroWeights,
  weightElements,
  macs,
  arenaEstimateBytes,
}: ModelFacts): string[] {
  const zeroShare = weightElements === 0 ? 0 : (100 * zeroWeights) / weightElements;
  return [
    `file     ${formatQuantity(fileBytes, 'B')}`,
    `weights  ${formatQuantity(weightBytes, 'B')}, ${zeroShare.toFixed(2)} % of them zero`,
    `MACs     ${macs.toLocaleString('en')} an inference`,
    `arena    about ${formatQuantity(arenaEstimateBytes, 'B')} under TFLM: an estimate, not a measurement`,
  ];
}

function tensorText({ name, type, shape, scales, zeroPoints }: TensorFacts): string {
  const [scale] = scales ?? [];
  const quantized = scale === undefined ? '' : `, scale ${scale}, zero point ${zeroPoints?.[0] ?? 0}`;
  return `${type} [${shape.join(', ')}]${quantized}  ${name}`;
}
