// A DUT behind MLPerf Tiny's interface board: both programs in C, on a pseudo-terminal as slow as the board's line.
import { afterEach, expect, test } from 'vitest';
import { noPacedLine, startPacedLine } from '../../fixtures/paced-line.ts';
import { missingTool } from '../../fixtures/tools.ts';
import { serialTarget } from '../../target/serial.ts';
import { mlperfProtocol } from '../mlperf-tiny.ts';
import type { MlperfDut } from '../port.ts';

const missing = missingTool(noPacedLine === undefined, noPacedLine ?? '');

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const each of open.splice(0).toReversed()) await each[Symbol.asyncDispose]();
});

interface Setup {
  readonly board?: readonly string[];
  readonly dut?: readonly string[];
  readonly baud?: number;
  readonly connectMs?: number;
}

async function connect({ board = [], dut = [], baud = 9600, connectMs }: Setup = {}): Promise<MlperfDut> {
  const program = ['mlperf-dut', '--energy', '--uart-baud', '9600', ...dut];
  const line = await startPacedLine({ dut: ['mlperf-interface', ...board, '--', ...program] });
  open.push(line);
  const signal = AbortSignal.timeout(60_000);
  const link = await serialTarget({ name: 'board', basis: 'silicon', port: { path: line.path } }).open('', signal);
  open.push(link);
  const limits = connectMs === undefined ? {} : { connectMs };
  return mlperfProtocol({ readyMs: 100, through: { baud }, ...limits }).connect(link, signal);
}

const input = Uint8Array.from({ length: 490 }, (_, at) => at & 0xff);

test.skipIf(missing)(
  'a DUT is loaded and infers through the board, which it is not told from',
  async () => {
    const dut = await connect({ dut: ['--vendor', 'Some Vendor', '--infer-us', '20000'] });
    expect(dut.identity).toMatchObject({ vendor: 'Some Vendor', modelId: 'kws01', timestamps: 'energy' });
    await dut.load(input);
    const { results } = await dut.infer({ iterations: 10, warmups: 2, results: 12, isPlain: true });
    expect(results).toHaveLength(12);
    expect(dut.linkUse()).toMatchObject({ damagedFrames: 0, lostFrames: 0, repeats: 0, leastDataBytes: 26 });
  },
  60_000,
);

test.skipIf(missing)(
  "a board that has another rate is set to the DUT's",
  async () => {
    const dut = await connect({ board: ['--baud', '115200'] });
    expect(dut.identity.modelId).toBe('kws01');
  },
  60_000,
);

test.skipIf(missing)(
  'a boot text that the board has kept answers no command',
  async () => {
    const dut = await connect({ dut: ['--boot-ms', '1500'] }); // it comes when the board has been reset already
    expect(dut.identity.modelId).toBe('kws01');
    expect(dut.linkUse()).toMatchObject({ lostFrames: 0, repeats: 0 });
  },
  60_000,
);

test.skipIf(missing).each<[string, Setup, RegExp]>([
  ['a board that says nothing', { board: ['--mute'] }, /the interface board does not answer\n.*SD card/],
  [
    'a DUT that says nothing',
    { dut: ['--mute'] },
    /the interface board answers, and the DUT behind it does not\n.*9600 baud/,
  ],
  ['a DUT of another rate', { board: ['--dut-baud', '19200'] }, /the DUT behind it does not/],
])(
  '%s is told',
  async (_, setup, message) => {
    await expect(connect({ ...setup, connectMs: 2000 })).rejects.toThrow(message);
  },
  60_000,
);
