import type { CurrentEvidence } from '../../trace/evidence.ts';
import { formatQuantity } from '../../units.ts';
import type { Provenance, Verdict } from '../result.ts';
import { faultText } from './faults.ts';

/** Whether a trace can be trusted: `rig.trace`. A fault of it is the rig's. */
export function judgeTrace(evidence: CurrentEvidence): Verdict {
  const { faults } = evidence;
  const [first] = faults;
  return {
    budget: 'rig.trace',
    status: first ? 'broken' : 'passed',
    measured: faults.length,
    relation: '<=',
    limit: 0,
    unit: 'faults',
    basis: 'measured',
    optional: false,
    reason: first ? faults.map(fault => faultText(fault, evidence)).join('; ') : soundText(evidence),
  };
}

function soundText({ samples, facts, inferences, clock }: CurrentEvidence): string {
  const { rateHz, meter } = facts;
  const took = formatQuantity((samples / rateHz) * 1e6, 'µs');
  const placed = inferences.length === 0 ? 'no marked window' : `${inferences.length} marked windows`;
  const clocks = clock ? `; its clock runs ${Number(clock.driftPpm.toFixed(1))} ppm beside the host's` : '';
  return `${samples} samples of the ${meter.title} in ${took}, with ${placed}${clocks}`;
}

/** What measured the current, for the provenance of its figures. */
export function meterOf({ facts }: CurrentEvidence): NonNullable<Provenance['meter']> {
  const { lines: _wiring, mostMa: _range, ...meter } = facts.meter;
  return { ...meter, ...(facts.supplyMv !== undefined && { supplyMv: facts.supplyMv }) };
}
