import { TargetError } from '../errors.ts';
import { lockPort } from '../farm/lock.ts';
import type { Gear, Rig } from '../measure/rig.ts';
import type { Board, SerialPlace } from '../suite/board.ts';
import { gearFor } from './adapters.ts';
import type { PlannedCase } from './plan.ts';

/** The boards of silicon that a process has for itself, each from its first case to its last. Disposing lets go of all. */
export interface KeptBoards extends Disposable {
  /**
   * The board of a case, nobody else's until it is let go of; undefined for an emulated one. Waits while another process has it. Rejects
   * with NotInstalled when it is not plugged in, with TargetError when its port cannot be told, or is kept from us too long.
   */
  rigFor(planned: Pick<PlannedCase, 'board' | 'suite'>, signal: AbortSignal): Promise<Rig | undefined>;
  /** A case is over. The board of the last one is free. */
  settled(planned: PlannedCase): void;
}

interface KeepOptions {
  /** What others are told who wait. */
  readonly tenant: { readonly command: string; readonly pid: number };
  /** All that is to be run, where that is known: a board is let go of after its last case, and at the end otherwise. */
  readonly cases?: readonly PlannedCase[];
  readonly onWait: (what: string) => void;
}

/** Keeps boards while a run needs them. */
export function keepBoards({ tenant, cases = [], onWait }: KeepOptions): KeptBoards {
  const kept = new Map<string, { readonly rig: Rig; readonly lock: Disposable }>();
  const ports = new Map<string, Rig>(); // also those that are still waited for
  const left = new Map(cases.map(({ id, board }) => [id, placeOf(board)]));

  const take = async (gear: Gear, signal: AbortSignal) => {
    const { name } = gear.target;
    const port = await gear.target.find();
    const other = ports.get(port.id);
    if (other) throw samePort(name, other);
    const rig: Rig = { gear, port };
    ports.set(port.id, rig);
    try {
      return { rig, lock: await lockPort({ portId: port.id, name, tenant, onWait }, signal) };
    } catch (error) {
      ports.delete(port.id);
      throw error;
    }
  };
  const letGo = (place: string): void => {
    const found = kept.get(place);
    if (!found) return;
    found.lock[Symbol.dispose]();
    ports.delete(found.rig.port.id);
    kept.delete(place);
  };
  return {
    async rigFor({ board, suite }, signal) {
      if (!isSerial(board)) return undefined;
      const place = placeOf(board);
      const gear = await gearFor(withBaud(board, suite.firmware[board.name]?.baud), signal);
      const found = kept.get(place) ?? (await take(gear, signal));
      kept.set(place, found);
      found.rig.gear = gear;
      return found.rig;
    },
    settled({ id }) {
      const place = left.get(id);
      if (place === undefined || !left.delete(id)) return;
      if (![...left.values()].includes(place)) letGo(place);
    },
    [Symbol.dispose]() {
      for (const place of kept.keys()) letGo(place);
    },
  };
}

/** Waiting for oneself has no end. */
function samePort(name: string, { gear, port }: Rig): TargetError {
  const what = `is described by the port of ${gear.target.name}, ${port.path}`;
  return new TargetError(what, name, 'describe each board by a port of its own, or leave one of the two out');
}

type SerialBoard = Board & { readonly target: SerialPlace };

function isSerial(board: Board): board is SerialBoard {
  return board.target.kind === 'serial';
}

function withBaud(board: SerialBoard, baud: number | undefined): SerialBoard {
  return baud === undefined ? board : { ...board, target: { ...board.target, baud } };
}

/** Where a case runs, and one at a time: a physical board by its port, whatever its files call it; any other target by its name. */
export function placeOf({ name, target }: Pick<Board, 'name' | 'target'>): string {
  if (target.kind !== 'serial') return `target ${name}`;
  const parts = Object.entries(target.port).filter(([, value]) => value !== undefined);
  return `port ${JSON.stringify(parts.sort(([a], [b]) => a.localeCompare(b)))}`;
}
