import { basename } from 'node:path';
import { firmwareOf } from '../runner/image.ts';
import { type Chosen, chooseCases } from '../runner/select.ts';
import { grepOption, imageOption } from './options.ts';
import { say, table } from './say.ts';

/** `tickmark list`: the plan, cheapest case first. */
export function list(
  suites: readonly string[],
  { target = [], grep, image, json }: { target?: string[]; grep?: string; image?: string[]; json?: boolean },
): void {
  const images = imageOption(image);
  const selection = { cwd: process.cwd(), suites, targets: target, images, ...grepOption(grep) };
  const cases = [...chooseCases(selection)].sort((a, b) => a.macs - b.macs);
  say(json ? JSON.stringify(cases.map(asJson), null, 2) : table([heading, ...cases.map(asRow)]));
}

const heading = ['suite', 'target', 'basis', 'vectors', 'million MACs', 'firmware'];

function asRow({ suite, board, macs, vectors }: Chosen): (string | number)[] {
  const { path, isOwn } = firmwareOf({ suite, board });
  const firmware = isOwn ? basename(path) : 'reference';
  return [suite.name, board.name, board.basis, String(vectors), (macs / 1e6).toFixed(1), firmware];
}

function asJson({ suite, board, macs, vectors }: Chosen) {
  const firmware = firmwareOf({ suite, board });
  return { suite: suite.name, file: suite.file, target: board.name, basis: board.basis, vectors, macs, firmware };
}
