import type { Budget } from '../suite/suite.ts';
import { type Figure, judgeFigure, notMeasured } from './budget.ts';
import type { Reference } from './reference.ts';
import type { MemoryMetrics, Verdict } from './result.ts';
import { explainEnd, type Session } from './session.ts';

/**
 * Sizes from the DUT (arena, stack: the most of all boots), from the image (flash with the model in it, RAM) and from the models. What is
 * set aside is what the DUT says; where it cannot tell, what the image's symbols say.
 */
export function measureMemory(session: Session, reference: Reference): MemoryMetrics {
  const arenaBytes = most(session.memory.map(sample => sample.arenaBytes));
  const stackBytes = most(session.memory.map(sample => sample.stackBytes));
  const arenaReservedBytes = most(known(session.memory.map(sample => sample.arenaReservedBytes)));
  const stackReservedBytes = most(known(session.memory.map(sample => sample.stackReservedBytes)));
  const { weightBytes, floatWeightBytes } = reference;
  return {
    ...(arenaBytes !== undefined && { arenaBytes }),
    ...(stackBytes !== undefined && { stackBytes }),
    ...session.image,
    ...(arenaReservedBytes !== undefined && { arenaReservedBytes }),
    ...(stackReservedBytes !== undefined && { stackReservedBytes }),
    weightBytes,
    ...(floatWeightBytes !== undefined && { floatWeightBytes }),
  };
}

/** A memory budget. */
export type MemoryBudget = Extract<Budget, { readonly kind: 'memory' }>;

/** Judges one size; weights as a percentage of the float twin's. */
export function judgeMemory(budget: MemoryBudget, memory: MemoryMetrics, session: Session): Verdict {
  const { metric } = budget;
  const figure = figures[metric](memory);
  if (!figure) return notMeasured(budget, metric === 'weightsVsFloat' ? noTwin : missingSize(metric, session));
  return judgeFigure(budget, { name: names[metric], ...figure }, session.end);
}

function missingSize(metric: Metric, { end, printed }: Session): string {
  if (end.status !== 'complete' || !printed) return `not measured: ${explainEnd(end)}`;
  return metric === 'arena' || metric === 'stack'
    ? `not measured: firmware of MLPerf Tiny does not tell its ${names[metric]}`
    : 'not measured: the suite names no image of the firmware';
}

const noTwin = 'the suite names no float twin: add model.float';

type Metric = MemoryBudget['metric'];

const names: Record<Metric, string> = {
  arena: 'arena',
  flash: 'flash',
  ram: 'RAM',
  stack: 'stack',
  weightsVsFloat: 'weights',
};

/** The stack's high-water mark is the one size that can still grow; the others are settled once they are known. */
const figures: Record<Metric, (memory: MemoryMetrics) => Omit<Figure, 'name'> | undefined> = {
  arena: ({ arenaBytes }) => sizeOf(arenaBytes, 'final'),
  flash: ({ flashBytes }) => sizeOf(flashBytes, 'final'),
  ram: ({ ramBytes }) => sizeOf(ramBytes, 'final'),
  stack: ({ stackBytes }) => sizeOf(stackBytes, 'grows'),
  weightsVsFloat({ weightBytes, floatWeightBytes }) {
    if (weightBytes === undefined || !floatWeightBytes) return undefined;
    const detail = `${weightBytes} B of the float twin's ${floatWeightBytes} B`;
    return { value: (100 * weightBytes) / floatWeightBytes, detail, evidence: 'final' };
  },
};

function sizeOf(bytes: number | undefined, evidence: Figure['evidence']): Omit<Figure, 'name'> | undefined {
  return bytes === undefined ? undefined : { value: bytes, evidence };
}

/** A reserve of 0 is one that the DUT cannot tell. */
function known(sizes: readonly (number | undefined)[]): readonly number[] {
  return sizes.flatMap(size => size || []);
}

function most(sizes: readonly number[]): number | undefined {
  return sizes.length > 0 ? Math.max(...sizes) : undefined;
}
