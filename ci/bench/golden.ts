// The golden interpreter: an inference on the host.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Bench } from 'tinybench';
import { dataDir, noData } from '../../harness/fixtures/data.ts';
import { createInterpreter } from '../../harness/model/interpreter.ts';
import { readModel } from '../../harness/model/tflite.ts';
import { promised, row, skipped } from './rows.ts';

const limits = { goldenKwsMs: 8 };

export async function benchGolden(): Promise<void> {
  const kws = dataDir && join(dataDir, 'kws01/kws_ref_model.tflite');
  const what = 'golden, KWS, one inference';
  if (kws && existsSync(kws)) {
    const ms = await goldenMs(kws);
    promised(what, `${ms.toFixed(2)} ms`, ms / limits.goldenKwsMs);
  } else skipped(what, noData);
  for (const model of ['suites/vibration-anomaly/anomaly_int8.tflite', 'suites/fashion/fashion_int8.tflite'])
    row(`golden, ${model.split('/')[1]}, one inference`, `${(await goldenMs(model)).toFixed(3)} ms`);
}

async function goldenMs(modelPath: string): Promise<number> {
  const interpreter = createInterpreter(readModel(readFileSync(modelPath), modelPath), modelPath);
  const input = interpreter.inputs.map(tensor => new Int8Array(tensor.shape.reduce((a, b) => a * b, 1)).fill(17));
  const bench = new Bench({ time: 0, iterations: 100, warmupIterations: 20, warmupTime: 0, throws: true });
  bench.add('golden', () => void interpreter.invoke(input), { async: false });
  await bench.run();
  const result = bench.tasks[0]?.result;
  if (!result || !('latency' in result)) throw new Error('the bench did not finish');
  return result.latency.p50;
}
