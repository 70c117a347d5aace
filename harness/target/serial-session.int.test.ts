import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { missingTool } from '../fixtures/tools.ts';
import { tickmarkProtocol } from '../protocol/tickmark.ts';
import { keptBytes, noSocat, standingPty } from './fixtures/ptys.ts';
import { noSer2net, startSer2net } from './fixtures/ser2net.ts';
import { findProgram } from './program.ts';
import { serialTarget } from './serial.ts';
import type { PortMatch } from './serial-find.ts';
import { mostWaiting } from './serial-inflow.ts';

const firmware = fileURLToPath(new URL('../../boards/firmware', import.meta.url));
const agent = `${firmware}/build/agent-host-asan`;
const hasCompiler = findProgram('make') !== undefined && findProgram('cc') !== undefined;
const missing = noSocat ?? noSer2net ?? missingTool(hasCompiler, 'no C compiler: install gcc and make');
const model = Uint8Array.from({ length: 3000 }, (_, at) => at * 11);

beforeAll(() => {
  if (missing === undefined) execFileSync('make', ['-C', firmware, 'agent'], { stdio: 'inherit' });
});

/** Ten kilobytes as a boot loader at another rate looks: any byte, zeros and half a UTF-8 character among them. */
const noise = "head -c 10000 /dev/urandom; printf 'boot \\303';";

describe.skipIf(missing !== undefined)(`a session over a serial port (${missing ?? 'found'})`, () => {
  test.each(['tty', 'rfc2217', 'tcp'] as const)(
    'by %s: noise before boot, then identity, model and inferences',
    async way => {
      const pty = await standingPty(`${noise} exec ${agent}`, 'when opened');
      const port = await portTo(pty.path, way);
      const target = serialTarget({ name: 'board', basis: 'host', port });
      await using link = await target.open('', AbortSignal.timeout(60_000));
      const dut = await tickmarkProtocol().connect(link, AbortSignal.timeout(60_000));
      expect(dut.identity).toMatchObject({ board: 'host', tickSource: 'sum' });
      await dut.load(model);
      await dut.prepare(model.length);
      for (let vector = 0; vector < 20; vector++) {
        const input = Uint8Array.from({ length: 64 }, (_, at) => vector * 5 + at * 3);
        expect(await dut.infer(input)).toMatchObject({
          ticks: input.reduce((sum, byte) => sum + byte, 0),
          output: input.map((byte, at) => byte + (model[at] ?? 0)),
        });
      }
      expect(dut.linkUse()).toMatchObject({ repeats: 0, lostFrames: 0, damagedFrames: 0 });
    },
  );

  test('ten megabytes without a zero or a line break before the agent’s first frame are read and not kept', async () => {
    const pty = await standingPty(`head -c 10000000 /dev/zero | tr '\\0' 'x'; exec ${agent}`, 'when opened');
    await using link = await serialTarget({ name: 'board', basis: 'host', port: { path: pty.path } }).open(
      '',
      AbortSignal.timeout(60_000),
    );
    const kept: number[] = [];
    async function* watched(): AsyncGenerator<Uint8Array> {
      let heard = 0;
      for await (const bytes of link.bytes) {
        yield bytes;
        heard += bytes.length;
        if (heard >= kept.length * 1e6) kept.push(keptBytes());
      }
    }
    const watchedLink = { ...link, bytes: watched() };
    const dut = await tickmarkProtocol({ readyMs: 30_000 }).connect(watchedLink, AbortSignal.timeout(60_000));
    expect(dut.identity.board).toBe('host');
    expect(kept.length).toBeGreaterThan(9);
    expect(Math.max(...kept) - (kept[0] ?? 0)).toBeLessThan(2 * mostWaiting);
  });
});

async function portTo(path: string, way: 'tty' | 'rfc2217' | 'tcp'): Promise<PortMatch> {
  if (way === 'tty') return { path };
  const ports = await startSer2net(path);
  return { url: `${way}://127.0.0.1:${way === 'tcp' ? ports.raw : ports.rfc2217}` };
}
