import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { noSer2net, startSer2net } from '../target/fixtures/ser2net.ts';
import { buildBoards, createDesk, noDesk } from './fixtures/desk.ts';
import { createProject, ended } from './fixtures/project.ts';

beforeAll(buildBoards);

test('boards behind ser2net are measured as those on this desk are, by RFC 2217 and by raw TCP', async ({ skip }) => {
  const missing = noDesk ?? noSer2net;
  skip(missing !== undefined, missing);
  using project = createProject();
  await using desk = createDesk();
  for (const way of ['rfc2217', 'tcp'] as const) {
    const board = await desk.plugIn(`by-${way}`);
    const { rfc2217, raw } = await startSer2net(board.path);
    const url = `${way}://127.0.0.1:${way === 'tcp' ? raw : rfc2217}`;
    project.write(`boards/${way}.yaml`, board.yaml().replace(`path: ${board.path}`, `url: '${url}'`));
  }
  project.suite(
    'hum',
    ['targets: [rp2040js-pico]', 'targets: [by-rfc2217, by-tcp]'],
    ["  latency: { modelled-cycles: { p50: '<= 10 Mcycles' } }\n", ''],
  );
  const { code, stdout, stderr } = await ended(project.start(['run', '--no-html', '--out', 'out'], desk.env));
  expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: '' });
  const { cases } = project.results('out');
  expect(cases.map(({ target, status }) => `${target} ${status}`).sort()).toEqual([
    'by-rfc2217 passed',
    'by-tcp passed',
  ]);
  const first = cases.find(({ target }) => target === 'by-rfc2217');
  expect(first?.provenance).toMatchObject({ port: expect.stringMatching(/^net-127\.0\.0\.1-\d+$/) as unknown });
  const log = join(project.folder, 'out/recordings', `${first?.suite}@${first?.target}`, 'serial.log');
  expect(readFileSync(log, 'utf8')).toMatch(/ s {2}opened rfc2217:\/\/127\.0\.0\.1:\d+\n/);
});
