import { isDeepStrictEqual } from 'node:util';
import type { TrialInference, TrialSample } from '../recording/recording.ts';
import type { Trial } from '../suite/suite.ts';
import { outputDifference } from './golden.ts';
import type { Verdict } from './result.ts';
import { explainEnd, type Inference, type Session } from './session.ts';
import type { TensorSpec } from './tensor.ts';

/**
 * Judges what came of a suite's faults on demand, in its order. `outputs` are the model's output tensors. As with a budget, nothing passes
 * beside a session that broke, whose undisturbed outputs may be lacking; what is wrong by then stays wrong.
 */
export function judgeTrials(trials: readonly Trial[], session: Session, outputs: readonly TensorSpec[]): Verdict[] {
  return trials.map((trial, index) => judgeTrial(trial, { seen: sampleOf(trial, index, session), session, outputs }));
}

/** A recording can be judged by another suite than it was made with: what was done then counts, at its own place if it is there. */
function sampleOf(trial: Trial, index: number, session: Session): TrialSample | undefined {
  const same = session.trials.filter(sample => isOf(sample, trial, session));
  return same.find(sample => sample.trial === index) ?? same[0];
}

interface Evidence {
  readonly seen: TrialSample | undefined;
  readonly session: Session;
  readonly outputs: readonly TensorSpec[];
}

function judgeTrial(trial: Trial, { seen, session, outputs }: Evidence): Verdict {
  if (session.end.status === 'skipped') return verdictOf(trial, 'skipped', `not measured: ${session.end.reason}`);
  if (!seen) return verdictOf(trial, 'skipped', whyUntried(session));
  const tried = `tried ${trial.injection.kind}: `;
  if (seen.end.status === 'skipped') return verdictOf(trial, 'skipped', seen.end.reason);
  if (seen.end.status === 'broken') return verdictOf(trial, 'broken', tried + seen.end.reason);
  if (seen.injected === 0) return verdictOf(trial, ...withoutFault(seen, trial));
  const course = courseOf(seen, session, outputs);
  const isMet = met[trial.expect](course);
  if (isMet && session.end.status !== 'complete')
    return verdictOf(trial, 'skipped', `not judged, since ${explainEnd(session.end)}; so far ${courseText(course)}`);
  const lead = isMet ? '' : `must be ${trial.expect}, and is not: `;
  return { ...verdictOf(trial, isMet ? 'passed' : 'failed', lead + courseText(course)), measured: seen.injected };
}

/** What happened from the fault on. */
interface Course {
  readonly seen: TrialSample;
  readonly isNoticed: boolean;
  readonly isRecovered: boolean;
  /** About the first output that was taken for right and is not. */
  readonly wrong: string | undefined;
}

const met: Readonly<Record<Trial['expect'], (course: Course) => boolean>> = {
  detected: ({ isNoticed, wrong }) => isNoticed && wrong === undefined,
  recovered: ({ isRecovered }) => isRecovered,
  'same-output': ({ isRecovered, wrong }) => isRecovered && wrong === undefined,
};

function courseOf(seen: TrialSample, session: Session, outputs: readonly TensorSpec[]): Course {
  const answers = session.trialInferences.filter(({ trial }) => trial === seen.trial);
  const answered = new Set(answers.map(({ vector }) => vector));
  const isWhole = Array.from({ length: seen.vectors }, (_, vector) => answered.has(vector)).every(Boolean);
  return {
    seen,
    isNoticed: seen.signs.length > 0,
    isRecovered: seen.end.status === 'complete' && isWhole,
    wrong: firstWrong(answers, session, outputs),
  };
}

function firstWrong(
  answers: readonly TrialInference[],
  { inferences }: Session,
  outputs: readonly TensorSpec[],
): string | undefined {
  for (const { vector, output } of answers) {
    const undisturbed = inferences.find(inference => inference.vector === vector);
    const difference = undisturbed && differenceText(undisturbed, Buffer.from(output, 'base64'), outputs);
    if (difference !== undefined) return `vector ${vector} gave ${difference}`;
  }
  return undefined;
}

function differenceText({ output }: Inference, actual: Buffer, outputs: readonly TensorSpec[]): string | undefined {
  if (actual.length !== output.length) return `${actual.length} bytes of output, ${output.length} undisturbed`;
  const worst = outputDifference(output, actual, outputs);
  return worst && `another output: element ${worst.element} is ${worst.actual}, ${worst.expected} undisturbed`;
}

function courseText({ seen, isNoticed, isRecovered, wrong }: Course): string {
  const { vectors, signs, end } = seen;
  const whole = vectors === 1 ? 'the vector was answered' : `all ${vectors} vectors were answered`;
  const ended = end.status === 'complete' ? 'not every vector was answered' : end.reason;
  return [
    doneText(seen),
    isNoticed ? `noticed: ${signs.join(', ')}` : 'nothing noticed it',
    isRecovered ? whole : ended,
    wrong ?? 'no output differs from the undisturbed boot',
  ].join('; ');
}

function doneText({ injection, injected, bytes = 0 }: TrialSample): string {
  const some = `${injected} of ${bytes} bytes`;
  switch (injection.kind) {
    case 'uart-drop':
      return `${some} vanished on the UART`;
    case 'uart-flip':
      return `a bit flipped in ${some} on the UART`;
    case 'uart-delay':
      return `${some} came ${injection.byMs} ms late on the UART`;
    case 'power-cycle':
      return `the power went while vector ${injection.vector} was computed`;
    default:
      return `bit ${injection.bit} of the model flipped`;
  }
}

/** A fault that never was shows nothing, unless the session failed all the same: then that is told. */
function withoutFault({ bytes = 0, end }: TrialSample, { injection }: Trial): ['inconclusive' | 'failed', string] {
  if (end.status === 'failed') return ['failed', `it failed before any fault was done to it: ${end.reason}`];
  const rate = 'rate' in injection ? ` at a rate of ${injection.rate}` : '';
  return ['inconclusive', `it befell none of ${bytes} bytes${rate}: raise \`rate\`, or \`vectors\``];
}

function isOf({ injection, vectors }: TrialSample, trial: Trial, session: Session): boolean {
  return isDeepStrictEqual(injection, trial.injection) && vectors === Math.min(trial.vectors, session.vectors);
}

function whyUntried({ end, trials }: Session): string {
  if (end.status !== 'complete') return `not tried, since ${explainEnd(end)}`;
  return trials.length === 0
    ? 'not tried: the recording has no faults on demand'
    : 'not tried: the recording has other faults on demand; measure again';
}

function verdictOf({ budget, optional }: Trial, status: Verdict['status'], reason: string): Verdict {
  return {
    budget,
    status,
    measured: null,
    relation: null,
    limit: null,
    unit: 'faults',
    basis: null,
    optional,
    reason,
  };
}
