import type { MarkSample, Recording, WindowSample } from '../recording/recording.ts';
import type { InferenceWindow } from './evidence.ts';

/** What the host has of windows: when it asked for them, and what the DUT counted in them. */
export interface Marks {
  /** Each holds one window, in their order. */
  readonly requests: readonly MarkSample[];
  /** In which the DUT was left alone. */
  readonly idle: readonly MarkSample[];
  /** From the first mark to the last, boot by boot. */
  readonly boots: readonly { readonly fromMs: number; readonly untilMs: number }[];
  /** Whether a request's window is one that budgets are about. */
  isJudged(mark: MarkSample): boolean;
  counted(mark: MarkSample): Counted;
}

export type Counted = Pick<InferenceWindow, 'ticks' | 'dutUs'>;

/**
 * Judged are the windows of many runs where there are any, since an inference was too short for one; else the inferences that outputs and ticks
 * are of. What warms up, scales, profiles or keeps a period is placed, and not judged.
 */
export function readMarks({ manifest, samples }: Recording): Marks {
  const marks = samples.filter(sample => sample.kind === 'mark').toSorted((a, b) => a.sentMs - b.sentMs);
  const requests = marks.filter(({ purpose }) => purpose !== 'idle');
  const laps = lapsOf(samples);
  const ticks = ticksOf(samples);
  const isTimed = laps.size > 0;
  const windows = requests.filter(mark => mark.purpose === 'window' && (!isTimed || laps.has(keyOf(mark))));
  const judged = new Set(windows.length > 0 ? windows : requests.filter(({ purpose }) => purpose === 'inference'));
  const isInTime = manifest.basis === 'silicon' || manifest.basis === 'host';
  const tickHz = isInTime ? manifest.dut?.tickHz : undefined;
  return {
    requests,
    idle: marks.filter(({ purpose }) => purpose === 'idle'),
    boots: bootsOf(marks),
    isJudged: mark => judged.has(mark),
    counted(mark) {
      const own = mark.ticks ?? (mark.purpose === 'inference' ? ticks.get(`${mark.boot}/${mark.vector}`) : undefined);
      const dutUs = own === undefined ? laps.get(keyOf(mark)) : tickHz && (1e6 * own) / tickHz;
      return { ...(own !== undefined && { ticks: own }), ...(dutUs !== undefined && { dutUs }) };
    },
  };
}

function bootsOf(marks: readonly MarkSample[]): Marks['boots'] {
  const boots = new Map<number, { fromMs: number; untilMs: number }>();
  for (const { boot, sentMs, heardMs } of marks) {
    const seen = boots.get(boot);
    boots.set(boot, {
      fromMs: Math.min(seen?.fromMs ?? sentMs, sentMs),
      untilMs: Math.max(seen?.untilMs ?? heardMs, heardMs),
    });
  }
  return [...boots.values()];
}

function ticksOf(samples: Recording['samples']): ReadonlyMap<string, number> {
  return new Map(
    samples.flatMap(sample =>
      sample.kind === 'inference' && sample.ticks !== undefined
        ? [[`${sample.boot}/${sample.vector}`, sample.ticks] as const]
        : [],
    ),
  );
}

/** Firmware of MLPerf Tiny tells its clock before and after: modulo 2^32 µs. */
function lapsOf(samples: Recording['samples']): ReadonlyMap<string, number> {
  const windows = samples.filter((sample): sample is WindowSample => sample.kind === 'window');
  return new Map(
    windows.map(({ boot, purpose, vector, iterations, lap0Us, lap1Us }) => [
      keyOf({ boot, purpose: purpose === 'measured' ? 'window' : purpose, vector, runs: iterations }),
      (lap1Us - lap0Us + 2 ** 32) % 2 ** 32,
    ]),
  );
}

function keyOf({ boot, purpose, vector, runs }: Pick<MarkSample, 'boot' | 'purpose' | 'vector' | 'runs'>): string {
  return `${boot}/${purpose}/${vector}/${runs}`;
}

/** `the inference of vector 3`. */
export function nameOf({ purpose, vector, boot }: MarkSample): string {
  const names = {
    warmup: 'warm-up',
    scaling: 'scaling',
    window: 'window',
    period: 'period',
    profile: 'profile',
  } as const;
  const name = purpose === 'inference' || purpose === 'idle' ? purpose : names[purpose];
  return `the ${name} of vector ${vector}${boot > 0 ? ` in boot ${boot}` : ''}`;
}
