import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { dataDir, noData } from '../../fixtures/data.ts';
import { aRecording, aSuite, someEvidence } from '../../fixtures/recordings.ts';
import { readModel } from '../../model/tflite.ts';
import type { Task } from '../../suite/suite.ts';
import type { Truth } from '../../suite/truth.ts';
import { judgeCase } from '../judge.ts';
import { computeReference } from '../reference.ts';
import type { Metrics } from '../result.ts';

describe.skipIf(!dataDir)(`real models (${dataDir ?? noData})`, () => {
  test('keyword spotting: top-k and the shares of each class are those that numpy counts', () => {
    const names = ['Down', 'Go', 'Left', 'No', 'Off', 'On', 'Right', 'Stop', 'Up', 'Yes', 'Silence', 'Unknown'];
    const { accuracy } = metricsOf({
      files: {
        model: 'kws01/kws_ref_model.tflite',
        float: 'kws01/kws_ref_model_float32.tflite',
        inputs: 'kws01/inputs.i8.bin',
        outputs: 'kws01/expected.i8.bin',
      },
      vectors: 200,
      task: { kind: 'classification', classes: names },
      truth: { labels: keywordLabels() },
    });
    expect(accuracy).toMatchObject({ correct: 183, goldenTop1: 91.5, floatTop1: 91.5, lossVsFloatPp: 0 });
    expect(accuracy?.topK).toEqual({ '1': 91.5, '2': 98, '3': 98.5, '4': 99, '5': 99 });
    expect(accuracy?.perClass.map(({ support, predicted }) => [support, predicted])).toEqual(keywordCounts);
    expect(accuracy?.perClass.map(({ precision }) => precision)).toEqual(closeTo(keywordPrecisions));
    expect(accuracy?.perClass.map(({ recall }) => recall)).toEqual(closeTo(keywordRecalls));
  });

  test('anomaly detection: the scores of random windows are the mean squared differences that numpy computes', () => {
    const { anomaly } = metricsOf({
      files: {
        model: 'golden/ad01_int8.tflite',
        inputs: 'golden/ad01_int8.in.bin',
        outputs: 'golden/ad01_int8.out.bin',
      },
      vectors: 20,
      task: { kind: 'anomaly', score: 'reconstruction' },
      truth: { labels: Array.from({ length: 20 }, (_, vector) => vector % 2) },
    });
    expect(anomaly?.scores.map(({ score }) => score)).toEqual(closeTo(windowScores));
  });
});

/** [of it, taken for it] by class; precisions and recalls in percent: numpy 2.4, from expected.i8.bin and labels.csv. */
const keywordCounts = [
  [12, 10],
  [12, 11],
  [21, 23],
  [21, 17],
  [13, 13],
  [21, 20],
  [16, 14],
  [19, 19],
  [15, 14],
  [19, 17],
  [15, 15],
  [16, 27],
];
const keywordPrecisions = [100, 90.909_09, 86.956_52, 94.117_65, 100, 100, 100, 100, 100, 94.117_65, 100, 59.259_26];
const keywordRecalls = [
  83.333_33, 83.333_33, 95.238_1, 76.190_48, 100, 95.238_1, 87.5, 100, 93.333_33, 84.210_53, 100, 100,
];

/** ((input − 89) × 0.39101523 − (output − 96) × 0.36449847)², the mean over 640 elements of each window. */
const windowScores = [
  913.626_629, 922.056_47, 901.510_502, 886.598_564, 895.124_883, 813.712_028, 875.575_717, 881.141_798, 906.293_431,
  838.372_479, 855.147_157, 864.669_533, 786.180_793, 810.908_596, 830.986_033, 884.131_462, 855.941_718, 926.781_858,
  856.702_744, 867.705_812,
];

interface RealCase {
  /** Below the folder of real data; `outputs` are what TFLM gives, and so what a right DUT answers. */
  readonly files: {
    readonly model: string;
    readonly float?: string;
    readonly inputs: string;
    readonly outputs: string;
  };
  readonly vectors: number;
  readonly task: Task;
  readonly truth: Truth;
}

function metricsOf({ files, vectors, task, truth }: RealCase): Metrics {
  const inputs = pieces(files.inputs, vectors);
  const samples = pieces(files.outputs, vectors).map((output, vector) => ({
    kind: 'inference' as const,
    boot: 0,
    vector,
    ticks: 1000,
    output: Buffer.from(output).toString('base64'),
  }));
  const manifest = { vectors: { count: vectors, sha256: 'b'.repeat(64) } };
  const float = files.float === undefined ? undefined : readModel(data(files.float), files.float);
  return judgeCase(
    someEvidence({
      suite: aSuite({ task, budgets: [] }),
      recording: aRecording({ manifest, samples }),
      reference: computeReference(readModel(data(files.model), files.model), float, inputs),
      truth,
      inputs,
    }),
  ).metrics;
}

function data(name: string): Uint8Array {
  return readFileSync(join(dataDir ?? '', name));
}

function pieces(name: string, count: number): readonly Uint8Array[] {
  const bytes = data(name);
  const size = bytes.length / count;
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
}

function keywordLabels(): readonly number[] {
  const [, ...lines] = new TextDecoder().decode(data('kws01/labels.csv')).trim().split('\n');
  return lines.map(line => Number(line.split(',')[2]));
}

function closeTo(values: readonly number[]): readonly unknown[] {
  return values.map(value => expect.closeTo(value, 4));
}
