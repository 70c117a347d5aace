import type { Board, ProtocolName, Rung } from '../suite/board.ts';
import { Misfit } from '../suite/misfit.ts';
import { resettingTools, rungsInFile } from '../suite/rungs.ts';
import type { AnySuite } from '../suite/suite.ts';

/** What a suite asks for that a board cannot do. */
export function* boardMisfits(suite: AnySuite, board: Board): Generator<Misfit> {
  if (board.target.kind !== 'serial') return;
  yield* unbootable(suite, board);
  yield* tooLittleTime(suite, board);
}

/** A boot of its own is a reset: firmware without the agent cannot be asked for one, and not every board has something else that can. */
function* unbootable(suite: AnySuite, board: Board): Generator<Misfit> {
  const { boots } = suite.measure;
  if (boots === 1 || hasReset(suite, board)) return;
  const what = `nothing resets ${board.name}, so that it cannot be booted ${boots} times: describe \`lines\`, a \`flasher\` that can, or \`power\` in its board file, or measure one boot`;
  yield new Misfit(suite, ['measure', 'boots'], what);
}

/** What is waited for while current is measured is known before: a limit that cuts it off would take all figures with it. */
function* tooLittleTime(suite: AnySuite, board: Board): Generator<Misfit> {
  const { timeoutMs, current } = suite.measure;
  if (!current || board.meter?.kind === undefined || protocolOn(suite, board) !== 'tickmark') return;
  const { idleMs, periodMs = 0, periods } = current;
  const waitsMs = 2 * idleMs + periods * periodMs;
  if (waitsMs < timeoutMs) return;
  const duty = periodMs > 0 ? ` and ${periods} ${periods === 1 ? 'period' : 'periods'} of ${periodMs / 1000} s` : '';
  const what = `twice an idle of ${idleMs / 1000} s${duty} take ${waitsMs / 1000} s on ${board.name}, and the case has ${timeoutMs / 1000} s: raise \`measure: { timeout }\``;
  yield new Misfit(suite, ['measure', 'timeout'], what);
}

function hasReset(suite: AnySuite, board: Board): boolean {
  const { target, flasher, power, meter } = board;
  const has: Readonly<Record<Rung, boolean>> = {
    soft: protocolOn(suite, board) === 'tickmark',
    lines: target.kind === 'serial' && (target.lines ?? 'none') !== 'none',
    probe: flasher !== undefined && resettingTools.includes(flasher.tool),
    power: power !== undefined || meter?.kind !== undefined,
  };
  return rungsInFile(board).some(rung => has[rung]);
}

function protocolOn({ firmware }: AnySuite, { name, protocol }: Board): ProtocolName {
  return firmware[name]?.protocol ?? protocol;
}
