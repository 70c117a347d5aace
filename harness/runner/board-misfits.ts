import type { Board } from '../suite/board.ts';
import { Misfit } from '../suite/misfit.ts';
import type { AnySuite } from '../suite/suite.ts';

/** A boot of its own is a reset: firmware without the agent cannot be asked for one, and not every board has something else that can. */
export function* boardMisfits(suite: AnySuite, board: Board): Generator<Misfit> {
  const { boots } = suite.measure;
  if (board.target.kind !== 'serial' || boots === 1 || hasReset(suite, board)) return;
  const what = `nothing resets ${board.name}, so that it cannot be booted ${boots} times: describe \`lines\`, \`flasher\` or \`power\` in its board file, or measure one boot`;
  yield new Misfit(suite, ['measure', 'boots'], what);
}

function hasReset(suite: AnySuite, { name, target, reset, flasher, power, protocol }: Board): boolean {
  if (reset.length > 0 || flasher || power) return true;
  const spoken = suite.firmware[name]?.protocol ?? protocol;
  return spoken === 'tickmark' || (target.kind === 'serial' && (target.lines ?? 'none') !== 'none');
}
