import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { ModelRefused } from '../../harness/errors.ts';
import { missingTool } from '../../harness/fixtures/tools.ts';
import { faultyLine } from '../../harness/measure/faulty-line.ts';
import { crc32c } from '../../harness/protocol/crc.ts';
import { encodeFrame, frameParser } from '../../harness/protocol/frame.ts';
import { join, u8, u16, u32 } from '../../harness/protocol/payload.ts';
import { tickmarkProtocol } from '../../harness/protocol/tickmark.ts';
import { kinds } from '../../harness/protocol/wire.ts';
import type { Link } from '../../harness/target/port.ts';

const firmware = fileURLToPath(new URL('.', import.meta.url));
const program = fileURLToPath(new URL('build/agent-host-asan', import.meta.url));
const hasCompiler = ['make', 'cc'].every(tool => spawnSync(tool, ['--version']).status === 0);
const noCompiler = missingTool(hasCompiler, 'no C compiler: install gcc and make');
const model = Uint8Array.from({ length: 3000 }, (_, at) => at * 11);

beforeAll(() => {
  if (hasCompiler) execFileSync('make', ['-C', firmware, 'agent'], { stdio: 'inherit' });
});

describe('the agent under the address and undefined-behaviour sanitizers', () => {
  test('loads, proves and infers at two faults of each kind in a thousand bytes', async ({ skip }) => {
    skip(!hasCompiler, noCompiler);
    await using agent = startAgent();
    const rates = { drop: 2e-3, flip: 2e-3, double: 2e-3, reorder: 2e-3, delay: 2e-3 };
    const line = faultyLine(agent.link, { seed: 3, toDut: rates, toHost: rates, delayMs: 1 });
    const dut = await tickmarkProtocol().connect(line, AbortSignal.timeout(90_000));
    await dut.load(model);
    await dut.prepare(model.length);
    for (let vector = 0; vector < 40; vector++) {
      const input = Uint8Array.from({ length: 64 }, (_, at) => vector * 5 + at * 3);
      expect(await dut.infer(input)).toMatchObject({
        ticks: input.reduce((sum, byte) => sum + byte, 0),
        output: input.map((byte, at) => byte + (model[at] ?? 0)),
      });
    }
    expect(await dut.operatorTicks()).toEqual([100, 200]);
    expect((await dut.stats()).droppedFrames).toBeGreaterThan(20);
  });

  test.for([
    { sizes: [64, 64, 1983], vectors: 200 },
    { sizes: [490, 12, 500], vectors: 60 },
    { sizes: [27_648, 700, 8000], vectors: 4 },
  ])(
    'is fed inputs of $sizes bytes with the same faults, and infers each once',
    async ({ sizes, vectors }, { skip }) => {
      skip(!hasCompiler, noCompiler);
      await using agent = startAgent('--input', sizes[0], '--output', sizes[1], '--window', sizes[2]);
      const rates = { drop: 2e-3, flip: 2e-3, double: 2e-3, reorder: 2e-3, delay: 2e-3 };
      const line = faultyLine(agent.link, { seed: 5, toDut: rates, toHost: rates, delayMs: 1 });
      const dut = await tickmarkProtocol().connect(line, AbortSignal.timeout(90_000));
      const counting = model.with(0, 0xff);
      await dut.load(counting);
      await dut.prepare(counting.length);
      const [inputBytes = 0, outputBytes = 0] = sizes;
      const inputs = Array.from({ length: vectors }, (_, vector) => risingInput(vector, inputBytes));
      let vector = 0;
      for await (const output of dut.inferAll(inputs)) {
        const right = Uint8Array.from({ length: outputBytes }, (_, at) => vector * 6 + at * 3 + (counting[at] ?? 0));
        expect({ vector, output: Buffer.from(output) }).toEqual({ vector, output: Buffer.from(right) });
        vector++;
      }
      expect(vector).toBe(vectors);
      expect(dut.linkUse().repeats).toBeGreaterThan(20);
      expect((await dut.stats()).droppedFrames).toBeGreaterThan(20);
    },
  );

  test('takes a FEED whose number is that of the request before', ({ skip }) => {
    skip(!hasCompiler, noCompiler);
    const sent = [request(kinds.prepare, 9, u32(2)), feed(0, {}), request(kinds.stats, 1), feed(1, {})];
    const options = ['--input', '1', '--output', '1'];
    const { stdout } = spawnSync(program, options, { input: Buffer.concat(sent) });
    const [last] = [...frameParser()(stdout)].flatMap(item => (item.kind === 'frame' ? item.frame : [])).slice(-1);
    expect([last?.kind, last?.sequence, last?.payload[0]]).toEqual([kinds.feed | 0x80, 1, 2]);
  });

  test('never infers a FEED twice, tells a gap once a round, and a result until the host has it', ({ skip }) => {
    skip(!hasCompiler, noCompiler);
    const sent = [
      request(kinds.write, 1, u8(0), u32(0), u8(0xff)), // a model with a state: outputs count the inferences before
      request(kinds.prepare, 2, u32(2)),
      feed(0, { vector: 5 }),
      feed(0, { vector: 5 }),
      feed(2, {}),
      feed(3, {}),
      feed(3, { round: 1 }),
      feed(4, { round: 1 }),
      feed(1, { round: 1, vector: 7 }),
      collect(0),
      collect(1),
      collect(2),
    ];
    const options = ['--input', '1', '--output', '1'];
    const { stdout } = spawnSync(program, options, { input: Buffer.concat(sent) });
    const answers = [...frameParser()(stdout)].flatMap(item => (item.kind === 'frame' ? item.frame : []));
    const told = answers
      .slice(3)
      .map(({ sequence, payload }) => [sequence, ...payload.subarray(0, 4), ...payload.subarray(-1)]);
    const [first, second] = [digestOf(5, 4), digestOf(7, 7)];
    expect(told).toEqual([
      [0, 1, 0, ...first.slice(0, 2), 4],
      [0, 1, 0, ...first.slice(0, 2), 4],
      [2, 1, 0, 0],
      [3, 1, 0, 0],
      [1, 2, 0, ...second.slice(0, 2), 7],
      [9, 2, 0, 0, 0, 4],
      [10, 2, 0, 1, 0, 7],
      [11, 2, 0, 0],
    ]);
  });

  test('restarts when it is told to', async ({ skip }) => {
    skip(!hasCompiler, noCompiler);
    await using agent = startAgent();
    const dut = await tickmarkProtocol().connect(agent.link, AbortSignal.timeout(10_000));
    expect(dut.identity.resetCause).toBe('software');
    await dut.reset();
    await expect(dut.stats()).rejects.toThrow('the firmware restarted');
  });

  test('refuses what its runtime says of a model when it does not fit the regions', async ({ skip }) => {
    skip(!hasCompiler, noCompiler);
    await using agent = startAgent();
    const dut = await tickmarkProtocol().connect(agent.link, AbortSignal.timeout(10_000));
    const outputsTooLarge = dut.prepare(1);
    await expect(outputsTooLarge).rejects.toThrow(ModelRefused);
    await expect(outputsTooLarge).rejects.toThrow("the model's outputs are larger than the output region (error 8)");
    await expect(dut.infer(new Uint8Array(64))).rejects.toThrow('INFER before a successful PREPARE');
  });

  test('lives through damaged frames, frames of every kind with any payload, and noise', async ({ skip }) => {
    skip(!hasCompiler, noCompiler);
    const random = randomNumbers(9);
    const sent = Array.from({ length: 4000 }, (_, index) => hostileBytes(index, random));
    const last = encodeFrame({ kind: kinds.stats, sequence: 0xbeef, payload: Uint8Array.of(64, 0) });
    const prepared = encodeFrame({ kind: kinds.prepare, sequence: 9000, payload: Uint8Array.of(64, 0, 64, 0, 0, 0) });
    const half = sent.length / 2;
    const input = Buffer.concat([...sent.slice(0, half), prepared, ...sent.slice(half), last]);
    const { status, stdout, stderr } = spawnSync(program, { input });
    expect([status, stderr.toString()]).toEqual([0, '']);
    const [answer] = [...frameParser()(stdout)].slice(-1);
    expect(answer).toMatchObject({ kind: 'frame', frame: { sequence: 0xbeef } });
  });
});

function request(kind: number, sequence: number, ...fields: readonly Uint8Array[]): Uint8Array {
  return encodeFrame({ kind, sequence, payload: join(u16(64), ...fields) });
}

/** The whole of an input of one byte. */
function feed(number: number, { round = 0, held = 0, vector = 0 }): Uint8Array {
  const input = Uint8Array.of(vector);
  return request(kinds.feed, number, u8((round << 1) | 1), u16(held), u32(crc32c(input)), input);
}

function collect(held: number): Uint8Array {
  return request(kinds.collect, 9 + held, u16(held), u32(0));
}

function digestOf(...bytes: readonly number[]): number[] {
  return [...u32(crc32c(Uint8Array.from(bytes)))];
}

function risingInput(vector: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => vector * 5 + at * 3);
}

/** A frame with a random payload; every third one damaged, every fourth no frame at all. */
function hostileBytes(index: number, random: () => number): Uint8Array {
  const bytes = Uint8Array.from({ length: random() % (index % 50 === 0 ? 3000 : 40) }, () => random());
  if (index % 4 === 3) return bytes;
  const frame = encodeFrame({
    kind: random() % 16,
    sequence: random() % 4 === 0 ? random() % 8 : index + 1,
    payload: bytes,
  });
  if (index % 3 === 2) frame[random() % frame.length] = random();
  return frame;
}

interface Agent extends AsyncDisposable {
  readonly link: Link;
}

function startAgent(...options: readonly (string | number | undefined)[]): Agent {
  const child = spawn(program, options.map(String), { stdio: ['pipe', 'pipe', 'inherit'] });
  return {
    link: {
      bytes: child.stdout,
      write: async bytes => void child.stdin.write(bytes),
      [Symbol.asyncDispose]: () => end(child),
    },
    [Symbol.asyncDispose]: () => end(child),
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  child.stdin?.end();
  await once(child, 'exit');
}

/** Numerical Recipes' linear congruential generator, without its poor low bits. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 8;
  };
}
