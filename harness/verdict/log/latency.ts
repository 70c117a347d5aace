import type { Board } from '../../suite/board.ts';
import type { LogSpec } from '../../suite/suite.ts';
import type { Heard } from './heard.ts';

/** Ticks of single inferences with the rate of what counts them, or why there are none. */
export type LogTicks =
  | { readonly ticks: readonly number[]; readonly tickHz: number; readonly doubt?: string }
  | { readonly ticks?: never; readonly doubt?: never; readonly missing: string };

/** Nanoseconds: whole numbers of what logs tell in µs. */
const nanosecondHz = 1e9;

interface Given {
  readonly spec: LogSpec | undefined;
  readonly board: Pick<Board, 'clockHz' | 'ticks'>;
  /** Of the suite's model, where it has one. */
  readonly operators: number | undefined;
}

/**
 * How long inferences took by what the log tells, the finest first: ticks where somebody says how fast they are, cycles of the core, times. The sum of
 * a profile's operators is taken for an inference only where the log has no better, and where it is known how many operators one has.
 */
export function ticksOf(heard: Heard, { spec, board, operators }: Given): LogTicks {
  const values = (name: string) =>
    name === 'profile_ticks' ? sumsOf(heard, operators) : (heard.values.get(name)?.map(({ value }) => value) ?? []);
  const timerHz = spec?.rateHz ?? board.ticks?.rateHz;
  const coreHz = values('cpu_clock_hz').at(-1) ?? board.clockHz;
  const ways = [
    { name: 'inference_ticks', hz: timerHz, scale: 1 },
    { name: 'inference_cycles', hz: coreHz, scale: 1 },
    { name: 'inference_us', hz: nanosecondHz, scale: 1000 },
    { name: 'profile_ticks', hz: timerHz, scale: 1 },
    { name: 'profile_cycles', hz: coreHz, scale: 1 },
  ];
  for (const { name, hz, scale } of ways) {
    const found = values(name);
    if (found.length === 0 || hz === undefined) continue;
    const doubt = keptDoubt(heard, name);
    return { ticks: found.map(value => Math.round(value * scale)), tickHz: hz, ...(doubt !== undefined && { doubt }) };
  }
  const unrated = ways.find(({ name }) => values(name).length > 0);
  if (!unrated) return { missing: 'the log tells no time of single inferences: bound what it tells under metrics' };
  return {
    missing: `the log tells ${unrated.name}, and nobody says how fast they are: write log.rate, or bound metrics.${unrated.name}`,
  };
}

/** Of a log that is too long not all are kept, and the longest may be among the others. */
function keptDoubt({ metrics, leftOut }: Heard, name: string): string | undefined {
  const { count, kept } = metrics.figures.find(figure => figure.name === name) ?? {};
  if (kept !== undefined) return `only the first ${kept} of ${count} inferences were kept one by one`;
  return name.startsWith('profile_') && leftOut > 0 ? 'not all profiles were kept' : undefined;
}

/** Profiles that follow each other without a line between them read as one. */
function sumsOf(heard: Heard, operators: number | undefined): readonly number[] {
  if (!heard.values.has('profile_ticks')) return [];
  return singleProfiles(heard, operators).map(profile => profile.reduce((sum, { ticks }) => sum + ticks, 0));
}

/** The profiles of single inferences [operators]; none where it is not known how many operators one has, or where a profile is none. */
export function singleProfiles({ profiles }: Heard, operators = 0): readonly Profile[] {
  if (operators === 0) return [];
  return profiles.flatMap(({ operators: all }) =>
    all.length % operators === 0
      ? Array.from({ length: all.length / operators }, (_, n) => all.slice(n * operators, (n + 1) * operators))
      : [],
  );
}

type Profile = Heard['profiles'][number]['operators'];
