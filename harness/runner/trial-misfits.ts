import { Misfit } from '../suite/misfit.ts';
import type { Suite } from '../suite/suite.ts';

/** Faults on demand that there is nothing for: a bit beyond the model, a vector beyond the last. */
export function* trialMisfits(suite: Suite, modelBytes: number, vectors: number): Generator<Misfit> {
  for (const [index, { injection }] of suite.robustness.entries()) {
    const at = (key: string) => ['robustness', index, key];
    if (injection.kind === 'model-bit' && injection.bit >= 8 * modelBytes) {
      const what = `the model has ${modelBytes} bytes, so that its bits go from 0 to ${8 * modelBytes - 1} (got ${injection.bit})`;
      yield new Misfit(suite, at('bit'), what);
    }
    if (injection.kind === 'power-cycle' && injection.vector >= vectors) {
      const what = `the suite has ${vectors} vectors, from 0 to ${vectors - 1} (got ${injection.vector})`;
      yield new Misfit(suite, at('vector'), what);
    }
  }
}
