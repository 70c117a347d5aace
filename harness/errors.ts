/** A failure a person can act on: what went wrong, where, and what to do. Each class has its exit code. */
export class HarnessError extends Error {
  readonly exitCode: number = 3;
  readonly what: string;
  readonly where: string;
  readonly fix: string;

  constructor(what: string, where: string, fix: string, options?: ErrorOptions) {
    super(`${where}: ${what}\n  → ${fix}`, options);
    this.name = new.target.name;
    this.what = what;
    this.where = where;
    this.fix = fix;
  }
}

/** What a person gave is wrong (suite, board, vectors, arguments); nothing was run. */
export class InputError extends HarnessError {
  override readonly exitCode = 2;
}

/** A `.tflite` that cannot be read, or asks for what no kernel here does. */
export class ModelError extends InputError {}

/** The DUT could not be reached, loaded or heard. Says nothing about the firmware. */
export class TargetError extends HarnessError {}

/** What a target runs on is not on this machine: nothing was tried. */
export class NotInstalled extends TargetError {}

/** Other firmware than the case's is running: to write the image into the flash helps. */
export class WrongFirmware extends TargetError {}

/** Another board, unit, timer or mode than was described: nothing that could be done to it would help. */
export class WrongBoard extends TargetError {}

/** No port is the board's. It may yet appear; nothing was tried. */
export class PortAbsent extends NotInstalled {}

/** A port that is not to be had: another program has it open, or this user must not. To reset the board would help nobody. */
export class PortRefused extends TargetError {}

/** A board that nothing has helped against. */
export class BoardLost extends TargetError {}

/** Host and DUT do not understand each other: a refused request, a wrong version, a damaged answer. */
export class ProtocolError extends HarnessError {}

/** The DUT has another input than the one that it is to infer. */
export class WrongInput extends ProtocolError {}

/** The DUT does not answer, or not any more. */
export class Silent extends ProtocolError {}

/** The firmware did what firmware must not do: it crashed, restarted, or failed within an inference. */
export class FirmwareFault extends ProtocolError {}

/** The runtime in the firmware says that it cannot run this model, and why. */
export class ModelRefused extends ProtocolError {}

/** The first line of any thrown value, for a reason in a verdict. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What ended something at first, where its clean-up failed too and the error at hand says no more than that. */
export function firstOf(error: unknown): unknown {
  const isSecond = error instanceof Error && error.name === 'SuppressedError' && 'suppressed' in error;
  return isSecond ? firstOf(error.suppressed) : error;
}

/** ` Did you mean "x"?` for the nearest of `known` when it is near enough, or for what begins with it; else an empty string. */
export function didYouMean(given: string, known: readonly string[]): string {
  const ranked = known
    .map(name => ({ name, distance: editDistance(given.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const near = ranked.find(({ distance }) => distance <= Math.max(2, given.length / 3))?.name;
  const meant = near ?? known.find(name => given.length > 2 && name.toLowerCase().startsWith(given.toLowerCase()));
  return meant === undefined ? '' : ` Did you mean "${meant}"?`;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(substituted, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}
