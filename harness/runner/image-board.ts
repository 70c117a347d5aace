import { InputError } from '../errors.ts';
import { readNamed } from '../files.ts';
import type { Board } from '../suite/board.ts';
import { coreMisfit } from '../target/core.ts';
import { type Elf, readElf } from '../target/elf.ts';
import { formatQuantity } from '../units.ts';

/** Throws InputError for an image that a board cannot run: another core's, larger than its memory, or linked for another place. */
export function expectBoard(elf: Elf, path: string, board: Board): void {
  const fail = (what: string): never => {
    throw new InputError(what, path, `give firmware that is linked for ${board.name} (${board.mcu}, ${board.core})`);
  };
  const misfit = coreMisfit(elf, board.core);
  if (misfit) fail(misfit);
  if (elf.segments.length === 0) fail('has nothing to load: it was not linked');
  const { flashBytes, ramBytes } = board.memory;
  if (elf.flashBytes > flashBytes) fail(`takes ${size(elf.flashBytes)} of flash, the board has ${size(flashBytes)}`);
  if (elf.ramBytes > ramBytes) fail(`takes ${size(elf.ramBytes)} of RAM, the board has ${size(ramBytes)}`);
  const [start, origin] = [startOf(elf), flashOrigin(board)];
  if (origin === undefined) return;
  if (start < origin || start >= origin + flashBytes)
    fail(`begins at ${hex(start)}, the board's flash at ${hex(origin)}`);
}

/** The board's reference firmware begins where its flash does; a board without one does not tell. */
function flashOrigin({ firmware }: Board): number | undefined {
  return firmware === undefined ? undefined : startOf(readElf(readNamed(firmware), firmware));
}

function startOf({ segments }: Elf): number {
  return Math.min(...segments.map(({ physicalAddress }) => physicalAddress));
}

function size(bytes: number): string {
  return formatQuantity(bytes, 'B');
}

function hex(address: number): string {
  return `0x${address.toString(16).padStart(8, '0')}`;
}
