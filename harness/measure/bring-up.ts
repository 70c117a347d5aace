import { createHash, randomBytes } from 'node:crypto';
import { TargetError, WrongBoard, WrongFirmware } from '../errors.ts';
import type { AgentProtocol, Dut } from '../protocol/port.ts';
import type { Link, Target } from '../target/port.ts';
import type { AgentImage } from './session.ts';

/** What a DUT is brought up with. */
export interface Setup {
  readonly target: Target;
  readonly protocol: AgentProtocol;
  readonly image: Pick<AgentImage, 'file' | 'isOwn' | 'buildId' | 'carriesModel' | 'functionAt'>;
  readonly model: Uint8Array;
  /** What the board has to announce besides. */
  readonly expected?: ExpectedBoard;
  /** Off only to show that the golden catches what the proof of identity would have caught first. */
  readonly proveModel?: boolean;
}

/** How firmware that answers as the image's build has shown that it is. */
export const buildIdProof = 'its build id';

/** What a board file says of the DUT. What it does not name is not asked for: the build id proves what the image was built for. */
export interface ExpectedBoard {
  /** The name that its firmware has for the board. */
  readonly announces?: string;
  /** The chip's own serial number, of one of several boards. */
  readonly unit?: string;
  readonly ticks?: { readonly source: string; readonly rateHz: number };
}

/**
 * Connects to the firmware on a link, checks that it is the image's build, loads the model unless the image carries it, and has the DUT
 * prove it.
 */
export async function bringUp(
  setup: Setup,
  link: Link,
  signal: AbortSignal,
  { hear = dut => dut, onConnect = () => {}, onIdentified = () => {} }: Heard = {},
): Promise<Dut> {
  const dut = hear(await setup.protocol.connect(link, signal));
  onConnect(dut);
  expectUnit(setup, dut); // first of all: the wrong one of two boards must not be flashed
  expectBuild(setup, dut);
  expectDescribed(setup, dut);
  const { carriesModel } = setup.image;
  if (carriesModel) await expectModel(setup, dut, { when: 'in its image', Failure: WrongFirmware });
  onIdentified(dut);
  if (carriesModel) return dut;
  await dut.load(setup.model);
  await expectModel(setup, dut, { when: 'after it was loaded' });
  return dut;
}

/** What a caller hears of while a DUT is brought up. */
interface Heard {
  /** The same DUT with bounds to its silence, from its first request after HELLO on. @default without */
  readonly hear?: (dut: Dut) => Dut;
  /** It has introduced itself. */
  readonly onConnect?: (dut: Dut) => void;
  /** It is who it should be. */
  readonly onIdentified?: (dut: Dut) => void;
}

/** Throws WrongFirmware unless the firmware that answers is the image's build. */
export function expectBuild({ image, target }: Setup, dut: Dut): void {
  if (dut.identity.buildId === image.buildId) return;
  throw new WrongFirmware(
    `the firmware that answers is build ${dut.identity.buildId}, the image is build ${image.buildId}`,
    `${target.name}, ${image.file}`,
    'load the image again: another firmware is running',
  );
}

/** Throws WrongBoard for another unit than the one that is meant. */
function expectUnit({ expected: { unit } = {}, target, image }: Setup, { identity }: Dut): void {
  if (unit === undefined || sameHex(identity.unit, unit)) return;
  if (identity.unit === '' && identity.buildId !== image.buildId) return; // the image may tell, once it is there
  const answers = identity.unit === '' ? 'a chip that does not tell its unit' : `unit ${identity.unit}`;
  throw new WrongBoard(
    `${answers} answers, the board file means unit ${unit}`,
    target.name,
    'another board of this type is on this port: tell them apart under `port`, or correct `unit`',
  );
}

function sameHex(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** Throws WrongBoard for firmware that was built for another board, or counts another timer. */
function expectDescribed({ expected: { announces, ticks } = {}, target, image }: Setup, { identity }: Dut): void {
  const { board, tickSource, tickHz } = identity;
  if (announces !== undefined && announces !== board)
    throw new WrongBoard(
      `the firmware says that it is built for "${board}", the board file announces "${announces}"`,
      `${target.name}, ${image.file}`,
      'name the image of this board, or correct `announces`',
    );
  if (!ticks || (image.isOwn && ticks.source !== tickSource)) return; // firmware of one's own may count a timer of its own
  if (ticks.source !== tickSource || ticks.rateHz !== tickHz)
    throw new WrongBoard(
      `its ticks are of ${tickSource} at ${shownHz(tickHz)}, the board file has ${ticks.source} at ${shownHz(ticks.rateHz)}`,
      target.name,
      'every latency would be off by that ratio: correct the clock in the firmware, or `ticks` in the board file',
    );
}

/** Exactly: two rates that are rounded alike must not look alike. */
function shownHz(hz: number): string {
  return `${hz.toLocaleString('en')} Hz`;
}

/** When a model is to be proved, and what it is when it is not. */
interface Proving {
  readonly when: string;
  /** @default TargetError */
  readonly Failure?: typeof TargetError;
}

/** Throws unless the DUT proves that it has the model. */
export async function expectModel(setup: Setup, dut: Dut, { when, Failure = TargetError }: Proving): Promise<void> {
  if (setup.proveModel === false) return;
  const { proof, expected } = await proofOf(setup.model, dut);
  if (proof === expected) return;
  throw new Failure(
    `the model in the DUT is not the suite's ${when}: its SHA-256 with this nonce is ${proof.slice(0, 16)}…, expected ${expected.slice(0, 16)}…`,
    setup.target.name,
    'load it again; if it changes again, the memory or the link corrupts it',
  );
}

/** Whether the DUT proves that it has the model. */
export async function hasModel({ model }: Pick<Setup, 'model'>, dut: Dut): Promise<boolean> {
  const { proof, expected } = await proofOf(model, dut);
  return proof === expected;
}

/** The DUT hashes the model's bytes as they lie in its memory, with a fresh nonce: no other model, and no stored answer, can match. */
async function proofOf(model: Uint8Array, dut: Dut): Promise<{ readonly proof: string; readonly expected: string }> {
  const nonce = randomBytes(16);
  const proof = Buffer.from(await dut.proveModel(model.length, nonce)).toString('hex');
  return { proof, expected: createHash('sha256').update(nonce).update(model).digest('hex') };
}
