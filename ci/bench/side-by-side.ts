// Two programs that find the same figures, in turn: what else the machine does befalls both.
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { timed } from './rows.ts';

/** It prints its figures, and as JSON on its standard error what it took to find them: `seconds` without its own start, `peakKb` of memory. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
}

/** The best of some runs; `peakMb` is the most of them. `wholeS`: the process from its start to its end. */
export interface Cost {
  readonly seconds: number;
  readonly wholeS: number;
  readonly peakMb: number;
}

const rounds = 5;

/** Throws when they do not print the same. */
export async function sideBySide(
  ours: Program,
  theirs: Program,
): Promise<{ readonly ours: Cost; readonly theirs: Cost }> {
  const runs: { ours: Cost; theirs: Cost }[] = [];
  for (let round = 0; round < rounds; round++) {
    const [our, their] = [await run(ours), await run(theirs)];
    expectSame(our.printed, their.printed);
    runs.push({ ours: our, theirs: their });
  }
  return { ours: best(runs.map(each => each.ours)), theirs: best(runs.map(each => each.theirs)) };
}

export async function run({ command, args }: Program): Promise<Cost & { readonly printed: string }> {
  const { seconds: wholeS, value } = await timed(async () => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const [printed, said] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { printed, said };
  });
  const cost = /^\{.*\}$/m.exec(value.said)?.[0];
  if (cost === undefined) throw new Error(`${command} ${args.join(' ')}: ${value.said.slice(-2000)}`);
  const { seconds, peakKb } = JSON.parse(cost) as { seconds: number; peakKb: number };
  return { seconds, wholeS, peakMb: peakKb / 1000, printed: value.printed };
}

function expectSame(ours: string, theirs: string): void {
  if (ours === theirs && ours !== '') return;
  const [our, their] = [ours.split('\n'), theirs.split('\n')];
  const line = our.findIndex((own, index) => own !== their[index]);
  throw new Error(`figures differ: line ${line + 1} is ${our[line]} and ${their[line]}`);
}

function best(costs: readonly Cost[]): Cost {
  return {
    seconds: Math.min(...costs.map(({ seconds }) => seconds)),
    wholeS: Math.min(...costs.map(({ wholeS }) => wholeS)),
    peakMb: Math.max(...costs.map(({ peakMb }) => peakMb)),
  };
}

/** Debian's, which may not be the first on the path, with a module of it. Undefined where it has none. */
export async function pythonWith(module: string): Promise<string | undefined> {
  const python = '/usr/bin/python3';
  const child = spawn(python, ['-c', `import ${module}`], { stdio: 'ignore' });
  const code = await new Promise(resolve => child.once('error', resolve).once('exit', resolve));
  return code === 0 ? python : undefined;
}
