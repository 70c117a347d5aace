import { basename } from 'node:path';
import { missingFor } from '../runner/adapters.ts';
import { costOf } from '../runner/cost.ts';
import { firmwareOf } from '../runner/image.ts';
import { type Chosen, chooseCases } from '../runner/select.ts';
import { grepOption, imageOption } from './options.ts';
import { say, sayJson, table } from './say.ts';

/** `tickmark list`: the plan, cheapest case first, and which targets would be skipped. */
export async function list(
  suites: readonly string[],
  { target = [], grep, image, json }: { target?: string[]; grep?: string; image?: string[]; json?: boolean },
): Promise<void> {
  const images = imageOption(image);
  const selection = { cwd: process.cwd(), suites, targets: target, images, ...grepOption(grep) };
  const cases = [...chooseCases(selection)].sort((a, b) => costOf(a) - costOf(b));
  const missing = await missingTargets(cases);
  if (json) return sayJson({ cases: cases.map(each => asJson(each, missing)) });
  say(table([heading, ...cases.map(asRow)]));
  for (const [name, why] of missing) say(`\n${name} would be ${target.includes(name) ? 'broken' : 'skipped'}: ${why}`);
}

/** Why targets cannot be run on this machine, by name. */
async function missingTargets(cases: readonly Chosen[]): Promise<ReadonlyMap<string, string>> {
  const boards = new Map(cases.map(({ board }) => [board.name, board]));
  const missing = new Map<string, string>();
  for (const [name, board] of boards) {
    const why = await missingFor(board);
    if (why !== undefined) missing.set(name, why);
  }
  return missing;
}

const heading = ['suite', 'target', 'basis', 'vectors', 'million MACs', 'firmware'];

function asRow({ suite, board, macs, vectors }: Chosen): (string | number)[] {
  const { path, isOwn } = firmwareOf({ suite, board });
  const firmware = path === undefined ? 'what it runs' : isOwn ? basename(path) : 'reference';
  return [suite.name, board.name, board.basis, String(vectors), (macs / 1e6).toFixed(1), firmware];
}

function asJson({ suite, board, macs, vectors }: Chosen, missing: ReadonlyMap<string, string>) {
  const firmware = firmwareOf({ suite, board });
  return {
    suite: suite.name,
    file: suite.file,
    target: board.name,
    basis: board.basis,
    vectors,
    macs,
    firmware,
    missing: missing.get(board.name) ?? null,
  };
}
