import { linkFor } from '../measure/back-door.ts';
import { boardBoots } from '../measure/board-boots.ts';
import { type Boots, bootsOf } from '../measure/boots.ts';
import { bringUp, buildIdProof, type Setup } from '../measure/bring-up.ts';
import { located } from '../measure/locate.ts';
import { type Metering, suppliedBy } from '../measure/metering.ts';
import type { Rig } from '../measure/rig.ts';
import type { AgentImage } from '../measure/session.ts';
import { heardDut } from '../measure/silence.ts';
import type { Dut } from '../protocol/port.ts';
import type { CaseInputs } from '../runner/case-inputs.ts';
import type { Board } from '../suite/board.ts';
import type { Suite } from '../suite/suite.ts';

/** What a DUT is brought up with, and tested by. */
export interface Bench {
  readonly suite: Suite;
  readonly board: Board;
  readonly inputs: CaseInputs;
  readonly setup: Setup & { readonly image: AgentImage };
  /** Of a board of silicon. */
  readonly rig?: Rig;
}

/** A DUT that is up. */
export interface Up extends AsyncDisposable {
  readonly dut: Dut;
}

/** Opens a bench's target until its firmware answers as it should. */
export async function openLink(bench: Bench, signal: AbortSignal): Promise<Up> {
  const metering = await suppliedBy(bench.rig?.gear.meter, signal);
  const boots = bootsFor(bench, metering, signal);
  const close = async (): Promise<void> => {
    await using _metering = metering;
    await boots[Symbol.asyncDispose]();
  };
  try {
    const dut = await bringUpMended(bench, boots, signal);
    return { dut, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw located(error, bench.setup.image.functionAt);
  }
}

function bootsFor({ rig, setup }: Bench, metering: Metering | undefined, signal: AbortSignal): Boots {
  const { target, image, protocol } = setup;
  const recorder = { sample: () => {}, tool: () => {} };
  return rig
    ? boardBoots({ rig, image, protocol, recorder, metering }, () => {}, signal)
    : bootsOf({ target, imagePath: image.path, count: 1 }, signal);
}

/** A board is flashed and reset until the firmware that is meant answers, or nothing is left to do. */
async function bringUpMended(bench: Bench, boots: Boots, signal: AbortSignal): Promise<Dut> {
  const { suite, setup, rig } = bench;
  try {
    const link = linkFor(suite, await boots.next());
    return await bringUp(setup, link, signal, {
      hear: dut => (rig ? heardDut(dut, setup.target.name) : dut),
      onIdentified: ({ identity }) => boots.met?.({ proof: buildIdProof, resetCause: identity.resetCause }),
    });
  } catch (error) {
    if (!boots.mend || signal.aborted) throw error;
    await boots.mend(error);
    return bringUpMended(bench, boots, signal);
  }
}
