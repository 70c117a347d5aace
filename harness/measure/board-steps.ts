import { messageOf, NotInstalled, TargetError } from '../errors.ts';
import type { PowerSwitch, ToolIo } from '../flash/port.ts';
import { pause } from '../pause.ts';
import type { Recorder } from '../recording/recorder.ts';
import type { RigSample } from '../recording/recording.ts';
import type { Link } from '../target/port.ts';
import { canBeHeard, powerHeard, resetHeard } from './heard-reset.ts';
import { type Climbed, climb, expectPort, rungsOf } from './ladder.ts';
import type { Metering } from './metering.ts';
import { ownProbeOf } from './own-probe.ts';
import type { Gear, Rig } from './rig.ts';
import { findSame, hasPort } from './same-port.ts';
import type { Job } from './session.ts';

/** A case on a board of silicon. */
export type RiggedJob = Pick<Job, 'image' | 'protocol'> & {
  readonly rig: Rig;
  readonly recorder: Pick<Recorder, 'sample' | 'tool'>;
  readonly metering?: Pick<Metering, 'supply' | 'tracing'> | undefined;
};

type Step = RigSample['step'];

/** What can be done to a board for one boot, each step sampled. Its port has to be closed before each. */
export interface Steps {
  /** Waits for the port; false when it does not come. */
  find(): Promise<boolean>;
  /** False when the tool failed, or there is none. Throws NotInstalled where it is not on this machine. */
  flash(path: string): Promise<boolean>;
  /** Whether the flash holds the image: no, also where nobody can look. */
  isInFlash(path: string): Promise<boolean>;
  /** Climbs to the next rung that can be done; false when there is none left. Firmware that is silent cannot be asked to do anything. */
  reset(isSilent?: boolean): Promise<boolean>;
  /**
   * Takes the power away before current is measured, where a debug probe may have been attached since it last was: what that leaves on in a chip costs
   * more than a milliamp. Where nothing can, and one was attached, that is sampled.
   */
  cool(): Promise<void>;
  /** The link that has heard the last reset from its begin on, once; undefined where the port is to be opened. */
  takeLink(): Link | undefined;
  /** Whether what was done last has helped, which the firmware's answer tells, or its silence. */
  settle(worked: boolean, why?: string): void;
  /** Some firmware answers, be it another: what was done for the power's sake is done. */
  answered(): void;
  /** The firmware's word about its last reset, for a step that may seem to have been done. */
  helped(resetCause: string | undefined): void;
  /** Whether something was just done, and what came of it is not known. */
  readonly isOnTrial: boolean;
  /** What has not helped. */
  readonly failed: readonly Step[];
  /** What a tool failed by that has not written since: it says more than the firmware that should be gone. */
  readonly trouble: Error | undefined;
}

interface OnTrial extends Climbed {
  readonly step: Step;
  readonly ms: number;
  /** Done to measure, not to make it answer. */
  readonly isToCool?: boolean;
}

export function stepsOn({ rig, protocol, recorder, metering }: RiggedJob, boot: number, signal: AbortSignal): Steps {
  const gear = withSupply(rig.gear, metering?.supply);
  const { target, flasher } = gear;
  const rungs = rungsOf({ gear, protocol });
  const failed: Step[] = [];
  let onTrial: readonly OnTrial[] = [];
  let trouble: Error | undefined;
  let heard: Link | undefined;
  let wasUnheard = false;
  let isToldHot = false;

  const sample = (step: Step, worked: boolean, { ms, detail }: { readonly ms: number; readonly detail: string }) => {
    recorder.sample({ kind: 'rig', boot, step, worked, ms: Math.round(ms), detail });
    if (!worked) failed.push(step);
  };
  const io = async (): Promise<ToolIo> => {
    const port = (await target.isPresent()) ? await findSame(rig) : rig.port;
    const probe = ownProbeOf(port);
    return {
      portPath: port.path,
      ...(probe && { probe }),
      ...(gear.isNative && { isRunning: () => hasPort(rig) }),
      log: line => recorder.tool(line),
    };
  };
  const settle = (worked: boolean, why?: string): void => {
    for (const each of onTrial) sample(each.step, worked, { ...each, ...(why !== undefined && { detail: why }) });
    onTrial = [];
  };
  const succeed = (steps: readonly OnTrial[], resetCause?: string): void => {
    for (const each of steps) sample(each.step, true, { ...each, detail: detailOf(each, resetCause) });
  };
  const probed = (): void => {
    if (!flasher?.isBootLoader) rig.probe = 'attached';
  };
  const attempt = async (step: Step, work: (io: ToolIo) => Promise<Climbed>, isToCool = false): Promise<boolean> => {
    const startMs = performance.now();
    if (step === 'probe' || step === 'flash') probed();
    try {
      const done = await work(await io());
      onTrial = [...onTrial, { step, ms: performance.now() - startMs, isToCool, ...done }];
      if (step === 'flash') trouble = undefined;
      if (step === 'power') rig.probe = 'gone';
      return true;
    } catch (error) {
      signal.throwIfAborted();
      sample(step, false, { ms: performance.now() - startMs, detail: lineOf(error, target.name) });
      if (step === 'flash') trouble = error as Error;
      return false;
    }
  };
  return {
    failed,
    get isOnTrial() {
      return onTrial.length > 0;
    },
    get trouble() {
      return trouble;
    },
    settle,
    find: () =>
      attempt('found', async () => {
        if (rig.port.path.includes('://')) await pause(gear.bootMs, signal); // to see whether it is there would be to open it
        await expectPort(gear, signal);
        return { detail: 'its port was opened again' };
      }),
    async flash(path) {
      if (!flasher) return false;
      await expectTool(rig);
      return attempt('flash', async toolIo => {
        delete rig.holds; // whatever becomes of it: a tool that fails has begun
        await flasher.flash(path, toolIo, signal);
        await expectPort(gear, signal);
        return { detail: flasher.name };
      });
    },
    async isInFlash(path) {
      if (!flasher?.verify || (await flasher.missing()) !== undefined) return false;
      const startMs = performance.now();
      probed();
      const isSame = await flasher.verify(path, await io(), signal);
      const detail = `${flasher.name} finds ${isSame ? 'the image' : 'something else'} in the flash`;
      sample('verify', isSame, { ms: performance.now() - startMs, detail });
      return isSame;
    },
    async reset(isSilent = false) {
      const isHeard = isSilent && canBeHeard({ gear, protocol });
      if (isHeard && wasUnheard) rungs.unshift('probe'); // what it printed then may have been all
      wasUnheard = false;
      for (let rung = rungs.shift(); rung; rung = rungs.shift()) {
        const next = rung;
        if (isSilent && next === 'soft') continue;
        const hears = isHeard && next === 'probe';
        const climbed = await attempt(next, async toolIo => {
          const with_ = { gear, protocol, io: toolIo };
          if (!hears) return climb(next, with_, signal);
          heard = await resetHeard(with_, signal);
          return { detail: `${gear.flasher?.name}, heard meanwhile` };
        });
        wasUnheard = climbed && next === 'probe' && !hears;
        if (climbed) return true;
      }
      return false;
    },
    async cool() {
      if (!metering?.tracing || rig.probe === 'gone') return;
      if (!gear.power) {
        const detail = 'nothing here can, and a debug probe was attached: name `power` in the board file';
        if (rig.probe === 'attached' && !isToldHot) sample('power', false, { ms: 0, detail });
        isToldHot = true;
        return;
      }
      await heard?.[Symbol.asyncDispose]();
      heard = undefined;
      const { power } = gear;
      await attempt(
        'power',
        async toolIo => {
          const with_ = { gear, protocol, io: toolIo, power };
          if (!power.isChipOnly || gear.isNative) return climb('power', with_, signal);
          const { link, done } = await powerHeard(with_, signal);
          heard = link;
          return done;
        },
        true,
      );
    },
    takeLink() {
      const link = heard;
      heard = undefined;
      return link;
    },
    answered() {
      succeed(onTrial.filter(({ isToCool }) => isToCool));
      onTrial = onTrial.filter(({ isToCool }) => !isToCool);
    },
    helped(resetCause) {
      succeed(onTrial, resetCause);
      onTrial = [];
    },
  };
}

/** The meter's supply is the chip's; a board's own switch takes the rest of it along. */
function withSupply(gear: Gear, supply: PowerSwitch | undefined): Gear {
  if (!supply) return gear;
  return { ...gear, power: gear.power ? bothOf(supply, gear.power) : supply };
}

function bothOf(chip: PowerSwitch, board: PowerSwitch): PowerSwitch {
  return {
    name: `${chip.name} and ${board.name}`,
    missing: () => board.missing(),
    async off(io, signal) {
      await board.off(io, signal);
      await chip.off(io, signal);
    },
    async on(io, signal) {
      await chip.on(io, signal);
      await board.on(io, signal);
    },
  };
}

async function expectTool({ gear: { flasher, target } }: Rig): Promise<void> {
  const missing = await flasher?.missing();
  if (missing === undefined) return;
  throw new NotInstalled('runs other firmware than the image, and nothing here can write it', target.name, missing);
}

/** That the board answers shows that it was reset, not that its power dropped. */
function detailOf({ detail, proof }: OnTrial, resetCause: string | undefined): string {
  if (proof === undefined) return detail;
  if (proof === 'port') return `${detail}; the port went away with it`;
  const says = resetCause === 'power-on' ? 'says' : 'does not say';
  if (proof === 'chip') return `${detail}; the firmware ${says} that it was powered on`;
  if (resetCause === 'power-on') return `${detail}; the port stayed, but the firmware says that it was powered on`;
  return `${detail} says off, but the port stayed: whether the power dropped is not known`;
}

/** One line, with the last words of a tool; whose it is, where that is not the board. */
function lineOf(error: unknown, board: string): string {
  if (!(error instanceof TargetError)) return messageOf(error).split('\n')[0] ?? '';
  const { where, what } = error;
  return `${where === board ? '' : `${where}: `}${what}`.replaceAll(/\s*\n\s*/g, ' ');
}
