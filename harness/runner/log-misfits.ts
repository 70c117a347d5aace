import type { Board } from '../suite/board.ts';
import { Misfit } from '../suite/misfit.ts';
import type { AnySuite } from '../suite/suite.ts';
import { firmwareOf } from './image.ts';

/** What a log cannot be judged by on a board. A file that is imported ends by itself, and nothing of it is run: this is for what runs. */
export function* logMisfits(suite: AnySuite, board: Board): Generator<Misfit> {
  const { protocol, path } = firmwareOf({ suite, board });
  const { log } = suite;
  if (protocol !== 'log' || !log) return;
  if (log.until === undefined && log.forMs === undefined && log.inferences === undefined)
    yield new Misfit(suite, ['log'], 'nothing ends the session: write `inferences: 100`, `until` or `for`');
  if (path !== undefined) return;
  for (const [name, expected] of Object.entries(log.identity)) {
    if (expected !== 'image') continue;
    const what = `${name} is held against the image, and the suite names none for ${board.name}: write its path in firmware.${board.name}.image`;
    yield new Misfit(suite, ['log', 'identity', name], what);
  }
}
