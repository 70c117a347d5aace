import { createHash, randomBytes } from 'node:crypto';
import { TargetError } from '../errors.ts';
import type { AgentProtocol, Dut } from '../protocol/port.ts';
import type { Link, Target } from '../target/port.ts';
import type { AgentImage } from './session.ts';

/** What a DUT is brought up with. */
export interface Setup {
  readonly target: Target;
  readonly protocol: AgentProtocol;
  readonly image: Pick<AgentImage, 'file' | 'buildId' | 'carriesModel' | 'functionAt'>;
  readonly model: Uint8Array;
  /** Off only to show that the golden catches what the proof of identity would have caught first. */
  readonly proveModel?: boolean;
}

/**
 * Connects to the firmware on a link, checks that it is the image's build, loads the model unless the image carries it, and has the DUT
 * prove it.
 */
export async function bringUp(
  setup: Setup,
  link: Link,
  signal: AbortSignal,
  onConnect: (dut: Dut) => void = () => {},
): Promise<Dut> {
  const dut = await setup.protocol.connect(link, signal);
  onConnect(dut);
  expectBuild(setup, dut);
  if (!setup.image.carriesModel) await dut.load(setup.model);
  await expectModel(setup, dut, setup.image.carriesModel ? 'in its image' : 'after it was loaded');
  return dut;
}

/** Throws TargetError unless the firmware that answers is the image's build. */
export function expectBuild({ image, target }: Setup, dut: Dut): void {
  if (dut.identity.buildId === image.buildId) return;
  throw new TargetError(
    `the firmware that answers is build ${dut.identity.buildId}, the image is build ${image.buildId}`,
    `${target.name}, ${image.file}`,
    'load the image again: another firmware is running',
  );
}

/** Throws TargetError unless the DUT proves that it has the model. */
export async function expectModel(setup: Setup, dut: Dut, when: string): Promise<void> {
  if (setup.proveModel === false) return;
  const { proof, expected } = await proofOf(setup.model, dut);
  if (proof === expected) return;
  throw new TargetError(
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
