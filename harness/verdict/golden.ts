import type { Budget } from '../suite/suite.ts';
import { judgeFigure, notMeasured } from './budget.ts';
import type { Reference } from './reference.ts';
import type { GoldenDifference, GoldenMetrics, Verdict } from './result.ts';
import { byVector, explainEnd, type Inference, type Session } from './session.ts';
import { codesOf, type ElementType, lsbsOf, partsOf, type TensorSpec } from './tensor.ts';

/** How the DUT's outputs compare with the golden. Every inference of every boot counts. */
export interface GoldenComparison {
  readonly measuredVectors: number;
  /** One for each vector that differs, in the order of vectors: its worst element over all its inferences. */
  readonly differences: readonly GoldenDifference[];
  /** Vectors whose output changed from one inference of them to another; absent when each was measured once. */
  readonly unstable?: readonly number[];
  /** How many of the vectors that differ have the golden of the vector before. */
  readonly late: number;
}

/** Compares every output with its golden; undefined when there is none to compare. */
export function compareWithGolden(session: Session, reference: Reference): GoldenComparison | undefined {
  if (session.printed?.unreadable !== undefined) return undefined;
  const measured = byVector(withMarked(session, reference)).filter(
    ([first]) => first && reference.golden[first.vector],
  );
  if (measured.length === 0) return undefined;
  const isRepeated = measured.some(inferences => inferences.length > 1);
  return {
    measuredVectors: measured.length,
    differences: measured.flatMap(inferences => worstOf(inferences, reference) ?? []),
    late: measured.filter(inferences => inferences.every(inference => isLate(inference, reference))).length,
    ...(isRepeated && { unstable: measured.filter(changes).map(([first]) => first?.vector ?? 0) }),
  };
}

/** What windows of many inferences answered last, unless it hangs on how many they were. */
function withMarked(session: Session, { operators }: Reference): Session {
  const hasState = operators.some(({ name }) => name === 'SVDF');
  const { inferences, marked = [] } = session;
  return hasState ? session : { ...session, inferences: [...inferences, ...marked] };
}

/** Enough to see a pattern in a report; the recording has all of them. */
const listed = 10;

export function goldenMetrics({ differences, unstable }: GoldenComparison): GoldenMetrics {
  return {
    maxDiffLsb: maxDiffOf(differences),
    differingVectors: differences.length,
    ...(unstable && { unstableVectors: unstable.length }),
    differences: differences.slice(0, listed),
  };
}

/** Judges the largest distance of any output element from the golden, and names the first vector beyond the budget. */
export function judgeGolden(
  budget: Budget,
  comparison: GoldenComparison | undefined,
  { end, printed }: Session,
): Verdict {
  if (printed?.unreadable !== undefined)
    return notMeasured(budget, `the firmware tells no output to the byte: ${printed.unreadable}`);
  if (!comparison) return notMeasured(budget, `no outputs were measured: ${explainEnd(end)}`);
  const value = maxDiffOf(comparison.differences);
  const notes = [unstableNote(comparison), lateNote(comparison), printed && readFromPrinted].filter(
    note => note !== undefined,
  );
  const note = notes.join('; ');
  return judgeFigure(
    budget,
    {
      lead: leadOf(comparison, budget.limit),
      name: 'largest difference',
      value,
      evidence: 'grows',
      ...(note && { note }),
    },
    end,
  );
}

const readFromPrinted = 'the codes were read from printed values, each of which is the value of one code only';

function leadOf({ differences, measuredVectors }: GoldenComparison, limitLsb: number): string {
  const first = differences.find(difference => difference.diffLsb > limitLsb) ?? differences[0];
  if (!first) return `the outputs of all ${measuredVectors} measured vectors equal the golden`;
  const { vector, element, diffLsb, expected, actual } = first;
  const where = `in vector ${vector}, element ${element}, by ${diffLsb} LSB (expected ${expected}, got ${actual})`;
  return `the outputs differ from the golden ${where}; ${differences.length} of ${measuredVectors} vectors differ`;
}

/** What to add about outputs that change while their input does not; undefined when none was seen to. */
export function unstableNote({ unstable, measuredVectors }: GoldenComparison): string | undefined {
  if (!unstable?.length) return undefined;
  return `the output of vector ${unstable[0]} changes between inferences of the same input (${unstable.length} of ${measuredVectors} vectors)`;
}

/** What to add about outputs that are of other inputs; undefined when none was seen to. One may be so by chance, in a model of few answers. */
export function lateNote({ late, differences, measuredVectors }: GoldenComparison): string | undefined {
  if (late < 2 || late * 2 < differences.length) return undefined;
  return `${late} of ${measuredVectors} outputs are the golden of the vector before: the firmware answers the previous question`;
}

function isLate({ vector, output }: Inference, { golden }: Reference): boolean {
  const [before, own] = [golden[vector - 1], golden[vector]];
  return before !== undefined && own !== undefined && isEqual(before, output) && !isEqual(own, output);
}

function maxDiffOf(differences: readonly GoldenDifference[]): number {
  return differences.reduce((max, { diffLsb }) => Math.max(max, diffLsb), 0);
}

function changes(inferences: readonly Inference[]): boolean {
  const [first, ...others] = inferences;
  return first !== undefined && others.some(other => !isEqual(first.output, other.output));
}

function worstOf(inferences: readonly Inference[], reference: Reference): GoldenDifference | undefined {
  return inferences
    .flatMap(inference => differenceOf(inference, reference) ?? [])
    .reduce<GoldenDifference | undefined>(
      (worst, next) => (worst && worst.diffLsb >= next.diffLsb ? worst : next),
      undefined,
    );
}

function differenceOf({ vector, output }: Inference, { golden, outputs }: Reference): GoldenDifference | undefined {
  const expected = golden[vector];
  const difference = expected && outputDifference(expected, output, outputs);
  return difference && { vector, ...difference };
}

/** The worst element of an output that is not the expected one; both are the bytes of all output tensors, end to end. */
export function outputDifference(
  expected: Uint8Array,
  actual: Uint8Array,
  outputs: readonly TensorSpec[],
): Omit<GoldenDifference, 'vector'> | undefined {
  if (isEqual(expected, actual)) return undefined;
  const differing = [...differingElements(expected, actual, outputs)];
  const worst = differing.toSorted((a, b) => b.diffLsb - a.diffLsb)[0]; // stable: the first of equals
  return worst && { ...worst, differingElements: differing.length };
}

type ElementDifference = Omit<GoldenDifference, 'vector' | 'differingElements'>;

/** The elements that differ, numbered over all output tensors. */
function* differingElements(
  expected: Uint8Array,
  actual: Uint8Array,
  outputs: readonly TensorSpec[],
): Generator<ElementDifference> {
  const [wanted, got] = [partsOf(expected, outputs), partsOf(actual, outputs)];
  let firstElement = 0;
  for (const [index, { type, elements }] of outputs.entries()) {
    const differences = tensorDifferences(wanted[index] ?? expected, got[index] ?? actual, type);
    for (const difference of differences) yield { ...difference, element: firstElement + difference.element };
    firstElement += elements;
  }
}

function* tensorDifferences(expected: Uint8Array, actual: Uint8Array, type: ElementType): Generator<ElementDifference> {
  const [wanted, got] = [codesOf(expected, type), codesOf(actual, type)];
  const [wantedLsbs, gotLsbs] = [lsbsOf(expected, type), lsbsOf(actual, type)];
  for (let element = 0; element < wanted.length; element++) {
    const diffLsb = Math.abs((wantedLsbs[element] ?? 0) - (gotLsbs[element] ?? 0));
    if (diffLsb > 0) yield { element, expected: finite(wanted[element]), actual: finite(got[element]), diffLsb };
  }
}

/** JSON has no number for what is not finite. */
function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
