import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ModelError } from '../errors.ts';
import { dataDir, noData } from '../fixtures/data.ts';
import { modelFacts } from './facts.ts';
import { createInterpreter, type TensorData } from './interpreter.ts';
import { elementCount, readModel, type Tensor, type TensorType } from './tflite.ts';

describe.skipIf(!dataDir)(`damaged models (${dataDir ?? noData})`, () => {
  test.each([
    [3000, 'single operators', operatorModels],
    [300, 'whole networks', networks],
  ])('%i damaged %s are refused or run, quickly and without another error', (rounds, _name, modelsOf) => {
    const models = modelsOf();
    const random = seededRandom(2024);
    const faults: string[] = [];
    let refused = 0;
    for (let round = 0; round < rounds; round++) {
      const bytes = damaged(models[random(models.length)], random);
      const start = performance.now();
      const fault = faultOf(() => runOnce(bytes));
      if (fault === 'refused') refused++;
      else if (fault) faults.push(`round ${round}: ${fault}`);
      if (performance.now() - start > 2000) faults.push(`round ${round}: took over 2 s`);
    }
    expect(faults).toEqual([]);
    // Both outcomes are reached, so neither the damage nor the check is idle.
    expect(refused).toBeGreaterThan(rounds / 10);
    expect(refused).toBeLessThan(rounds);
  });
});

test.skipIf(!dataDir)('a network cut short is a located ModelError, wherever it is cut', () => {
  const [network] = networks();
  // A prime step: cuts fall on every place within words and tables.
  for (let length = 0; length < network.length; length += 97)
    expect(() => readModel(network.subarray(0, length), 'kws.tflite'), `${length} bytes`).toThrow(
      /^kws\.tflite: .*\n {2}→ /,
    );
});

function runOnce(bytes: Uint8Array): void {
  const model = readModel(bytes, 'damaged.tflite');
  modelFacts(model);
  const interpreter = createInterpreter(model, 'damaged.tflite');
  interpreter.invoke(interpreter.inputs.map(zeros));
}

function faultOf(run: () => void): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return error instanceof ModelError ? 'refused' : String(error);
  }
}

/** One or two bytes changed, by a bit or altogether; in large models near the ends, where the structure lies. */
function damaged(original: Uint8Array, random: (below: number) => number): Uint8Array {
  const bytes = Uint8Array.from(original);
  for (let change = random(2); change >= 0; change--) {
    const place = random(Math.min(bytes.length, 8192));
    const at = random(2) ? place : bytes.length - 1 - place;
    bytes[at] = random(2) ? bytes[at] ^ (1 << random(8)) : [0, 1, 127, 128, 255][random(5)];
  }
  return bytes;
}

function operatorModels(): readonly Uint8Array[] {
  const folder = join(dataDir ?? '', 'ops');
  const cases: readonly { op: string; model: { offset: number; bytes: number } }[] = JSON.parse(
    readFileSync(join(folder, 'index.json'), 'utf8'),
  );
  return cases.map(({ op, model }) =>
    readFileSync(join(folder, `${op}.models.bin`)).subarray(model.offset, model.offset + model.bytes),
  );
}

function networks(): readonly Uint8Array[] {
  const names = ['kws01/kws_ref_model.tflite', 'kws01/kws_ref_model_float32.tflite', 'golden/str_ww_ref_model.tflite'];
  return names.map(name => readFileSync(join(dataDir ?? '', name)));
}

const arrays = new Map<TensorType, new (length: number) => TensorData>([
  ['float32', Float32Array],
  ['float16', Uint16Array],
  ['int32', Int32Array],
  ['int16', Int16Array],
  ['int8', Int8Array],
]);

function zeros({ type, shape }: Tensor): TensorData {
  return new (arrays.get(type) ?? Uint8Array)(elementCount(shape));
}

function seededRandom(seed: number): (below: number) => number {
  let state = seed;
  return below => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
