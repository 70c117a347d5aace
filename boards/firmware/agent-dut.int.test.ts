// What the agent does beside its answers, on this machine: a pin that a meter sees, here a FIFO, and a count of what the application sends.
import { createReadStream, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { noPacedLine, startPacedLine } from '../../harness/fixtures/paced-line.ts';
import type { Dut } from '../../harness/protocol/port.ts';
import { tickmarkProtocol } from '../../harness/protocol/tickmark.ts';
import { until } from '../../harness/runner/fixtures/processes.ts';
import { serialTarget } from '../../harness/target/serial.ts';

const folder = mkdtempSync(join(tmpdir(), 'tickmark-marker-'));
afterAll(() => rmSync(folder, { recursive: true }));

const inferMs = 20;
const input = new Uint8Array(64);

test('a pin goes up and down once in each window, and not for inputs that are fed', async ({ skip }) => {
  skip(noPacedLine !== undefined, noPacedLine);
  await using board = await start('windows');
  const edges = edgesIn(board.marker);

  const one = await board.dut.infer(input);
  const three = await board.dut.infer(input, { repeat: 3 });
  await board.dut.infer(input, { profile: true });
  for await (const _ of board.dut.inferAll([input, input])) continue;

  expect(await until(() => edges().length >= 6, 5000)).toBe(true);
  expect(edges()).toBe('101010');
  expect(one.ticks).toBeGreaterThanOrEqual(1000 * inferMs);
  expect(three.ticks).toBeGreaterThanOrEqual(3 * 1000 * inferMs);
});

test('a pin that nobody looks at keeps nobody waiting, and is seen from when somebody looks', async ({ skip }) => {
  skip(noPacedLine !== undefined, noPacedLine);
  await using board = await start('nobody');

  await board.dut.infer(input);
  const edges = edgesIn(board.marker);
  await until(() => false, 200); // the stream opens meanwhile
  await board.dut.infer(input);

  expect(await until(() => edges().length >= 2, 5000)).toBe(true);
  expect(edges()).toBe('10');
});

test('whether a pin marks windows is told', async ({ skip }) => {
  skip(noPacedLine !== undefined, noPacedLine);
  await using marked = await start('told');
  await using plain = await start(undefined);

  expect([marked.dut.identity.marksWindows, plain.dut.identity.marksWindows]).toEqual([true, false]);
});

test('what the application sends is counted, once for each input, from PREPARE on', async ({ skip }) => {
  skip(noPacedLine !== undefined, noPacedLine);
  await using board = await start(undefined);
  expect((await board.dut.stats()).uplink).toBeUndefined();

  await board.dut.infer(input);
  await board.dut.infer(input, { repeat: 3 });
  for await (const _ of board.dut.inferAll([input, input])) continue;
  expect((await board.dut.stats()).uplink).toEqual({ messages: 4, bytes: 4 * 64 });

  await board.dut.prepare(64);
  expect((await board.dut.stats()).uplink).toEqual({ messages: 0, bytes: 0 });
});

interface Board extends AsyncDisposable {
  readonly dut: Dut;
  readonly marker: string;
}

/** With a pin of that name, or none. */
async function start(name: string | undefined): Promise<Board> {
  const marker = join(folder, name ?? 'none');
  const program = ['agent-dut', '--infer-us', `${1000 * inferMs}`, '--tick-us', '1'] as const;
  const line = await startPacedLine({ dut: program, ...(name !== undefined && { marker }) });
  const signal = AbortSignal.timeout(30_000);
  const link = await serialTarget({ name: 'agent-dut', basis: 'host', port: { path: line.path } }).open('', signal);
  const dut = await tickmarkProtocol().connect(link, signal);
  await dut.load(new Uint8Array(64));
  await dut.prepare(64);
  expect(existsSync(marker)).toBe(name !== undefined);
  return {
    dut,
    marker,
    async [Symbol.asyncDispose]() {
      await link[Symbol.asyncDispose]();
      await line.end();
    },
  };
}

/** What has come out of a FIFO so far. */
function edgesIn(path: string): () => string {
  let edges = '';
  createReadStream(path, 'latin1').on('data', chunk => {
    edges += chunk;
  });
  return () => edges;
}
