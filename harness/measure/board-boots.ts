import {
  BoardLost,
  FirmwareFault,
  ModelRefused,
  messageOf,
  NotInstalled,
  PortAbsent,
  PortRefused,
  ProtocolError,
  Silent,
  TargetError,
  WrongBoard,
  WrongFirmware,
} from '../errors.ts';
import { pause } from '../pause.ts';
import type { Manifest } from '../recording/recording.ts';
import type { Link } from '../target/port.ts';
import { type RiggedJob, type Steps, stepsOn } from './board-steps.ts';
import type { Boots, Met } from './boots.ts';
import type { Rig } from './rig.ts';
import { findSame } from './same-port.ts';

type Note = (seen: Pick<Manifest, 'board'>) => void;

/**
 * Boots a board until the firmware that is meant answers. What is in its flash stays there while it is known to be the image; else the image is
 * written. A board that does not answer climbs the reset ladder, each rung once a boot. Every link that was given is closed before the next step.
 */
export function boardBoots(job: RiggedJob, note: Note, signal: AbortSignal): Boots {
  const { rig, image } = job;
  const { target } = rig.gear;
  let link: Link | undefined;
  let boot = 0;
  let hasMet = false;
  let isOpened = false;
  let steps = stepsOn(job, boot, signal);
  let mend = mender(job, steps);

  const close = async (): Promise<void> => {
    const open = link;
    link = undefined;
    await open?.[Symbol.asyncDispose]();
  };
  /** A port that has just come back is nobody's until udev has given it away, and first looked at by some (ModemManager). */
  const openSettled = async (): Promise<Link> => {
    const deadlineMs = performance.now() + (steps.isOnTrial ? rig.gear.bootMs : 0);
    while (true) {
      try {
        return await target.open(image?.path ?? '', signal);
      } catch (error) {
        if (!(error instanceof PortRefused) || performance.now() >= deadlineMs) throw error;
        await pause(againMs, signal);
      }
    }
  };
  const open = async (): Promise<Link> => {
    const startMs = performance.now();
    link = steps.takeLink();
    if (await target.isPresent()) await findSame(rig);
    link ??= await openSettled();
    const ms = Math.round(performance.now() - startMs);
    if (!isOpened) job.recorder.sample({ kind: 'rig', boot, step: 'found', worked: true, ms, detail: rig.port.path });
    isOpened = true;
    return link;
  };
  const bootAnew = async (): Promise<void> => {
    boot++;
    hasMet = false;
    steps = stepsOn(job, boot, signal);
    mend = mender(job, steps);
    if (!(await steps.reset())) throw noReset(steps, target.name);
  };
  return {
    async next() {
      await close();
      if (hasMet) await bootAnew();
      if (boot === 0) await proveByFlash(job, steps);
      await steps.cool();
      return open();
    },
    met({ proof, resetCause }: Met) {
      if (hasMet) return;
      hasMet = true;
      if (image && proof !== undefined) rig.holds = { sha256: image.sha256, proof };
      steps.helped(resetCause);
      note({ board: seenOf(job) });
    },
    async mend(error) {
      hasMet = false; // it is the same boot that is tried again
      await close();
      if (error instanceof WrongFirmware) steps.answered();
      steps.settle(false, messageOf(error).split('\n')[0]);
      await mend(error);
    },
    counters: async () => undefined,
    async [Symbol.asyncDispose]() {
      await close();
      await steps.takeLink()?.[Symbol.asyncDispose]();
    },
  };
}

const againMs = 100;

/** Whether what ended a session may be over once something was done to the board. */
export function isMendable(error: unknown): error is TargetError | ProtocolError {
  if (error instanceof PortAbsent) return true; // it was there when the case began
  const beyond = [WrongBoard, NotInstalled, PortRefused, BoardLost, ModelRefused, FirmwareFault];
  if (beyond.some(kind => error instanceof kind)) return false;
  return error instanceof TargetError || error instanceof ProtocolError;
}

/** A tool that failed may succeed on a board that was reset. */
const mostFlashings = 2;

/** Does what may help against what ended a session before anything was measured; throws what is to be reported where nothing is left to do. */
function mender({ rig, image, protocol }: RiggedJob, steps: Steps): (error: unknown) => Promise<void> {
  const { flasher, target } = rig.gear;
  let cause: Error | undefined;
  let flashings = 0;
  let isFlashed = false;
  let isFound = false;

  const flash = async (isOther: boolean): Promise<boolean> => {
    if (!image || !flasher || isFlashed || flashings === mostFlashings) return false;
    if (!isOther && (await flasher.missing()) !== undefined) return false; // a reset may be all that it takes
    flashings++;
    return (isFlashed = await steps.flash(image.path));
  };
  const expectMendable = (error: unknown): void => {
    const isOther = error instanceof WrongFirmware;
    if (isOther && isFlashed) throw inVain(error, rig);
    const isImagesOwn = protocol.kind !== 'tickmark' && isHeld({ rig, image });
    if (isOther && (!flasher || !image || isImagesOwn)) throw error;
    // A crash may be that of what was in the flash before.
    const mayBeOld = error instanceof FirmwareFault && flasher && !isFlashed && !isHeld({ rig, image });
    if (!isMendable(error) && !mayBeOld) throw error;
    cause ??= error as Error;
  };
  return async error => {
    expectMendable(error);
    const isOther = error instanceof WrongFirmware;
    const isLost = error instanceof TargetError && !isOther; // not silent: its port is
    if (isLost && !isFound && (isFound = await steps.find())) return;
    if ((isOther || !isHeld({ rig, image })) && (await flash(isOther))) return;
    if (await steps.reset(error instanceof Silent)) return;
    const missing = isHeld({ rig, image }) ? undefined : await flasher?.missing();
    throw lost(steps.trouble ?? cause, steps, { where: target.name, missing });
  };
}

function isHeld({ rig, image }: Pick<RiggedJob, 'rig' | 'image'>): boolean {
  return image === undefined || rig.holds?.sha256 === image.sha256;
}

/** Firmware that cannot tell which it is does not have to: the flash is looked at, or written. */
async function proveByFlash({ rig, image, protocol }: RiggedJob, steps: Steps): Promise<void> {
  const { flasher } = rig.gear;
  if (!image || !flasher || protocol.kind === 'tickmark' || isHeld({ rig, image })) return;
  if ((await flasher.missing()) !== undefined) return; // it has to do with what the firmware calls itself
  const { path, sha256 } = image;
  let proof = `${flasher.name} has compared it with the flash`;
  if (!(await steps.isInFlash(path))) {
    if (!(await steps.flash(path))) throw steps.trouble as Error;
    steps.settle(true); // by the tool's word; the flash is looked at once more where it can be
    if (flasher.verify && !(await steps.isInFlash(path))) throw inVain(undefined, rig);
    if (!flasher.verify) proof = `${flasher.name} has written it in this run`;
  }
  rig.holds = { sha256, proof };
}

function inVain(answers: WrongFirmware | undefined, { gear: { flasher, target } }: Rig): WrongFirmware {
  const still = answers ? answers.what : 'the flash holds something else';
  return new WrongFirmware(
    `${flasher?.name} says that it has written the image, and still ${still}`,
    target.name,
    'see rig.log in the recording: is the debug probe another board’s, or does a boot loader start another slot?',
    { cause: answers },
  );
}

function noReset({ failed }: Steps, where: string): TargetError {
  const what = 'nothing resets it for a boot of its own';
  if (failed.length > 0)
    return new WrongBoard(`${what}; no help: ${failed.join(', ')}`, where, 'see rig.log, or measure one boot');
  return new WrongBoard(what, where, 'name in its board file what can reset it, under `reset`, or measure one boot');
}

function lost(
  cause: Error | undefined,
  { failed }: Steps,
  { where, missing }: { readonly where: string; readonly missing: string | undefined },
): BoardLost {
  const { what, fix } =
    cause instanceof TargetError || cause instanceof ProtocolError ? cause : { what: messageOf(cause), fix: '' };
  const tried = [...new Set(failed.filter(step => step !== 'verify' && step !== 'found'))];
  const helped = tried.length === 0 ? 'nothing can reset it' : `no help: ${tried.join(', ')}`;
  const isByTool = tried.some(step => step !== 'soft' && step !== 'lines'); // rig.log is what tools print
  const way = isByTool
    ? 'see rig.log and the recording'
    : 'name in its board file what can reset it (`flasher`, `reset`, `power`)';
  return new BoardLost(`${what}; ${helped}`, where, `${fix}; ${missing ?? way}`, { cause });
}

/** What is known of the board by now. */
function seenOf({ rig, image }: RiggedJob): NonNullable<Manifest['board']> {
  const { port, gear, holds } = rig;
  return {
    port: port.id,
    path: port.path,
    ...(gear.flasher && { flasher: gear.flasher.name }),
    ...(holds && holds.sha256 === image?.sha256 && { proof: holds.proof }),
  };
}
