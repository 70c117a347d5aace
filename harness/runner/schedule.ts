import { placeOf } from './keep-boards.ts';
import type { PlannedCase } from './plan.ts';

/** Who runs when. Everything that is under way or waits ends with `close`. */
export interface Schedule {
  /** Has a case run in its turn; one that was run before it was asked for has settled already. */
  ask(planned: PlannedCase): Asked;
  /** Lets nothing start any more, and ends what runs; resolves when all has ended. */
  close(reason: Error): Promise<void>;
}

export interface Asked {
  readonly settled: Promise<void>;
  /** Nobody waits for it any more: it is ended, or never begins. */
  giveUp(reason: Error): void;
}

export interface ScheduleOptions {
  /** Cases that may run before they are asked for, in the order of the plan. */
  readonly ahead: readonly PlannedCase[];
  /** Targets that have a worker from the start; others get one when theirs is asked for. */
  readonly front: readonly string[];
  /** Emulators at once, and how many cases in all until the first is asked for: who will ask needs a core to get there. */
  readonly emulators: { readonly atOnce: number; readonly atFirst: number };
  readonly run: (planned: PlannedCase, signal: AbortSignal) => Promise<void>;
}

interface Turn {
  readonly planned: PlannedCase;
  readonly cancel: AbortController;
  readonly settled: Promise<void>;
  begin(): Promise<void>;
  drop(reason: Error): void;
}

/**
 * Emulated cases share the cores, and a board of silicon has one case at a time. Who asks first changes nothing in the order of those that may
 * run ahead; what may not stands in the order it was asked for. Only the cases of a target that has no worker yet stand back: no verdict could be given.
 */
export function createSchedule({ ahead, front, emulators, run }: ScheduleOptions): Schedule {
  let waiting: Turn[] = ahead.map(planned => turnOf(planned, run));
  const unasked = new Map(waiting.map(turn => [turn.planned.id, turn]));
  const running = new Set<Turn>();
  const served = new Set(front);
  let left = emulators.atFirst;
  let closed: Error | undefined;

  const hasRoom = ({ planned }: Turn): boolean => {
    if ([...running].some(turn => turn.planned.id === planned.id)) return false; // given up, and still at its recording
    const lane = laneOf(planned);
    const inLane = [...running].filter(turn => laneOf(turn.planned) === lane).length;
    return lane === cores ? left > 0 && inLane < emulators.atOnce : inLane === 0;
  };
  const next = (): Turn | undefined =>
    waiting.find(turn => served.has(turn.planned.board.name) && hasRoom(turn)) ?? waiting.find(hasRoom);
  const admit = (): void => {
    for (let turn = next(); turn; turn = next()) start(turn);
  };
  const start = (turn: Turn): void => {
    waiting = waiting.filter(each => each !== turn);
    running.add(turn);
    if (laneOf(turn.planned) === cores) left--;
    void turn.begin().finally(() => {
      running.delete(turn);
      admit();
    });
  };
  const leave = (turn: Turn, reason: Error): void => {
    waiting = waiting.filter(each => each !== turn);
    turn.cancel.abort(reason);
    if (!running.has(turn)) turn.drop(reason);
  };
  const enqueue = (planned: PlannedCase): Turn => {
    const turn = turnOf(planned, run);
    waiting.push(turn);
    return turn;
  };

  admit();
  return {
    ask(planned) {
      served.add(planned.board.name);
      left = Number.POSITIVE_INFINITY;
      const turn = unasked.get(planned.id) ?? enqueue(planned);
      unasked.delete(planned.id);
      if (closed) leave(turn, closed);
      admit();
      return { settled: turn.settled, giveUp: reason => leave(turn, reason) };
    },
    async close(reason) {
      closed = reason;
      for (const turn of [...waiting, ...running]) leave(turn, reason);
      await Promise.allSettled([...running].map(({ settled }) => settled));
    },
  };
}

const cores = 'cores';

/** What a case needs for itself: the physical board, which two descriptions may mean. */
function laneOf({ board }: PlannedCase): string {
  return board.basis === 'silicon' ? placeOf(board) : cores;
}

/** `begin` never rejects; who asked hears of trouble by `settled`, and what nobody asked for may fail unheard. */
function turnOf(planned: PlannedCase, run: ScheduleOptions['run']): Turn {
  const cancel = new AbortController();
  let [resolve, reject]: [(value: Promise<void>) => void, (reason: Error) => void] = [() => {}, () => {}];
  const settled = new Promise<void>((...both) => ([resolve, reject] = both));
  settled.catch(() => {});
  return {
    planned,
    cancel,
    settled,
    async begin() {
      resolve(run(planned, cancel.signal));
      await settled.catch(() => {});
    },
    drop: reject,
  };
}
