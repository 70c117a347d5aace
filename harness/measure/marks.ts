import type { Dut, Inference, InferOptions } from '../protocol/port.ts';
import type { MarkSample } from '../recording/recording.ts';
import type { Boot } from './session.ts';

type Purpose = Exclude<MarkSample['purpose'], 'idle'>;

/** What a window is for, which may hang on how well it can be placed, and of which vector. */
export interface Marked {
  readonly purpose: Purpose | ((slackMs: number, dutMs: number) => Purpose);
  readonly vector: number;
}

/** A DUT whose windows are marked in the recording where a trace is taken of them; else it is as it was. */
export interface MarkedDut extends Omit<Dut, 'infer'> {
  infer(input: Uint8Array, of: InferOptions & Marked): Promise<Inference>;
  /** What was seen of windows so far. */
  readonly seen: SeenWindows;
}

export interface SeenWindows {
  /** By how much more a window takes by the host's clock than by the DUT's, in the median: some are late because the host was busy. */
  readonly slackMs: number;
  /** When the last one was asked for, by the clock of the recording, what it became, and its own slack. */
  readonly askedMs: number;
  readonly lastSlackMs: number;
  readonly lastPurpose: Purpose | undefined;
  /** One inference, by the DUT's clock, of the window with the most. */
  readonly eachMs: number;
}

/** Takes the times of each request for a window and of its answer, by the clock of the recording. */
export function markedDut(
  { metering, recorder, boot }: Pick<Boot, 'metering' | 'recorder' | 'boot'>,
  dut: Dut,
): MarkedDut {
  let [askedMs, lastSlackMs] = [0, 0];
  let lastPurpose: Purpose | undefined;
  const slacksMs: number[] = [];
  let eachMs = 0;
  let mostRuns = 0;
  const dutMsOf = ({ ticks }: Inference): number => (1000 * ticks) / dut.identity.tickHz;
  const see = (runs: number, slackMs: number, dutMs: number): void => {
    slacksMs.push(Math.max(0, slackMs));
    if (runs > mostRuns) eachMs = dutMs / runs;
    mostRuns = Math.max(mostRuns, runs);
  };
  return {
    ...dut,
    get seen() {
      return { askedMs, lastPurpose, lastSlackMs, slackMs: median(slacksMs), eachMs };
    },
    async infer(input, { purpose: given, vector, ...options }) {
      if (!metering?.tracing) return dut.infer(input, options);
      let [sentMs, heardMs] = [0, 0];
      const onAsk = (): void => void (sentMs = recorder.nowMs());
      const onAnswer = (): void => void (heardMs = recorder.nowMs());
      const inference = await dut.infer(input, { ...options, onAsk, onAnswer });
      const { ticks, output } = inference;
      const { repeat: runs = 1 } = options;
      const [slackMs, dutMs] = [heardMs - sentMs - dutMsOf(inference), dutMsOf(inference)];
      const purpose = typeof given === 'function' ? given(slackMs, dutMs) : given;
      recorder.sample({
        kind: 'mark',
        boot,
        purpose,
        vector,
        runs,
        ...timesOf(sentMs, heardMs),
        ...(purpose !== 'inference' && { ticks }),
        ...(hasOutput(purpose) && { output: Buffer.from(output).toString('base64') }),
        isPulse: true,
      });
      see(runs, slackMs, dutMs);
      [askedMs, lastSlackMs, lastPurpose] = [sentMs, slackMs, purpose];
      return inference;
    },
  };
}

/** 0 of none. */
function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}

/** To the microsecond. */
export function timesOf(sentMs: number, heardMs: number): Pick<MarkSample, 'sentMs' | 'heardMs'> {
  return { sentMs: rounded(sentMs), heardMs: rounded(heardMs) };
}

function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

/** What is in no other sample, and has to be right all the same. */
function hasOutput(purpose: Purpose): boolean {
  return purpose === 'window' || purpose === 'period';
}
