import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { traceFacts } from '../fixtures/traces.ts';
import { openTrace } from './read-trace.ts';

const home = mkdtempSync(join(tmpdir(), 'tickmark-traces-'));
afterAll(() => rmSync(home, { recursive: true }));

/** How many samples it had taken when it was killed. */
async function killAfter(samples: number): Promise<number> {
  const program = join(import.meta.dirname, 'fixtures', 'keeps-writing.ts');
  const writer = spawn(process.execPath, ['--import', 'tsx', program, home], { stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  for await (const chunk of writer.stdout) {
    printed += chunk;
    if (Number(printed.trimEnd().split('\n').at(-1)) >= samples) writer.kill('SIGKILL');
  }
  if (writer.signalCode === null) await once(writer, 'exit');
  return Number(printed.split('\n').at(-2));
}

test('a process that is killed has written all but the last second, with what belongs to it', async () => {
  const taken = await killAfter(1.5 * traceFacts.rateHz);
  using trace = openTrace(home);
  expect(trace.samples).toBeGreaterThan(taken - traceFacts.rateHz);
  const values = new Float32Array(trace.samples);
  expect(trace.read(0, values)).toBe(trace.samples);
  expect(values.every((value, index) => value === index)).toBe(true);
  expect(trace.events.filter(event => event.kind === 'anchor').length).toBeGreaterThanOrEqual(10);
  const edges = trace.events.filter(event => event.kind === 'levels');
  expect(edges.every((event, index) => event.levels === index % 2)).toBe(true);
  expect(edges.length).toBeGreaterThan(50);
});
