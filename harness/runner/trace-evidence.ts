import { openTrace } from '../recording/read-trace.ts';
import { type Analysed, analyseTrace } from '../trace/analyse.ts';
import type { CurrentEvidence } from '../trace/evidence.ts';
import { keepWindows } from '../trace/kept-windows.ts';

/** What the trace in a recording's folder tells; from where in it is kept beside it, for pictures. Throws InputError where it is damaged. */
export function traceEvidence(folder: string, of: Omit<Analysed, 'trace'>): CurrentEvidence {
  using trace = openTrace(folder);
  const evidence = analyseTrace({ trace, ...of });
  keepWindows(folder, evidence);
  return evidence;
}
