import type { TraceEvent } from '../recording/trace.ts';
import type { Spoilt, TraceFault } from './evidence.ts';
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
    ...inStretches(figured, gaps, { check: 'gaps', say: count => `${counted(count, 'sample')} were lost` }),
    ...inStretches(figured, impossible, {
      check: 'impossible',
      say: (count, first) => `${counted(count, 'sample')} are none: ${'what' in first ? first.what : ''}`,
    }),
    ...inStretches(figured, saturated, {
      check: 'saturation',
      say: count => `${counted(count, 'sample')} are at the end of the meter's range, so that the current was higher`,
    }),
    ...checkUntold(figured, [...gaps, ...impossible]),
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
  readonly say: (samples: number, first: Run) => string;
}

/** In what a budget is about they are a fault, elsewhere a doubt; the figures that they are in are gone either way. */
function inStretches(figured: Sampled, runs: readonly Run[], { check, say }: Said): readonly Finding[] {
  const stretches = stretchesOf(figured);
  const touched = runs.map(run => ({ run, kinds: kindsAt(stretches, run) }));
  const isUsed = (kind: Spoilt) => figured.used.has(kind);
  const faulty = touched.filter(({ kinds }) => kinds.some(isUsed));
  const others = touched.filter(({ kinds }) => !kinds.some(isUsed));
  const told = (some: typeof touched) => {
    const [first] = some;
    if (!first) return undefined;
    const kinds = [...new Set(some.flatMap(each => each.kinds))];
    const count = some.reduce((sum, { run }) => sum + run.samples, 0);
    return { what: say(count, first.run), sample: first.run.sample, kinds };
  };
  const [fault, doubt] = [told(faulty), told(others)];
  return [
    ...(fault
      ? [
          {
            check,
            what: `${fault.what} in ${namesOf(fault.kinds.filter(isUsed))}`,
            sample: fault.sample,
            spoils: fault.kinds,
          },
        ]
      : []),
    ...(doubt ? [{ doubt: `${doubt.what}, where no budget is about them`, spoils: doubt.kinds }] : []),
  ];
}

/** An edge beside a run lies at an unknown place in it. */
function kindsAt(stretches: readonly OfKind[], { sample, samples }: Run): readonly OfKind['kind'][] {
  const touched = stretches.filter(({ figures: { first, end } }) => first <= sample + samples && end >= sample);
  return [...new Set(touched.map(({ kind }) => kind))];
}

const names = {
  inference: 'a window',
  sleep: 'the time that the DUT was left alone',
  dutyCycle: 'the duty cycle',
  application: 'the application',
} as const;

function namesOf(kinds: readonly OfKind['kind'][]): string {
  return kinds.map(kind => names[kind]).join(', ');
}

/** Values that are no number and that nobody has told: they are in no sum, so that charge falls behind the mean. */
function checkUntold(figured: Sampled, told: readonly Run[]): readonly Finding[] {
  const untold = stretchesOf(figured).flatMap(({ kind, figures }) => {
    const { first, end, meanMa, chargeUc, durationUs } = figures;
    if (!meanMa || chargeUc === undefined) return [];
    const missing = Math.round((end - first) * (1 - (1000 * chargeUc) / (meanMa * durationUs)));
    const known = told.reduce((sum, run) => sum + overlap(run, figures), 0);
    return missing > known ? [{ kind, first, missing: missing - known }] : [];
  });
  const [first] = untold;
  if (!first) return [];
  const kinds = [...new Set(untold.map(({ kind }) => kind))];
  const what = `${counted(first.missing, 'sample')} in ${names[first.kind]} are no number`;
  if (!kinds.some(kind => figured.used.has(kind))) return [{ doubt: what, spoils: kinds }];
  return [{ check: 'gaps', what, sample: first.first, spoils: kinds }];
}

function overlap({ sample, samples }: Run, { first, end }: { readonly first: number; readonly end: number }): number {
  return Math.max(0, Math.min(sample + samples, end) - Math.max(sample, first));
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
