import { readNamed } from '../files.ts';
import {
  type ModelFacts,
  modelFacts,
  type OperatorFacts,
  type TensorFacts,
  type TwinFacts,
  twinFacts,
} from '../model/facts.ts';
import { readModel, shapeText } from '../model/tflite.ts';
import type { WeightCount } from '../model/zeros.ts';
import { formatQuantity } from '../units.ts';
import { say, sayJson, table } from './say.ts';

/** `tickmark model`: facts about a `.tflite`, and its size against its float twin's. */
export function showModel(path: string, { json, float: twinPath }: { json?: boolean; float?: string }): void {
  const facts = factsOf(path);
  const float = twinPath === undefined ? undefined : twinFacts(facts, factsOf(twinPath), twinPath);
  if (json) sayJson({ ...facts, ...(float && { float }) });
  else say(modelText(facts, float));
}

/** The same for a person, in 100 columns unless shapes are long. */
export function modelText(facts: ModelFacts, float: TwinFacts | undefined): string {
  const { description, inputs, outputs, operators } = facts;
  const ends = [...inputs.map(tensor => endRow('input', tensor)), ...outputs.map(tensor => endRow('output', tensor))];
  return [
    ...(description ? [cut(description, 100), ''] : []),
    table(ends),
    '',
    table([heading, ...operators.map(operatorRow)]),
    '',
    table(sizeRows(facts, float)),
  ].join('\n');
}

function factsOf(path: string): ModelFacts {
  return modelFacts(readModel(readNamed(path), path));
}

function endRow(side: string, { type, shape, name, ...quantized }: TensorFacts): string[] {
  const { scale, zeroPoint } = quantizationText(quantized);
  const quantization = scale ? [`scale ${scale}`, `zero point ${zeroPoint}`] : [];
  return [side, `${type} ${shapeText(shape)}`, ...quantization, cut(name, 40)];
}

const heading = [
  '#',
  'operator',
  'output',
  'scale',
  'zero',
  rightOf('MACs', 10),
  rightOf('weights', 9),
  rightOf('zeros', 7),
];

function operatorRow({ index, name, outputs, macs, weightBytes, ...count }: OperatorFacts): (string | number)[] {
  const [first, ...others] = outputs;
  const { scale, zeroPoint } = quantizationText(first ?? {});
  const shape = first ? `${first.type} ${shapeText(first.shape)}` : '';
  return [
    index,
    cut(name, longestName),
    others.length > 0 ? `${shape} ×${outputs.length}` : shape,
    scale,
    rightOf(zeroPoint, 4),
    rightOf(macs > 0 ? macs.toLocaleString('en') : '', 10),
    rightOf(weightBytes > 0 ? formatQuantity(weightBytes, 'B') : '', 9),
    rightOf(zeroText(count), 7),
  ];
}

/** RESIZE_NEAREST_NEIGHBOR; a custom operator may have any name. */
const longestName = 23;

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

function rightOf(text: string, width: number): string {
  return text.padStart(width);
}

/** Empty for what is not quantized; the first channel's where each has its own, which is said of no activation. */
function quantizationText({ scales, zeroPoints }: Pick<TensorFacts, 'scales' | 'zeroPoints'>) {
  const [scale] = scales ?? [];
  const [zeroPoint = 0] = zeroPoints ?? [];
  return scale === undefined
    ? { scale: '', zeroPoint: '' }
    : { scale: String(Number(scale.toPrecision(4))), zeroPoint: String(zeroPoint) };
}

function zeroText({ weightElements, zeroWeights }: WeightCount): string {
  return weightElements === 0 ? '' : `${((100 * zeroWeights) / weightElements).toFixed(2)} %`;
}

function sizeRows(facts: ModelFacts, float: TwinFacts | undefined): string[][] {
  const { fileBytes, weightBytes, weightElements, macs, arenaEstimateBytes } = facts;
  const weights = [
    ...(float ? [shareText(float.weightShare, float.weightBytes)] : []),
    ...(weightElements > 0 ? [`${weightElements.toLocaleString('en')} weights, ${zeroText(facts)} of them 0`] : []),
  ];
  return [
    ['file', formatQuantity(fileBytes, 'B'), float ? shareText(float.fileShare, float.fileBytes) : ''],
    ['weights', formatQuantity(weightBytes, 'B'), weights.join('; ')],
    ['MACs', macs.toLocaleString('en'), 'an inference'],
    [
      'arena',
      `≈ ${formatQuantity(arenaEstimateBytes, 'B')}`,
      'an estimate for TFLM’s reference kernels, not a measurement',
    ],
  ];
}

function shareText(share: number, twinBytes: number): string {
  return `${(100 * share).toFixed(1)} % of the float twin’s ${formatQuantity(twinBytes, 'B')}`;
}
