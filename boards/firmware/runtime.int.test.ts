import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dataDir, noData } from '../../harness/fixtures/data.ts';
import { type WrittenModel, writeModel } from '../../harness/fixtures/tflite.ts';
import { missingTool } from '../../harness/fixtures/tools.ts';

/** Part of a group's file: all models, inputs or outputs of the group lie end to end. */
interface Span {
  readonly offset: number;
  readonly bytes: number;
}

/** One single-operator model of ops/index.json, with its inputs and TFLM's outputs. */
interface Case {
  readonly op: string;
  readonly note: string;
  readonly model: Span;
  readonly input: Span;
  readonly output: Span;
}

/** The runtime's arguments: a model, its inputs, and where its outputs go. */
type Job = readonly [model: string, inputs: string, outputs: string];

const firmware = fileURLToPath(new URL('.', import.meta.url));
const hasCompiler = ['make', 'cc'].every(tool => spawnSync(tool, ['--version']).status === 0);
const noCompiler = missingTool(hasCompiler, 'no C compiler: install gcc and make');
const skipReason = dataDir === undefined ? noData : noCompiler;
const cases: Case[] = dataDir ? JSON.parse(readFileSync(join(dataDir, 'ops/index.json'), 'utf8')) : [];
const groups = [...new Set(cases.map(({ op }) => op))];
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tickmark-runtime-'));
  if (hasCompiler) execFileSync('make', ['-C', firmware, 'host'], { stdio: 'inherit' });
});
afterAll(() => rmSync(folder, { recursive: true }));

// The plain build multiplies by 64 bits; the sanitized one by halves, as a Cortex-M0+ must.
describe.each(['runtime-host', 'runtime-host-asan'])('%s', runtime => {
  test.for(groups)('computes TFLM’s bytes for every case of %s', (group, { skip }) => {
    skip(skipReason !== undefined, skipReason);
    const members = cases.filter(({ op }) => op === group);
    const jobs = members.map((member, i) => writeJob(member, i));

    run(runtime, jobs.flat());

    const differing = members.filter((member, i) => !readFileSync(jobs[i][2]).equals(part(member, 'output')));
    expect(differing.map(({ note }) => note)).toEqual([]);
  });

  test.for([
    ['kws01/kws_ref_model.tflite', 'kws01/inputs.i8.bin', 'kws01/expected.i8.bin'],
    ['golden/ad01_int8.tflite', 'golden/ad01_int8.in.bin', 'golden/ad01_int8.out.bin'],
    ['golden/str_ww_ref_model.tflite', 'golden/str_ww_ref_model.in.bin', 'golden/str_ww_ref_model.out.bin'],
  ])('computes TFLM’s bytes for %s', ([model, inputs, expected], { skip }) => {
    skip(skipReason !== undefined, skipReason);
    const outputs = join(folder, 'outputs.bin');

    run(runtime, [data(model), data(inputs), outputs]);

    expect(readFileSync(outputs).equals(readFileSync(data(expected)))).toBe(true);
  });
});

test.for(groups)('runs or refuses by name whatever random bytes make of a %s model', (group, { skip }) => {
  skip(skipReason !== undefined, skipReason);
  const members = cases.filter(({ op }) => op === group);

  for (const [seed, member] of members.slice(0, 3).entries()) {
    const [model] = writeJob(member, seed);
    expect(run('runtime-host-asan', [model, '--flips', '60', String(seed)])).toContain('0 refused without a name');
  }
});

test('refuses a model cut short at any byte', ({ skip }) => {
  skip(skipReason !== undefined, skipReason);
  const [first] = cases;
  const whole = part(first, 'model');
  const [model, inputs, outputs] = writeJob(first, 0);

  // Behind the last offset only padding may be missing, and the identifier stands at byte 4.
  for (let bytes = 0; bytes < whole.length - 16; bytes += 13) {
    writeFileSync(model, whole.subarray(0, bytes));
    const { status, stderr } = attempt('runtime-host-asan', [model, inputs, outputs]);
    expect([status, stderr], `cut to ${bytes} bytes`).toEqual([6, expect.stringMatching(/\w/)]);
  }
});

test('runs or refuses by name a model with a length of 4 GB at any place', ({ skip }) => {
  skip(!hasCompiler, noCompiler);
  const tensors = [{ shape: [1, 2] }, { shape: [1, 2], data: int8s(1, 2) }, { shape: [1, 1] }];
  const operators = [{ code: 9, inputs: [0, 1, -1], outputs: [2] }];
  const job = writeSmall({ tensors, operators }, int8s(1, 1));
  const whole = readFileSync(job[0]);
  expect(attempt('runtime-host-asan', job).status).toBe(0);

  for (let at = 0; at + 4 <= whole.length; at += 4) {
    const bytes = Buffer.from(whole);
    bytes.writeUInt32LE(0xffffffff, at);
    writeFileSync(job[0], bytes);
    const { status, stderr } = attempt('runtime-host-asan', job);
    expect([0, 6, 7, 8], `at byte ${at}: ${stderr}`).toContain(status);
  }
});

test('names the tensor that is larger than the arena', ({ skip }) => {
  skip(skipReason !== undefined, skipReason);
  const member = cases.find(({ op }) => op === 'RELU') as Case;
  const bytes = Buffer.from(part(member, 'model'));
  const shape = /int8\[([\d,]+)\]/.exec(member.note)?.[1].split(',').map(Number) ?? [];
  const at = bytes.indexOf(Buffer.from(Int32Array.from([shape.length, ...shape]).buffer));
  bytes.writeInt32LE(60_000, at + 4);
  const [model, inputs, outputs] = writeJob(member, 0);
  writeFileSync(model, bytes);

  const { status, stderr } = attempt('runtime-host', [model, inputs, outputs]);

  expect([status, stderr]).toEqual([8, expect.stringMatching(/needs \d+ bytes of arena, 524288 are reserved/)]);
});

describe.each(['runtime-host', 'runtime-host-asan'])('%s', runtime => {
  test('a convolution in two groups keeps their channels apart', ({ skip }) => {
    skip(!hasCompiler, noCompiler);
    const tensors = [
      { shape: [1, 1, 2, 4], scales: [1] },
      { shape: [2, 1, 2, 2], scales: [1], data: int8s(1, 2, 0, 1, 3, 4, 1, 0) },
      { shape: [1, 1, 1, 2], scales: [1] },
    ];
    const options = { 0: { int8: 1 }, 1: { int32: 1 }, 2: { int32: 1 } };
    const conv = { code: 3, inputs: [0, 1, -1], outputs: [2], options };
    // Group 0 sees the first two channels of both pixels, group 1 the last two.
    expect(outputsOf(runtime, { tensors, operators: [conv] }, int8s(1, 2, 3, 4, 5, 6, 7, 8))).toEqual([
      1 * 1 + 2 * 2 + 6 * 1,
      3 * 3 + 4 * 4 + 7 * 1,
    ]);
  });

  test('REDUCE_MIN gives the smallest code along its axis', ({ skip }) => {
    skip(!hasCompiler, noCompiler);
    const axis = { shape: [1], type: 2, data: int32s(-1) };
    const tensors = [{ shape: [2, 3] }, axis, { shape: [2] }];
    const operators = [{ code: 89, inputs: [0, 1], outputs: [2] }];
    expect(outputsOf(runtime, { tensors, operators }, int8s(5, -7, 0, 127, 126, 127))).toEqual([-7, 126]);
  });

  test('QUANTIZE from int16 rounds twice, halves away from zero, and saturates', ({ skip }) => {
    skip(!hasCompiler, noCompiler);
    const tensors = [
      { shape: [4], type: 7, scales: [1 / 256] },
      { shape: [4], scales: [1] },
    ];
    const operators = [{ code: 114, inputs: [0], outputs: [1] }];
    const inputs = new Uint8Array(Int16Array.of(384, -384, 127, 32767).buffer);
    expect(outputsOf(runtime, { tensors, operators }, inputs)).toEqual([2, -2, 1, 127]);
  });

  test('HARD_SWISH with a far coarser output keeps only the sign, as 16-bit rounding does in TFLM', ({ skip }) => {
    skip(!hasCompiler, noCompiler);
    const tensors = [
      { shape: [3], scales: [1 / 128] },
      { shape: [3], scales: [16], zeroPoint: 5 },
    ];
    const operators = [{ code: 117, inputs: [0], outputs: [1] }];
    expect(outputsOf(runtime, { tensors, operators }, int8s(-128, 0, 127))).toEqual([4, 6, 6]);
  });

  test('what TFLM leaves undefined is refused by name', ({ skip }) => {
    skip(!hasCompiler, noCompiler);
    const block = { shape: [1], type: 2, data: int32s(2) };
    const paddings = { shape: [1, 2], type: 2, data: int32s(0, 1) };
    const tensors = [{ shape: [1, 1, 1] }, block, paddings, { shape: [2, 1, 1] }];
    const model = { tensors, operators: [{ code: 38, inputs: [0, 1, 2], outputs: [3] }] };
    expect(attempt(runtime, writeSmall(model, int8s(1))).stderr).toBe(
      'no kernel for SPACE_TO_BATCH_ND with paddings, which TFLM leaves undefined (operator 0)\n',
    );
  });
});

type SmallModel = Pick<WrittenModel, 'tensors' | 'operators'>;

function int8s(...codes: number[]): Uint8Array {
  return new Uint8Array(Int8Array.from(codes).buffer);
}

function int32s(...values: number[]): Uint8Array {
  return new Uint8Array(Int32Array.from(values).buffer);
}

/** Runs a model from its first tensor to its last, which is int8. */
function outputsOf(runtime: string, model: SmallModel, inputs: Uint8Array): number[] {
  const job = writeSmall(model, inputs);
  run(runtime, job);
  return [...new Int8Array(readFileSync(job[2]))];
}

function writeSmall(model: SmallModel, inputs: Uint8Array): Job {
  const job: Job = [join(folder, 'small.tflite'), join(folder, 'small.in'), join(folder, 'small.out')];
  writeFileSync(job[0], writeModel({ ...model, inputs: [0], outputs: [model.tensors.length - 1] }));
  writeFileSync(job[1], inputs);
  return job;
}

function data(path: string): string {
  return join(dataDir ?? '', path);
}

function part(member: Case, kind: 'model' | 'input' | 'output'): Buffer {
  const suffix = { model: 'models', input: 'in', output: 'out' }[kind];
  const { offset, bytes } = member[kind];
  return readFileSync(data(`ops/${member.op}.${suffix}.bin`)).subarray(offset, offset + bytes);
}

function writeJob(member: Case, i: number): Job {
  const job = ['tflite', 'in', 'out'].map(kind => join(folder, `${i}.${kind}`)) as unknown as Job;
  writeFileSync(job[0], part(member, 'model'));
  writeFileSync(job[1], part(member, 'input'));
  return job;
}

function attempt(runtime: string, args: readonly string[]) {
  return spawnSync(join(firmware, 'build', runtime), args, { encoding: 'utf8' });
}

function run(runtime: string, args: readonly string[]): string {
  const { status, stdout, stderr } = attempt(runtime, args);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}
