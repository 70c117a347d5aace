import type { TraceEvent } from '../recording/trace.ts';
import type { CurrentFigures, Spoilt, TraceFault } from './evidence.ts';
import { type Figured, type OfKind, type Stretched, stretchesOf } from './figured.ts';
import { counted, type Finding } from './finding.ts';

/** More than this share of a trace is not lost by a meter that keeps up. */
const mostLost = 0.01;

type Sampled = Stretched & Pick<Figured, 'facts' | 'samples' | 'events' | 'used'>;

type Run = Extract<TraceEvent, { readonly samples: number }>;

/** Whether samples are there, possible, and within the meter's range, wherever a figure is taken of them. */
export function checkSamples(figured: Sampled): readonly Finding[] {
  const runs = figured.events.filter((event): event is Run => 'samples' in event);
  const gaps = runs.filter(({ kind }) => kind === 'gap');
  const impossible = runs.filter(({ kind }) => kind === 'impossible');
  const saturated = runs.filter(({ kind }) => kind === 'saturated');
  return [
    ...checkShare(figured, [...gaps, ...impossible]),
    ...inStretches(figured, gaps, { check: 'gaps', say: () => 'lost' }),
    ...inStretches(figured, impossible, {
      check: 'impossible',
      say: first => `that cannot be (${'what' in first ? first.what : ''})`,
    }),
    ...inStretches(figured, saturated, {
      check: 'saturation',
      say: () => "at the end of the meter's range, so that the current was higher,",
    }),
    ...checkUntold(figured, { gaps, impossible }),
    ...checkPeaks(figured),
  ];
}

function checkShare({ samples, facts }: Sampled, lost: readonly Run[]): readonly Finding[] {
  const count = lost.reduce((sum, run) => sum + run.samples, 0);
  if (count <= mostLost * samples) return [];
  const percent = Number(((100 * count) / samples).toPrecision(3));
  const what = `${percent} % of all samples were lost or are none, more than ${100 * mostLost} %: ${facts.meter.title} does not keep up`;
  return [{ check: 'gaps', what }];
}

interface Said {
  readonly check: TraceFault['check'];
  readonly say: (first: Run) => string;
}

type Kind = OfKind['kind'];

/** In what a budget is about they are a fault, elsewhere a doubt; the figures that they are in are gone either way. */
function inStretches(figured: Sampled, runs: readonly Run[], { check, say }: Said): readonly Finding[] {
  const touched = kindsOf(stretchesOf(figured), runs);
  const isUsed = (kind: Spoilt) => figured.used.has(kind);
  const told = (isFaulty: boolean) => {
    const some = runs.filter(run => [...(touched.get(run) ?? [])].some(isUsed) === isFaulty);
    const [first] = some;
    if (!first) return undefined;
    const kinds = [...new Set(some.flatMap(run => [...(touched.get(run) ?? [])]))];
    const count = some.reduce((sum, run) => sum + run.samples, 0);
    return { what: `${counted(count, 'sample')} ${say(first)}`, sample: first.sample, kinds };
  };
  const [fault, doubt] = [told(true), told(false)];
  return [
    ...(fault ? [faultIn(check, fault, fault.kinds.filter(isUsed))] : []),
    ...(doubt ? [{ doubt: `${doubt.what}; no budget is about it`, spoils: doubt.kinds }] : []),
  ];
}

function faultIn(
  check: TraceFault['check'],
  { what, sample, kinds }: { readonly what: string; readonly sample: number; readonly kinds: readonly Kind[] },
  used: readonly Kind[],
): TraceFault {
  return { check, what: `${what} in ${used.map(kind => names[kind]).join(', ')}`, sample, spoils: kinds };
}

/** What figures each run is in. An edge beside one lies at an unknown place in it, and of some it is known only how far back they may have been. */
function kindsOf(stretches: readonly OfKind[], runs: readonly Run[]): ReadonlyMap<Run, ReadonlySet<Kind>> {
  const kinds = new Map<Run, Set<Kind>>();
  const vague = runs.filter(run => backOf(run) > 0);
  for (const { kind, figures } of stretches) {
    const [first, end] = [figures.first - 1, figures.end + 1];
    const near = vague.filter(run => run.sample + run.samples > first && run.sample - backOf(run) < end);
    for (const run of [...touching(runs, first, end), ...near])
      kinds.set(run, (kinds.get(run) ?? new Set<Kind>()).add(kind));
  }
  return kinds;
}

function backOf(run: Run): number {
  return run.kind === 'gap' ? (run.within ?? 0) : 0;
}

/** Those of runs, which lie one after the other, that reach into a stretch. */
function* touching(runs: readonly Run[], first: number, end: number): Generator<Run> {
  let [low, high] = [0, runs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const run = runs[middle];
    if (run && run.sample + run.samples <= first) low = middle + 1;
    else high = middle;
  }
  for (let run = runs[low]; run && run.sample < end; run = runs[++low]) yield run;
}

const names = {
  inference: 'a window',
  sleep: 'the time that the DUT was left alone',
  dutyCycle: 'the duty cycle',
  application: 'the application',
} as const;

interface Told {
  readonly gaps: readonly Run[];
  readonly impossible: readonly Run[];
}

/** Values that are no number and that nobody has told: they are in no sum, so that charge falls behind the mean. */
function checkUntold(figured: Sampled, { gaps, impossible }: Told): readonly Finding[] {
  const untold = stretchesOf(figured).flatMap(({ kind, figures }) => {
    const { first } = figures;
    const missing = missingIn(figures);
    const known = missing > 0 ? overlap(gaps, figures) + overlap(impossible, figures) : 0;
    return missing > known ? [{ kind, first, missing: missing - known }] : [];
  });
  const [first] = untold;
  if (!first) return [];
  const kinds = [...new Set(untold.map(({ kind }) => kind))];
  const what = `${counted(first.missing, 'sample')} that are no number`;
  const used = kinds.filter(kind => figured.used.has(kind));
  if (used.length === 0) return [{ doubt: `${what}; no budget is about it`, spoils: kinds }];
  return [faultIn('gaps', { what, sample: first.first, kinds }, used)];
}

/** How many samples the charge lacks of what the mean says; all, where there is neither. */
function missingIn({ first, end, meanMa, chargeUc, energyUj, durationUs }: CurrentFigures): number {
  if (meanMa === undefined && energyUj === undefined) return end - first;
  if (!meanMa || chargeUc === undefined) return 0;
  return Math.round((end - first) * (1 - (1000 * chargeUc) / (meanMa * durationUs)));
}

function overlap(runs: readonly Run[], { first, end }: { readonly first: number; readonly end: number }): number {
  let samples = 0;
  for (const run of touching(runs, first, end))
    samples += Math.min(run.sample + run.samples, end) - Math.max(run.sample, first);
  return samples;
}

/** A meter that does not say where it is at its end. */
function checkPeaks(figured: Sampled): readonly Finding[] {
  const { mostMa } = figured.facts.meter;
  if (mostMa === undefined) return [];
  const over = stretchesOf(figured).filter(({ figures }) => (figures.peakMa ?? 0) >= mostMa);
  const kinds = [...new Set(over.map(({ kind }) => kind))].filter(kind => figured.used.has(kind));
  const [first] = over.filter(({ kind }) => kinds.includes(kind));
  if (!first) return [];
  const what = `${names[first.kind]} peaks at ${first.figures.peakMa} mA, and the meter's range ends at ${mostMa} mA`;
  return [{ check: 'saturation', what, sample: first.figures.first, spoils: kinds }];
}
