import { Silent } from '../errors.ts';
import { demand, type Exchange, openExchange } from './mlperf-tiny/exchange.ts';
import { inferrer } from './mlperf-tiny/infer.ts';
import { throughCommandBytes, throughInterface } from './mlperf-tiny/interface-board.ts';
import type { Line } from './mlperf-tiny/lines.ts';
import { loader } from './mlperf-tiny/load.ts';
import { lapsIn, modelIn, profileIn, vendorIn } from './mlperf-tiny/replies.ts';
import type { MlperfIdentity, MlperfProtocol } from './port.ts';

export interface MlperfOptions {
  /**
   * What the firmware's command buffer holds, `%` included (EE_CMD_SIZE). An over-long command corrupts memory without a word, so that
   * none is tried. @default 80, what every firmware has
   */
  readonly commandBuffer?: number;
  /** How long a start is listened for before anything is asked. @default 1000 */
  readonly readyMs?: number;
  /** How long it is asked for its name. @default 10000 */
  readonly connectMs?: number;
  /** So long at least: firmware may take that to boot. @default 0 */
  readonly bootMs?: number;
  /** The link is to an interface board, which speaks to the DUT at this rate. */
  readonly through?: { readonly baud: number };
}

/**
 * The text protocol of MLPerf Tiny firmware (ad01, ic01, kws01, vww01), unchanged: benchmark/api of mlcommons/tiny. It has neither
 * sequence numbers nor checksums: every reply is held against what was asked, and everything that is odd is asked again.
 */
export function mlperfProtocol({
  commandBuffer = 80,
  readyMs = 1000,
  connectMs = 10_000,
  bootMs = 0,
  through,
}: MlperfOptions = {}): MlperfProtocol {
  return {
    kind: 'mlperf-tiny',
    async connect(direct, signal) {
      const bootedMs = Math.max(connectMs, bootMs);
      const link = through ? await throughInterface(direct, { ...through, readyMs: bootedMs }, signal) : direct;
      const exchange = openExchange(link, signal);
      await exchange.becameReady(readyMs);
      const identity = await introduce(exchange, performance.now() + bootedMs);
      exchange.introduced();
      return {
        identity,
        load: loader(exchange, through ? Math.min(commandBuffer, throughCommandBytes) : commandBuffer),
        infer: inferrer(exchange, identity),
        linkUse: () => exchange.use(),
        waiting: () => exchange.waiting(),
      };
    },
  };
}

async function introduce(exchange: Exchange, deadlineMs: number): Promise<MlperfIdentity> {
  const vendor = await firstName(exchange, deadlineMs);
  const { profile, modelId } = await demand(exchange, 'profile', profileOf);
  return { vendor, profile, modelId, timestamps: await timestampsOf(exchange) };
}

/** A board that boots, or prints what it likes, is asked again until it answers. */
async function firstName(exchange: Exchange, deadlineMs: number): Promise<string> {
  const heard: string[] = [];
  for (let again = 0; performance.now() < deadlineMs; again++) {
    const { lines, end } = await exchange.ask('name', { isRepeat: again > 0 });
    const vendor = end === 'silent' ? undefined : vendorIn(lines);
    if (vendor !== undefined) return vendor;
    heard.push(...lines.map(({ text }) => text));
    await exchange.becameReady(settleMs);
  }
  throw noAnswer(heard, exchange.unendedBytes());
}

/** What was printed at a start has been heard by then. */
const settleMs = 100;

function noAnswer(heard: readonly string[], unendedBytes: number): Silent {
  const said = heard.length > 0 ? `says ${JSON.stringify(heard.slice(-2).join('\n'))}` : 'says nothing';
  const endless = unendedBytes > 0 ? ` (${unendedBytes} bytes without a line end)` : '';
  return new Silent(
    `does not answer "name%": it ${said}${endless}`,
    'DUT',
    'see whether it runs firmware of MLPerf Tiny, and whether `baud` is the rate that it speaks at',
  );
}

function profileOf(lines: readonly Line[]): Pick<MlperfIdentity, 'profile' | 'modelId'> | undefined {
  const [profile, modelId] = [profileIn(lines), modelIn(lines)];
  return profile === undefined || modelId === undefined ? undefined : { profile, modelId };
}

/** A build for energy says nothing and pulses a pin; a loss would look like it once, not twice. */
async function timestampsOf(exchange: Exchange): Promise<MlperfIdentity['timestamps']> {
  const first = await demand(exchange, 'timestamp', timestampIn);
  return first === 'performance' ? first : demand(exchange, 'timestamp', timestampIn);
}

function timestampIn(lines: readonly Line[]): MlperfIdentity['timestamps'] | undefined {
  if (lapsIn(lines).length === 1) return 'performance';
  return lines.some(({ text }) => text.startsWith('m-') || text.includes('lap')) ? undefined : 'energy';
}
