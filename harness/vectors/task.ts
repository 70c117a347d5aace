import { codeRange } from '../model/quantize.ts';
import { elementCount, shapeText, type Tensor } from '../model/tflite.ts';
import { Misfit } from '../suite/misfit.ts';
import type { Suite } from '../suite/suite.ts';

/** Checks that the first output can mean what the task says. Throws InputError at the line of the suite. */
export function checkTask(suite: Suite, [output]: readonly Tensor[]): void {
  const { task } = suite;
  if (!output) throw new Misfit(suite, ['model', 'file'], 'the model has no output');
  const elements = elementCount(output.shape);

  if (task.kind === 'binary') {
    if (elements !== 1) {
      const what = `a binary task judges one score, and the model's output ${shapeText(output.shape)} has ${elements} values`;
      throw new Misfit(suite, ['task', 'kind'], what);
    }
    checkThreshold(suite, task.threshold, output);
  } else if (task.kind === 'classification' && task.classes && task.classes.length !== elements) {
    const what = `${task.classes.length} classes are named, and the model's output ${shapeText(output.shape)} has ${elements} values`;
    throw new Misfit(suite, ['task', 'classes'], what);
  }
}

/** A threshold beyond what the output's codes can say would give one class for ever. */
function checkThreshold(suite: Suite, threshold: number, { type, quantization }: Tensor): void {
  const range = codeRange[type];
  const [scale] = quantization?.scales ?? [];
  const [zeroPoint = 0] = quantization?.zeroPoints ?? [];
  if (!range || scale === undefined) return;
  const [low, high] = range.map(code => (code - zeroPoint) * scale);
  if (low === undefined || high === undefined || (threshold >= low && threshold < high)) return;
  const what = `the threshold ${threshold} tells nothing apart: the model's ${type} scores lie from ${shown(low)} to ${shown(high)}`;
  throw new Misfit(suite, ['task', 'threshold'], what);
}

function shown(value: number): string {
  return String(Number(value.toPrecision(4)));
}
