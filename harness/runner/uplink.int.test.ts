// What boards send to their radios: as their firmware counts it, and as a wire beside the radio carries it.
import { beforeAll, expect, test } from 'vitest';
import { noPacedLine, startPacedLine } from '../fixtures/paced-line.ts';
import { buildBoards, createDesk, noDesk } from './fixtures/desk.ts';
import { createProject, ended } from './fixtures/project.ts';

beforeAll(buildBoards);

test('an uplink budget is judged by what the firmware counts, or by a wire, which is not measured while it carries nothing', async ({
  skip,
}) => {
  const missing = noDesk ?? noPacedLine;
  skip(missing !== undefined, missing);
  using project = createProject();
  await using desk = createDesk();
  await using chatty = await startPacedLine({ dut: ['sh', '-c', 'while sleep 0.15; do printf ping!; done'] });
  await using dead = await startPacedLine({ dut: ['cat'] });
  const wires = { counts: undefined, chatty: chatty.path, dead: dead.path };
  for (const [name, wire] of Object.entries(wires)) {
    const board = await desk.plugIn(name);
    const telemetry = wire === undefined ? [] : [`telemetry: { port: { path: ${wire} } }`];
    project.write(`boards/${name}.yaml`, board.yaml(...telemetry));
  }
  project.suite(
    'hum',
    ['targets: [rp2040js-pico]', `targets: [${Object.keys(wires).join(', ')}]`],
    ["  latency: { modelled-cycles: { p50: '<= 10 Mcycles' } }\n", "  uplink: { saved: '>= 99 %' }\n"],
    ['timeout: 60 s', 'timeout: 60 s, rawInput: 384 B'],
  );

  const { code } = await ended(project.start(['run', '--no-html', '--out', 'out'], desk.env));

  expect(code).toBe(3); // the dead wire's
  const of = (name: string) => {
    const { metrics, verdicts } = project.results('out').cases.find(({ target }) => target === name) ?? {};
    return { sent: metrics?.uplink, verdict: verdicts?.find(({ budget }) => budget === 'uplink.saved') };
  };
  expect(of('counts').sent).toMatchObject({ inputs: 12, messages: 12, sentBytes: 12 });
  expect(of('counts').verdict).toMatchObject({ status: 'passed' });
  const { messages = 0, sentBytes = 0 } = of('chatty').sent ?? {};
  expect(messages).toBeGreaterThan(0);
  expect(sentBytes).toBeGreaterThanOrEqual(5 * messages); // a busy machine may see two pings as one
  expect(of('dead')).toMatchObject({ sent: undefined, verdict: { status: 'skipped', measured: null } });
});
