import { afterAll, beforeAll, describe } from 'vitest';
import { noSimulatedPpk2, type SimulatedPpk2, startSimulatedPpk2 } from '../fixtures/simulated-ppk2.ts';
import { openLines } from '../target/fixtures/ptys.ts';
import { testMeter } from './meter.contract.ts';
import { ppk2Meter } from './ppk2.ts';

describe.skipIf(noSimulatedPpk2 !== undefined)(noSimulatedPpk2 ?? 'a PPK2', () => {
  describe('as every meter', () => {
    let simulated: SimulatedPpk2;
    beforeAll(async () => {
      simulated = await startSimulatedPpk2();
    });
    afterAll(() => simulated[Symbol.asyncDispose]());
    testMeter({
      meter: () => ppk2Meter({ name: 'ppk2', port: { path: simulated.path }, mode: 'source', supplyMv: 3300 }),
      openResources: openLines,
    });
  });
});
