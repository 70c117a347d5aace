import { type Chosen, chooseCases } from '../runner/select.ts';
import { grepOption } from './options.ts';
import { say, table } from './say.ts';

/** `tickmark list`: the plan, cheapest case first. */
export function list(suites: readonly string[], options: { target?: string[]; grep?: string; json?: boolean }): void {
  const selection = { cwd: process.cwd(), suites, targets: options.target ?? [], ...grepOption(options.grep) };
  const cases = [...chooseCases(selection)].sort((a, b) => a.macs - b.macs);
  say(options.json ? JSON.stringify(cases.map(asJson), null, 2) : table([heading, ...cases.map(asRow)]));
}

const heading = ['suite', 'target', 'basis', 'vectors', 'million MACs'];

function asRow({ suite, board, macs, vectors }: Chosen): (string | number)[] {
  return [suite.name, board.name, board.basis, String(vectors), (macs / 1e6).toFixed(1)];
}

function asJson({ suite, board, macs, vectors }: Chosen) {
  return { suite: suite.name, file: suite.file, target: board.name, basis: board.basis, vectors, macs };
}
