import { formatQuantity } from '../../units.ts';
import type { Figure, Lack } from '../budget.ts';
import type { GoldenComparison } from '../golden.ts';
import type { AccuracyMetrics, ClassMetrics } from '../result.ts';
import { type AccuracySubject, type Finding, notFound } from './finding.ts';
import { isRight, type Outcome } from './outcomes.ts';

/** The metrics that every task has which names classes. */
export type ClassSubject = AccuracySubject & { readonly metric: 'top1' | 'precision' | 'recall' | 'lossVsFloat' };

export interface ClassEvidence {
  readonly metrics: AccuracyMetrics;
  /** The DUT's. */
  readonly outcomes: readonly Outcome[];
  readonly golden: GoldenComparison | undefined;
}

export function hasClasses(subject: AccuracySubject): subject is ClassSubject {
  return ['top1', 'precision', 'recall', 'lossVsFloat'].includes(subject.metric);
}

/** What a budget of classes is held against, with where to look: the first one wrong, the class confused most often. */
export function classFigure(subject: ClassSubject, evidence: ClassEvidence): Finding {
  if (!('class' in subject)) return subject.metric === 'top1' ? top1(evidence) : loss(evidence);
  const { classes } = evidence.metrics;
  const index = classIndex(subject.class, classes);
  const own = evidence.metrics.perClass[index];
  if (!own) return notFound(`there is no class "${subject.class}" among the task's ${classes.length}`);
  const oneClass = { ...evidence, index, own };
  return subject.metric === 'precision' ? precision(oneClass) : recall(oneClass);
}

function top1({ metrics, outcomes }: ClassEvidence): Figure {
  const { top1: value, correct, judged, of } = metrics;
  const first = outcomes.find(outcome => !isRight(outcome));
  const detail = of === 'vectors' ? `${correct} of ${judged}` : `${correct} of ${judged} ${of}`;
  return {
    name: 'top-1',
    value,
    detail,
    ...(first && { note: [firstWrong(first, metrics), ...worstClass(metrics)].join('; ') }),
    evidence: 'moves',
  };
}

function firstWrong({ name, label, predicted, detail }: Outcome, { classes }: AccuracyMetrics): string {
  const because = detail === undefined ? '' : ` (${detail})`;
  return `the first one wrong is ${name}: ${classes[label]}, taken for ${classes[predicted]}${because}`;
}

/** Of two classes the confusion is plain enough; of more, one is often the trouble. */
function worstClass({ perClass, confusion }: AccuracyMetrics): readonly string[] {
  if (perClass.length < 3) return [];
  const recalls = perClass.map(({ recall: share }) => share ?? Number.POSITIVE_INFINITY);
  const index = recalls.indexOf(Math.min(...recalls));
  return [
    `the class least often right is ${perClass[index]?.name} (${confusion[index]?.[index]} of ${perClass[index]?.support})`,
  ];
}

/**
 * On the host's golden, over every vector. It holds for the device as far as the device's outputs are the golden, and the note says when
 * they are not.
 */
function loss({ metrics, golden }: ClassEvidence): Finding {
  const { goldenTop1 = 0, floatTop1, lossVsFloatPp } = metrics;
  if (floatTop1 === undefined || lossVsFloatPp === undefined) {
    return notFound('the suite names no float twin: add model.float');
  }
  const detail = `float ${formatQuantity(floatTop1, '%', 2)}, int8 golden ${formatQuantity(goldenTop1, '%', 2)}`;
  const note = golden && deviceNote(golden);
  return { name: 'loss', value: lossVsFloatPp, detail, ...(note && { note }), evidence: 'final' };
}

function deviceNote({ differences, measuredVectors }: GoldenComparison): string | undefined {
  if (differences.length === 0) return undefined;
  return `the device's own loss may differ: its outputs are not the golden in ${differences.length} of ${measuredVectors} vectors`;
}

interface OneClass extends ClassEvidence {
  readonly index: number;
  readonly own: ClassMetrics;
}

function precision({ index, own, metrics, outcomes }: OneClass): Finding {
  const { name, predicted, support } = own;
  const { classes, confusion, judged, of } = metrics;
  if (support === 0) return unsupported('precision', name, metrics);
  if (own.precision === null) {
    const reason = `nothing was taken for ${name} (support ${support} of ${judged} ${of}), so its precision is undefined`;
    return { status: 'inconclusive', reason };
  }
  const wrong = outcomes.filter(outcome => outcome.predicted === index && !isRight(outcome));
  const note = mostOften('wrongly taken for it most often', wrong, { classes, classOf: ({ label }) => label });
  const detail = `${confusion[index]?.[index]} of ${predicted} taken for it`;
  return { name: `precision of ${name}`, value: own.precision, detail, ...(note && { note }), evidence: 'moves' };
}

function recall({ index, own, metrics, outcomes }: OneClass): Finding {
  const { name, support } = own;
  const { classes, confusion } = metrics;
  if (own.recall === null) return unsupported('recall', name, metrics);
  const wrong = outcomes.filter(outcome => outcome.label === index && !isRight(outcome));
  const note = mostOften('taken most often for', wrong, { classes, classOf: outcome => outcome.predicted });
  const detail = `${confusion[index]?.[index]} of ${support} that are of it`;
  return { name: `recall of ${name}`, value: own.recall, detail, ...(note && { note }), evidence: 'moves' };
}

/** Whatever the model does, labels that never name a class say nothing about it. */
function unsupported(metric: string, name: string, { judged, of }: AccuracyMetrics): Lack {
  return {
    status: 'inconclusive',
    reason: `none of the ${judged} ${of} is of class ${name}: its ${metric} shows nothing`,
  };
}

/** The class that is confused most often, the first of equals, and where that happens first. */
function mostOften(
  lead: string,
  wrong: readonly Outcome[],
  { classes, classOf }: { readonly classes: readonly string[]; readonly classOf: (outcome: Outcome) => number },
): string | undefined {
  const counts = classes.map((_, index) => wrong.filter(outcome => classOf(outcome) === index).length);
  const most = counts.indexOf(Math.max(...counts));
  const first = wrong.find(outcome => classOf(outcome) === most);
  return first && `${lead}: ${classes[most]} (${counts[most]}×, the first is ${first.name})`;
}

/** A name before an index, as in labels: classes may be named by numbers. */
function classIndex(written: string, classes: readonly string[]): number {
  const named = classes.indexOf(written);
  return named >= 0 || !/^\d+$/.test(written) ? named : Number(written);
}
