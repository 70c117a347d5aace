import { elementCount, shapeText, type Tensor } from '../model/tflite.ts';
import { Misfit } from '../suite/misfit.ts';
import type { Suite, Task } from '../suite/suite.ts';
import { realRange, shownReal } from './range.ts';

/** Checks that the first output can mean what the task says. Throws InputError at the line of the suite. */
export function checkTask(suite: Suite, inputs: readonly Tensor[], [output]: readonly Tensor[]): void {
  const { task } = suite;
  if (!output) throw new Misfit(suite, ['model', 'file'], 'the model has no output');
  const misfit = (key: string, what: string) => new Misfit(suite, ['task', key], what);
  const elements = elementCount(output.shape);
  const found = `the model's output ${shapeText(output.shape)} has ${elements} values`;

  switch (task.kind) {
    case 'classification':
      if (task.classes && task.classes.length !== elements)
        throw misfit('classes', `${task.classes.length} classes are named, and ${found}`);
      break;
    case 'binary':
      if (elements !== 1) throw misfit('kind', `a binary task judges one score, and ${found}`);
      checkThreshold(task.threshold, output, misfit);
      break;
    case 'regression':
      if (!isReal(output))
        throw misfit(
          'kind',
          `a regression judges real values, and the model's output is ${output.type} without a scale`,
        );
      break;
    case 'anomaly':
      checkAnomaly(task, inputs, output, misfit);
  }
}

type TaskMisfit = (key: string, what: string) => Misfit;

function checkAnomaly(
  { score, threshold }: Extract<Task, { kind: 'anomaly' }>,
  inputs: readonly Tensor[],
  output: Tensor,
  misfit: TaskMisfit,
): void {
  const made = shapeText(output.shape);
  const elements = elementCount(output.shape);
  if (score === 'output') {
    const what = `the one output is the score, and the model's output ${made} has ${elements} values`;
    if (elements !== 1) throw misfit('score', what);
    if (threshold !== undefined) checkThreshold(threshold, output, misfit);
    return;
  }
  const shapes = inputs.map(({ shape }) => shapeText(shape)).join(' and ');
  if (inputs.length !== 1 || elementCount(inputs[0]?.shape ?? []) !== elements) {
    const what = `a reconstruction has the elements of its one input, and the model makes ${made} of ${shapes}`;
    throw misfit('score', `${what}: write score: output, or name an autoencoder`);
  }
  if (threshold !== undefined && threshold < 0) {
    const what = `the threshold ${threshold} tells nothing apart: a mean squared difference is never below 0`;
    throw misfit('threshold', what);
  }
}

/** Whether a tensor's elements stand for real values. */
function isReal({ type, quantization }: Tensor): boolean {
  return type === 'float32' || (quantization?.scales.length ?? 0) > 0;
}

/** A threshold beyond what the output's codes can say would give one class for ever. */
function checkThreshold(threshold: number, { type, quantization }: Tensor, misfit: TaskMisfit): void {
  const [scale] = quantization?.scales ?? [];
  const [zeroPoint = 0] = quantization?.zeroPoints ?? [];
  const range = scale === undefined ? undefined : realRange(type, { scale, zeroPoint });
  if (!range) return;
  const [low, high] = range;
  if (threshold >= low && threshold < high) return;
  const scores = `${type} scores lie from ${shownReal(low)} to ${shownReal(high)}`;
  const what = `the threshold ${threshold} tells nothing apart: the model's ${scores}`;
  throw misfit('threshold', what);
}
