import { TargetError } from '../errors.ts';
import { lockPort } from '../farm/lock.ts';
import { findPowered } from '../measure/find-powered.ts';
import type { Gear, Rig } from '../measure/rig.ts';
import type { Board, SerialPlace } from '../suite/board.ts';
import type { FoundPort } from '../target/port.ts';
import { gearFor } from './adapters.ts';
import type { PlannedCase } from './plan.ts';

/** The boards of silicon that a process has for itself with their meters, each from its first case to its last. Disposing lets go of all. */
export interface KeptBoards extends Disposable {
  /**
   * The board of a case, nobody else's until it is let go of; undefined for an emulated one. So is its meter, if it has one.
   * Waits while another process has either. Rejects with NotInstalled when one is not plugged in, with TargetError when its port cannot be told, or
   * is kept from us too long.
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
  const kept = new Map<string, Rig>();
  const ports = new Map<string, Holding>(); // also those that are still waited for
  const left = new Map(cases.map(({ id, board }) => [id, placeOf(board)]));

  const hold = async (port: FoundPort, name: string, signal: AbortSignal): Promise<void> => {
    const other = ports.get(port.id);
    if (other) throw samePort(name, other);
    const holding: Holding = { name, port };
    ports.set(port.id, holding);
    try {
      holding.lock = await lockPort({ portId: port.id, name, tenant, onWait }, signal);
    } catch (error) {
      ports.delete(port.id);
      throw error;
    }
  };
  const free = ({ id }: FoundPort): void => {
    ports.get(id)?.lock?.[Symbol.dispose]();
    ports.delete(id);
  };
  const takeMeter = async ({ meter }: Gear, signal: AbortSignal): Promise<FoundPort | undefined> => {
    if (!meter) return undefined;
    const port = await meter.meter.find();
    await hold(port, meter.meter.name, signal);
    return port;
  };
  /** The meter comes first: without it there may be no board. */
  const take = async (gear: Gear, signal: AbortSignal): Promise<Rig> => {
    const meterPort = await takeMeter(gear, signal);
    try {
      const port = await findPowered(gear, signal);
      await hold(port, gear.target.name, signal);
      return { gear, port, ...(meterPort && { meterPort }) };
    } catch (error) {
      if (meterPort) free(meterPort);
      throw error;
    }
  };
  const letGo = (place: string): void => {
    const rig = kept.get(place);
    if (!rig) return;
    for (const port of [rig.port, rig.meterPort]) if (port) free(port);
    kept.delete(place);
  };
  return {
    async rigFor({ board, suite }, signal) {
      if (!isSerial(board)) return undefined;
      const place = placeOf(board);
      const gear = await gearFor(withBaud(board, suite.firmware[board.name]?.baud), signal);
      const rig = kept.get(place) ?? (await take(gear, signal));
      kept.set(place, rig);
      rig.gear = gear;
      return rig;
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

/** A port that this process has, or waits for. */
interface Holding {
  /** Whose it is. */
  readonly name: string;
  readonly port: FoundPort;
  lock?: Disposable;
}

/** Waiting for oneself has no end. */
function samePort(name: string, { name: other, port }: Holding): TargetError {
  const what = `has the same port as ${other}, ${port.path}`;
  return new TargetError(what, name, 'describe each by a port of its own, or leave one of the two out');
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
