import type { Finding } from '../doctor/finding.ts';
import { checkHarness } from '../doctor/harness.ts';
import { checkSerial } from '../doctor/serial.ts';
import { thisSystem } from '../doctor/system.ts';
import { checkTools } from '../doctor/tools.ts';
import { harmless, type Paint, paintFor } from '../report/paint.ts';
import { sayAsIs, sayJson } from './say.ts';

/** `tickmark doctor`: what is found, what is missing, and how to get it. Returns 3 when nothing can run as it is, else 0. */
export async function doctor({ json }: { json?: boolean }): Promise<number> {
  const system = thisSystem();
  const findings = [...checkHarness(system), ...(await checkTools(system)), ...checkSerial(system)];
  const isFit = findings.every(({ state, isNeeded }) => state === 'found' || !isNeeded);
  if (json) sayJson({ isFit, findings });
  else sayAsIs(asText(findings, paintFor(process.stdout, process.env)));
  return isFit ? 0 : 3;
}

function asText(findings: readonly Finding[], paint: Paint): string {
  const groups = [...new Set(findings.map(({ about }) => about))];
  const width = Math.max(...findings.map(({ name }) => name.length));
  return groups
    .map(group => {
      const lines = findings.filter(({ about }) => about === group).flatMap(finding => linesOf(finding, width, paint));
      return [paint.bold(group), ...lines].join('\n');
    })
    .join('\n\n');
}

const marks = { found: '✓', missing: '–', warning: '!' } as const;
const statuses = { found: 'passed', missing: 'skipped', warning: 'broken' } as const;

/** What a USB device calls itself is its own: the colours alone are controls. */
function linesOf({ name, state, detail, fix, isNeeded }: Finding, width: number, paint: Paint): string[] {
  const status = isNeeded && state === 'missing' ? 'failed' : statuses[state];
  const line = `  ${paint.status(status, marks[state])} ${name.padEnd(width)}  ${harmless(detail)}`;
  return fix === undefined ? [line] : [line, `    ${' '.repeat(width)}  ${paint.dim(`→ ${fix}`)}`];
}
