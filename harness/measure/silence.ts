import { Silent } from '../errors.ts';
import type { Dut } from '../protocol/port.ts';

/** Before anything is known of a board: the largest models of MLPerf Tiny take some seconds on the slowest cores. */
const firstMs = 120_000;
/** Afterwards at least so long, which covers a request that was lost and sent again, and so many times what the longest took. */
const leastMs = 15_000;
const timesLongest = 20;

/** How long an inference of a board may take, by the longest so far; 0 while there is none. */
export function patienceMs(longestMs: number): number {
  return longestMs === 0 ? firstMs : Math.max(leastMs, timesLongest * longestMs);
}

/**
 * The same DUT, whose silence ends a session. An emulator's host may be busy for minutes; on a board an inference that takes
 * twenty times what others took is none any more. Calls reject with Silent then.
 */
export function heardDut(dut: Dut, where: string): Dut {
  let longestMs = 0; // of one inference
  const within = <T>(what: string, limitMs: number, answer: Promise<T>): Promise<T> =>
    raced(answer, limitMs, () => silent(what, { where, limitMs, longestMs }));

  return {
    ...dut,
    prepare: modelBytes => within('PREPARE', firstMs, dut.prepare(modelBytes)),
    proveModel: (modelBytes, nonce) => within('PROVE', firstMs, dut.proveModel(modelBytes, nonce)),
    async infer(input, options = {}) {
      const { repeat = 1 } = options;
      const startMs = performance.now();
      const limitMs = longestMs === 0 ? firstMs * repeat : patienceMs(longestMs * repeat);
      const inference = await within('INFER', limitMs, dut.infer(input, options));
      longestMs = Math.max(longestMs, (performance.now() - startMs) / repeat);
      return inference;
    },
    /** Inputs may be under way at once: an output is waited for as an inference is. */
    async *inferAll(inputs) {
      const outputs = dut.inferAll(inputs)[Symbol.asyncIterator]();
      while (true) {
        const startMs = performance.now();
        const limitMs = patienceMs(longestMs);
        const { done, value } = await within('FEED', limitMs, outputs.next());
        if (done) return;
        longestMs = Math.max(longestMs, performance.now() - startMs);
        yield value;
      }
    },
  };
}

async function raced<T>(answer: Promise<T>, limitMs: number, error: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(error()), limitMs);
  });
  answer.catch(() => {}); // once it was given up, its link is closed, and nobody waits for what it says to that
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

function silent(
  what: string,
  { where, limitMs, longestMs }: { readonly where: string; readonly limitMs: number; readonly longestMs: number },
): Silent {
  const others = longestMs === 0 ? '' : `; other inferences took ${seconds(longestMs)} at most`;
  return new Silent(
    `has not answered ${what} for ${seconds(limitMs)}${others}`,
    where,
    'look for a hang in the firmware; if it is the board, see what `reset` in its board file can do',
  );
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
}
