// What a serial line carries, against what it could: DUTs on paced ptys, and the existing runner's discipline on a line of its own.
import { noPacedLine, type PacedLineOptions, startPacedLine } from '../../harness/fixtures/paced-line.ts';
import { randomsFrom } from '../../harness/fixtures/random.ts';
import { mlperfProtocol } from '../../harness/protocol/mlperf-tiny.ts';
import type { MlperfDut } from '../../harness/protocol/port.ts';
import { tickmarkProtocol } from '../../harness/protocol/tickmark.ts';
import type { Link } from '../../harness/target/port.ts';
import { serialTarget } from '../../harness/target/serial.ts';
import { existingRunner } from './existing-runner.ts';
import { promised, row, skipped, timed } from './rows.ts';

const limits = { largeInputs: 0.95, smallInputs: 0.92, usbLatencyCosts: 0.05 };
const usbLatencyMs = 16;
const kws = { model: 'kws01', bytes: 490, scores: 12 };
const vww = { model: 'vww01', bytes: 27_648, scores: 2 };

export async function benchSerial(): Promise<void> {
  if (noPacedLine !== undefined) {
    skipped('serial lines', noPacedLine);
    return;
  }
  await benchText({ ...kws, inputs: 25 }, {});
  await benchText({ ...kws, inputs: 10 }, { usbLatencyMs });
  await benchText({ ...vww, inputs: 3 }, {});
  await benchTextOnBadLine();
  for (const baud of [115_200, 921_600]) {
    const more = baud / 115_200;
    const large = { bytes: vww.bytes, inputs: 4 * more };
    const share = await benchBinary({ ...large, limit: limits.largeInputs }, { baud });
    await benchBinary({ ...large, limit: share - limits.usbLatencyCosts }, { baud, usbLatencyMs });
    await benchBinary({ bytes: kws.bytes, inputs: 100 * more, limit: limits.smallInputs }, { baud });
  }
}

type Line = Omit<PacedLineOptions, 'dut'>;

interface Job {
  readonly bytes: number;
  readonly inputs: number;
}

/**
 * The text protocol and the existing runner at the same time, each on a line and a DUT of its own: what else the machine does befalls both.
 * The first input of a session is left out: the client reads it back, which the other never does.
 */
async function benchText({ model, bytes, inputs, scores }: Job & typeof kws, line: Line): Promise<void> {
  const dut = ['mlperf-dut', '--model', model] as const;
  await using ours = await startPacedLine({ ...line, dut });
  await using theirs = await startPacedLine({ ...line, dut });
  const { signal } = new AbortController();
  await using ourLink = await openLink(ours.path, signal);
  await using theirLink = await openLink(theirs.path, signal);
  const client = await mlperfProtocol().connect(ourLink, signal);
  const runner = existingRunner(theirLink);

  const [first = new Uint8Array(), ...rest] = randomInputs(bytes, inputs + 1);
  const { seconds: firstS } = await timed(() => inferOnce(client, first, scores));
  const [our, their] = await Promise.all([
    medianSeconds(rest, input => inferOnce(client, input, scores)),
    medianSeconds(rest, input => runner.infer(input)),
  ]);
  const what = `text protocol, ${describe(bytes, line)}`;
  promised(what, `${(our * 1000).toFixed(1)} ms`, our / their);
  row(`the same by the existing runner's discipline`, `${(their * 1000).toFixed(1)} ms`);
  row('the first input, which is read back', `${(firstS * 1000).toFixed(1)} ms`);
}

async function medianSeconds<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<number> {
  const seconds: number[] = [];
  for (const item of items) seconds.push((await timed(() => work(item))).seconds);
  return seconds.toSorted((a, b) => a - b)[seconds.length >> 1] ?? Number.NaN;
}

/** One byte in a thousand is lost each way. At a high rate, since losses go by bytes. */
async function benchTextOnBadLine(): Promise<void> {
  const inferences = 200;
  const line = await startPacedLine({
    dut: ['mlperf-dut', '--model', kws.model, '--uart-baud', '921600'],
    baud: 921_600,
    drop: 1e-3,
    seed: 5,
  });
  const { signal } = new AbortController();
  await using link = await openLink(line.path, signal);
  const client = await mlperfProtocol().connect(link, signal);
  let wrong = 0;
  const { seconds } = await timed(async () => {
    for (const input of randomInputs(kws.bytes, inferences)) {
      const { results } = await inferOnce(client, input, kws.scores);
      wrong += results.join(',') === standIn(input).join(',') ? 0 : 1;
    }
  });
  const { damagedFrames, lostFrames } = client.linkUse();
  const { toDut, toHost } = await line.end();
  const what = `text protocol, 1 byte in 1,000 lost, ${inferences} inferences`;
  promised(what, `${wrong} wrong`, wrong === 0 ? 0 : Number.POSITIVE_INFINITY);
  row(
    `${what}, lost and noticed`,
    `${toDut.lost + toHost.lost}, ${damagedFrames + lostFrames}`,
    `${seconds.toFixed(1)} s`,
  );
}

/** The share of the line's bytes that are input, in runs for accuracy alone. */
async function benchBinary(
  { bytes, inputs, limit }: Job & { limit: number },
  line: Line & { baud: number },
): Promise<number> {
  const dut = ['agent-dut', '--input', String(bytes), '--output', '12'] as const;
  await using port = await startPacedLine({ ...line, dut });
  const { signal } = new AbortController();
  await using link = await openLink(port.path, signal, line.baud);
  const agent = await tickmarkProtocol().connect(link, signal);
  const model = Uint8Array.of(1, 2, 3);
  await agent.load(model);
  await agent.prepare(model.length);
  const vectors = randomInputs(bytes, inputs);
  const { seconds, value: outputs } = await timed(() => collect(agent.inferAll(vectors)));
  if (outputs.length !== inputs) throw new Error(`${outputs.length} outputs of ${inputs} inputs`);
  const share = (inputs * bytes * 10) / line.baud / seconds;
  promised(`binary protocol, ${describe(bytes, line)}`, `${(100 * share).toFixed(1)} %`, limit / share);
  return share;
}

function describe(bytes: number, { baud = 115_200, usbLatencyMs: latencyMs }: Line): string {
  return `${bytes} B at ${baud}${latencyMs === undefined ? '' : `, ${latencyMs} ms of USB latency`}`;
}

function openLink(path: string, signal: AbortSignal, baud = 115_200): Promise<Link> {
  return serialTarget({ name: 'paced-line', basis: 'host', port: { path }, baud }).open('', signal);
}

function inferOnce(client: MlperfDut, input: Uint8Array, scores: number) {
  return client.load(input).then(() => client.infer({ iterations: 1, warmups: 0, results: scores, isPlain: true }));
}

function randomInputs(bytes: number, count: number): Uint8Array[] {
  const random = randomsFrom(17);
  return Array.from({ length: count }, () => Uint8Array.from({ length: bytes }, () => random(256)));
}

/** What boards/firmware/host/mlperf.c prints of kws01's scores. */
function standIn(input: Uint8Array): string[] {
  const hash = input.reduce((state, byte) => Math.imul(state ^ byte, 16_777_619) >>> 0, 2_166_136_261);
  const winner = 128 + (Math.floor(hash / 256) % 100);
  const scores = Array<number>(kws.scores).fill(0);
  scores[hash % kws.scores] = winner;
  scores[(hash + 1) % kws.scores] = 256 - winner;
  return scores.map(of256 => `0.${String(Math.floor((of256 * 1000) / 256)).padStart(3, '0')}`);
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
