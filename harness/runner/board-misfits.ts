import type { Board, Rung } from '../suite/board.ts';
import { Misfit } from '../suite/misfit.ts';
import { resettingTools, rungsInFile } from '../suite/rungs.ts';
import type { AnySuite } from '../suite/suite.ts';

/** A boot of its own is a reset: firmware without the agent cannot be asked for one, and not every board has something else that can. */
export function* boardMisfits(suite: AnySuite, board: Board): Generator<Misfit> {
  const { boots } = suite.measure;
  if (board.target.kind !== 'serial' || boots === 1 || hasReset(suite, board)) return;
  const what = `nothing resets ${board.name}, so that it cannot be booted ${boots} times: describe \`lines\`, a \`flasher\` that can, or \`power\` in its board file, or measure one boot`;
  yield new Misfit(suite, ['measure', 'boots'], what);
}

function hasReset(suite: AnySuite, board: Board): boolean {
  const { name, target, flasher, power, protocol } = board;
  const has: Readonly<Record<Rung, boolean>> = {
    soft: (suite.firmware[name]?.protocol ?? protocol) === 'tickmark',
    lines: target.kind === 'serial' && (target.lines ?? 'none') !== 'none',
    probe: flasher !== undefined && resettingTools.includes(flasher.tool),
    power: power !== undefined,
  };
  return rungsInFile(board).some(rung => has[rung]);
}
