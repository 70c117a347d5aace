// A model that is not the suite's, on the real firmware in the real emulator: the proof of identity finds it, and without the proof the golden.
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { measure } from '../measure/session.ts';
import { tickmarkProtocol } from '../protocol/tickmark.ts';
import { readRecording } from '../recording/read.ts';
import { createRecorder } from '../recording/recorder.ts';
import { withModel } from '../suite/suite.ts';
import { readElf } from '../target/elf.ts';
import type { Target } from '../target/port.ts';
import { rp2040Target } from '../target/rp2040.ts';
import { judgeCase } from '../verdict/judge.ts';
import { computeReference } from '../verdict/reference.ts';
import type { CaseResult } from '../verdict/result.ts';
import { loadCaseInputs } from './case-inputs.ts';
import { chooseCases } from './select.ts';

const checkout = fileURLToPath(new URL('../..', import.meta.url));
const [chosen] = chooseCases({ cwd: checkout, suites: ['vibration-anomaly'], targets: [] });
if (!chosen) throw new Error('the suite is there');
const whole = withModel(chosen.suite);
const suite = { ...whole, vectors: { ...whole.vectors, first: 25 } };
const board = chosen.board;
const inputs = loadCaseInputs(suite);
const folder = mkdtempSync(join(tmpdir(), 'tickmark-identity-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The first byte of the last dense layer's weights: the score of nearly every vector hangs on it. */
const weightOffset = offsetOfDenseWeights();

test('a byte of the loaded model that is flipped in device memory is broken by the hash, and nothing is measured', async () => {
  const result = await judged({ flipAt: weightOffset, proveModel: true });
  expect(result.status).toBe('broken');
  expect(verdictOf(result, 'rig.session')?.reason).toMatch(
    /the model in the DUT is not the suite's after it was loaded/,
  );
  expect(result.metrics.latency).toBeUndefined();
});

test('with the hash check off, the weight that was changed fails the golden, which names the vector; accuracy is judged apart', async () => {
  const result = await judged({ flipAt: weightOffset, proveModel: false });
  expect(verdictOf(result, 'rig.session')?.status).toBe('passed');
  expect(verdictOf(result, 'golden.maxDiffLsb')).toMatchObject({
    status: 'failed',
    reason: expect.stringMatching(/vector \d+, element 0, by \d+ LSB/),
  });
});

test('with nothing flipped, both pass', async () => {
  const result = await judged({ flipAt: undefined, proveModel: true });
  expect(result.verdicts.filter(({ status }) => status === 'failed' || status === 'broken')).toEqual([]);
  expect(verdictOf(result, 'golden.maxDiffLsb')?.status).toBe('passed');
});

function verdictOf({ verdicts }: CaseResult, budget: string) {
  return verdicts.find(verdict => verdict.budget === budget);
}

function offsetOfDenseWeights(): number {
  const dense = inputs.parsed.operators.find(({ name }) => name === 'FULLY_CONNECTED');
  const weights = inputs.parsed.tensors[dense?.inputs[1] ?? -1]?.data;
  if (!weights) throw new Error('the model ends in a dense layer');
  return Buffer.from(inputs.model).indexOf(weights);
}

async function judged({
  flipAt,
  proveModel,
}: {
  flipAt: number | undefined;
  proveModel: boolean;
}): Promise<CaseResult> {
  const recordingFolder = mkdtempSync(join(folder, 'recording-'));
  using recorder = createRecorder(recordingFolder, () => performance.now());
  const path = board.firmware ?? '';
  const image = readFileSync(path);
  const { buildId = '', flashBytes, ramBytes } = readElf(image, path);
  const sha256 = createHash('sha256').update(image).digest('hex');
  await measure(
    {
      suite,
      target: flipAt === undefined ? rp2040Target() : flipping(rp2040Target(), flipAt),
      protocol: tickmarkProtocol(),
      image: { path, file: 'rp2040.elf', sha256, flashBytes, ramBytes, buildId },
      model: inputs.model,
      inputs: inputs.vectors.inputs,
      recorder,
      clock: { nowMs: () => performance.now(), nowIso: () => new Date().toISOString() },
      onProgress: () => {},
      proveModel,
    },
    AbortSignal.timeout(60_000),
  );
  return judgeCase({
    suite,
    board,
    recording: readRecording(recordingFolder),
    recordingFolder: null,
    identity: { modelSha256: inputs.modelSha256, vectorsSha256: inputs.vectors.sha256 },
    reference: computeReference(inputs.parsed, undefined, inputs.vectors.inputs),
    truth: inputs.vectors,
    inputs: inputs.vectors.inputs,
  });
}

/** The target with one bit of the model changed in its flash, behind the host's back, right after the model was put there. */
function flipping(target: Target, offset: number): Target {
  return {
    ...target,
    async open(imagePath, signal) {
      const link = await target.open(imagePath, signal);
      const memory = link.memory;
      if (!memory) throw new Error('the emulator has a back door');
      const write = async (address: number, bytes: Uint8Array) => {
        await memory.write(address, bytes);
        if (bytes.length === inputs.model.length)
          await memory.write(address + offset, Uint8Array.of((bytes[offset] ?? 0) ^ 0x40));
      };
      return { ...link, memory: { ...memory, write } };
    },
  };
}
