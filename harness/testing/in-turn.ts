/** Does work when all that was given before has ended. */
export type Turn = <T>(work: () => Promise<T>) => Promise<T>;

/** A queue: each work begins when the one before has ended, however it ended, so that calls that nobody awaits keep their order. */
export function inTurn(): Turn {
  let last: Promise<unknown> = Promise.resolve();
  return work => {
    const next = last.then(work);
    last = next.catch(() => {}); // its own caller is told
    return next;
  };
}
