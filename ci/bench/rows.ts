// How the bench prints what it measured.

export function row(what: string, value: string, remark = ''): void {
  process.stdout.write(`${what.padEnd(58)} ${value.padStart(16)}  ${remark}\n`);
}

/** A figure with a promise. */
export function promised(what: string, value: string, ratio: number): void {
  row(what, value, `${ratio.toFixed(2)} of the limit${ratio > 1 ? ': EXCEEDED' : ''}`);
  if (!(ratio <= 1)) process.exitCode = 1;
}

/** Wall times of a whole process: the best of some is what the program takes, the rest is what else the machine did. */
export function promisedWall(what: string, seconds: readonly number[], limitS: number): void {
  const [best, worst] = [Math.min(...seconds), Math.max(...seconds)];
  promised(what, `${best.toFixed(2)} … ${worst.toFixed(2)} s`, best / limitS);
}

export function skipped(what: string, why: string): void {
  row(what, 'skipped', why);
}

const tries = 3;

export async function repeated<T>(measure: () => Promise<T>): Promise<[T, ...T[]]> {
  const measured: [T, ...T[]] = [await measure()];
  while (measured.length < tries) measured.push(await measure());
  return measured;
}

/** Seconds that something takes, and what it gives. */
export async function timed<T>(work: () => Promise<T>): Promise<{ readonly seconds: number; readonly value: T }> {
  const startMs = performance.now();
  const value = await work();
  return { seconds: (performance.now() - startMs) / 1000, value };
}
