import type { Sample } from '../recording/recording.ts';
import { formatQuantity } from '../units.ts';
import { crystalPpm } from './clock.ts';
import type { Spoilt } from './evidence.ts';
import { type Figured, stretchesOf } from './figured.ts';
import { type Finding, inSeconds } from './finding.ts';

/** Whether the meter, the supply and the board were as figures of a DUT alone ask for. */
export function checkRig(figured: Figured): readonly Finding[] {
  return [
    ...checkMeter(figured),
    ...checkSupply(figured),
    ...checkSwitched(figured),
    ...checkProbe(figured),
    ...checkDrift(figured),
  ];
}

function checkMeter({ recording, facts, samples }: Figured): readonly Finding[] {
  const lost = recording.samples.find(sample => sample.kind === 'rig' && sample.step === 'meter' && !sample.worked);
  const { accuracy, title } = facts.meter;
  return [
    ...(samples === 0 ? [{ check: 'meter', what: `${title} has sent no sample` } as const] : []),
    ...(lost?.kind === 'rig'
      ? [{ check: 'meter', what: `the meter was lost: ${lost.detail}`, sample: samples } as const]
      : []),
    ...(accuracy ? [] : [{ doubt: `nobody has said how exact ${title} is: its figures have no interval` }]),
  ];
}

/** What a supply may be off from what the board file says; what it may stray. */
const allowedSupply = 0.02;
const allowedStray = 0.05;

function checkSupply({ facts, board, used }: Figured): readonly Finding[] {
  const { supplyMv, supplySpreadMv = 0, quantity } = facts;
  if (supplyMv === undefined) return unknownSupply(quantity, used);
  const [is, says, strays] = [supplyMv, board.supplyMv ?? supplyMv, supplySpreadMv].map(mv =>
    formatQuantity(mv, 'mV', 3),
  );
  if (board.supplyMv !== undefined && Math.abs(supplyMv - board.supplyMv) > allowedSupply * board.supplyMv)
    return [{ check: 'supply', what: `the DUT was supplied with ${is}, and ${board.name}'s board file says ${says}` }];
  if (supplySpreadMv <= allowedStray * supplyMv) return [];
  return [{ doubt: `the supply of ${is} strayed by ${strays}: energy is that of its mean` }];
}

function unknownSupply(quantity: 'current' | 'energy', used: ReadonlySet<Spoilt>): readonly Finding[] {
  const lost = quantity === 'current' ? 'is no energy' : 'are neither currents nor charges';
  const what = `nobody knows the supply's voltage, so that there ${lost}: write \`supply: 3.3 V\` in the board file`;
  const spoilt = quantity === 'current' ? 'energy' : 'current';
  return used.has(spoilt) ? [{ check: 'supply', what, spoils: [spoilt] }] : [{ doubt: what }];
}

function checkSwitched(figured: Figured): readonly Finding[] {
  const off = figured.events.filter(event => event.kind === 'supply' && !event.isOn);
  const cut = stretchesOf(figured).flatMap(({ kind, figures }) =>
    off.filter(({ sample }) => sample > figures.first && sample < figures.end).map(({ sample }) => ({ kind, sample })),
  );
  const kinds = [...new Set(cut.map(({ kind }) => kind))];
  const [first] = cut;
  if (!first) return [];
  const what = 'the DUT’s supply was taken away within what is measured';
  return [{ check: 'supply', what, sample: first.sample, spoils: kinds }];
}

/** Tools that talk to a chip's own boot loader: they attach no debug probe. */
const bootLoaders = ['esptool', 'dfu-util', 'UF2 copy'];

/**
 * A debug probe that was attached leaves a chip's debug domain on, over a milliamp of it, until its power goes. The recording tells what was done to the
 * board, in order: nothing of a probe may come between its last loss of power and its windows.
 */
function checkProbe({ recording }: Figured): readonly Finding[] {
  const usesBootLoader = bootLoaders.includes(recording.manifest.board?.flasher ?? '');
  let attached: string | undefined;
  for (const sample of recording.samples) {
    if (sample.kind === 'mark' && attached !== undefined) return [probed(attached)];
    if (sample.kind === 'rig') attached = attachedAfter(sample, usesBootLoader, attached);
  }
  return [];
}

function attachedAfter(
  { step, worked, detail }: Extract<Sample, { readonly kind: 'rig' }>,
  usesBootLoader: boolean,
  attached: string | undefined,
): string | undefined {
  if (step === 'power') {
    if (worked) return undefined;
    return /debug probe was attached/.test(detail) ? detail : attached; // by another case, before this one's recording
  }
  const isByProbe = step === 'probe' || ((step === 'flash' || step === 'verify') && !usesBootLoader);
  return isByProbe ? `${step}: ${detail}` : attached;
}

function probed(how: string): Finding {
  const what = `a debug probe was attached (${how}), and the power was not taken away since: what it leaves on in a chip costs over a milliamp`;
  return {
    check: 'probe',
    what: `${what}; name a switch under \`power\` in the board file, or let the meter be its supply`,
  };
}

/** So many standard errors of the drift may be chance. */
const chance = 3;

function checkDrift({ fit }: Figured): readonly Finding[] {
  if (!fit || Math.abs(fit.driftPpm) - chance * (fit.errorPpm ?? 0) <= crystalPpm) return [];
  const drift = `${Math.round(fit.driftPpm)} ppm`;
  const adds = inSeconds((Math.abs(fit.driftPpm) * 3600) / 1e6);
  return [{ doubt: `the meter's clock differs from the host's by ${drift}, ${adds} an hour: no crystal does` }];
}
