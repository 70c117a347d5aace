import { InputError } from '../errors.ts';
import { expectBoard } from '../runner/image-board.ts';
import type { Board } from '../suite/board.ts';
import type { OwnFirmware } from './scaffold.ts';
import type { FoundImage } from './search.ts';

/** Images by the first board that can run them, one a board; those with the agent go before those without. */
export function firmwareFor(images: readonly FoundImage[], boards: readonly Board[]): readonly OwnFirmware[] {
  const byTarget = new Map<string, OwnFirmware>();
  for (const image of images.toSorted((a, b) => Number(b.hasAgent) - Number(a.hasAgent))) {
    const { path, hasAgent } = image;
    const target = boards.find(board => runs(board, image))?.name;
    if (target !== undefined && !byTarget.has(target)) byTarget.set(target, { target, path, hasAgent });
  }
  return [...byTarget.values()];
}

function runs(board: Board, { elf, path }: FoundImage): boolean {
  try {
    expectBoard(elf, path, board);
    return true;
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}
