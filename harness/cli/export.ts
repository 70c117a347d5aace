import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { InputError } from '../errors.ts';
import { submissionOf } from '../export/mlperf.ts';
import type { Facts } from '../export/mlperf-system.ts';
import { writeWhole } from '../files.ts';
import { faultsError } from '../suite/fault.ts';
import { readYaml } from '../suite/yaml.ts';
import { energyCases, mlperfCases } from './export-cases.ts';
import { say } from './say.ts';

export interface ExportOptions {
  readonly out?: string;
  readonly suite?: readonly string[];
  readonly target?: readonly string[];
  readonly division: 'closed' | 'open';
  readonly submitter: string;
  readonly system?: string;
  readonly facts?: string;
  /** Of this run, or of another one. */
  readonly energy?: true | string;
}

/** `tickmark export mlperf`: writes a run's cases of MLPerf Tiny firmware as a submission. Throws InputError with all that stands in the way. */
export function exportMlperf(run: string, options: ExportOptions): void {
  const { out = join(run, 'mlperf'), suite: suites = [], target: targets = [], division, submitter, system } = options;
  const cwd = process.cwd();
  const facts = options.facts === undefined ? {} : readFacts(resolve(options.facts), cwd);
  const wanted = { suites, targets, cwd };
  const energies = typeof options.energy === 'string' ? energyCases(resolve(options.energy), wanted) : [];
  const cases = [...mlperfCases(resolve(run), wanted), ...energies];
  const { files, faults } = submissionOf(cases, {
    division,
    submitter,
    facts,
    wantsEnergy: options.energy !== undefined,
    ...(system !== undefined && { system }),
  });
  const taken = [...files.keys()].filter(path => path.includes('/results/') && existsSync(join(out, path)));
  if (faults.length > 0) throw refusal(run, faults);
  if (taken.length > 0)
    throw new InputError(
      'is there already',
      join(out, taken[0] ?? ''),
      'move it away, or write to another folder: --out',
    );
  for (const [path, text] of files) writeWhole(join(out, path), text);
  if (options.energy !== undefined)
    say('energy is of a build of its own: accuracy and performance are of other inferences, as MLPerf Tiny has it');
  say(`${files.size} files in ${out}; check them: python submission_checker.py --version v1.4 --input ${out}`);
}

/** A map of texts in YAML or JSON. */
function readFacts(file: string, cwd: string): Facts {
  const { source, faults } = readYaml(file);
  if (faults.length > 0) throw faultsError(faults, cwd);
  const { data } = source;
  const entries = typeof data === 'object' && data !== null && !Array.isArray(data) ? Object.entries(data) : undefined;
  if (!entries) throw new InputError('is no map of texts', file, 'write lines of the form: "Hardware Notes": none');
  const odd = entries.filter(([, value]) => !['string', 'number'].includes(typeof value));
  const oddFaults = odd.map(([key]) => ({ place: source.place([key]), what: `"${key}" is no text` }));
  if (oddFaults.length > 0) throw faultsError(oddFaults, cwd);
  return Object.fromEntries(entries.map(([key, value]) => [key, String(value)]));
}

function refusal(run: string, faults: readonly string[]): InputError {
  const count = faults.length === 1 ? 'a fault' : `${faults.length} faults`;
  return new InputError(
    `cannot be submitted, for ${count}\n${faults.map(fault => `  ${fault}\n`).join('')}`,
    run,
    'nothing was written',
  );
}
