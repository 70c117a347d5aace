import { dirname, resolve } from 'node:path';
import type { Board } from './board.ts';
import { parseBudgets } from './budgets.ts';
import { crossFaults } from './checks.ts';
import { type Fault, faultsError, shownPath } from './fault.ts';
import { parseFormat } from './formats.ts';
import { Misfit } from './misfit.ts';
import { checkSuiteFile } from './schema.ts';
import type { Suite, Task } from './suite.ts';
import type { SuiteFile } from './suite-file.generated.ts';

import { readYaml, type YamlSource } from './yaml.ts';

/** What `targets` may name, by name. */
export type Boards = ReadonlyMap<string, Board>;

/** Reads suite files. Throws one InputError with every fault of all of them; paths in it are shown from `cwd`. */
export function loadSuites(files: readonly string[], boards: Boards, cwd = process.cwd()): readonly Suite[] {
  const read = files.map(file => readSuite(resolve(cwd, file), boards));
  const faults = [...read.flatMap(each => each.faults), ...takenNames(read, cwd)];
  if (faults.length > 0) throw faultsError(faults, cwd);
  return read.flatMap(each => each.suite ?? []);
}

/** Reads one suite file. Throws an InputError with every fault in it. */
export function loadSuite(file: string, boards: Boards, cwd = process.cwd()): Suite {
  const { suite, faults } = readSuite(resolve(cwd, file), boards);
  if (!suite) throw faultsError(faults, cwd);
  return suite;
}

/** The error for a misfit at its line of the suite file, which is read again for it; any other error as it is. */
export function placed(error: unknown): unknown {
  if (!(error instanceof Misfit)) return error;
  const { source } = readYaml(error.suite.file);
  return faultsError([{ place: source.place(error.path), what: error.what }], process.cwd());
}

/** `suite` where there are no faults. */
interface ReadSuite {
  readonly source: YamlSource;
  readonly suite?: Suite;
  readonly faults: readonly Fault[];
}

function readSuite(file: string, boards: Boards): ReadSuite {
  const { source, faults: textFaults } = readYaml(file);
  if (source.data === undefined) return { source, faults: textFaults };
  const checked = checkSuiteFile(source);
  const faults = [...textFaults, ...checked.faults, ...crossFaults(source, boards)];
  return 'file' in checked && faults.length === 0
    ? { source, suite: toSuite(file, checked.file), faults }
    : { source, faults };
}

/** Results are kept by suite name: two suites of one name would overwrite each other. */
function* takenNames(read: readonly ReadSuite[], cwd: string): Generator<Fault> {
  const owners = new Map<string, string>();
  for (const { suite, source } of read) {
    if (!suite) continue;
    const owner = owners.get(suite.name);
    if (owner !== undefined) {
      const what = `the name "${suite.name}" is taken by ${shownPath(owner, cwd)}: rename one of the two`;
      yield { place: source.place(['suite']), what };
    }
    owners.set(suite.name, suite.file);
  }
}

function toSuite(file: string, written: SuiteFile): Suite {
  const { suite, description, model, vectors, task, targets, measure = {}, budgets, on = {} } = written;
  const from = (path: string) => resolve(dirname(file), path);
  return {
    name: suite,
    file,
    ...(description !== undefined && { description }),
    model: { file: from(model.file), ...(model.float !== undefined && { float: from(model.float) }) },
    vectors: {
      inputs: from(vectors.inputs),
      ...(vectors.labels !== undefined && { labels: from(vectors.labels) }),
      ...(vectors.first !== undefined && { first: vectors.first }),
      preprocess: (vectors.preprocess ?? []).map(({ scale }) => ({ kind: 'scale', ...scale })),
    },
    task: (task ?? { kind: 'classification' }) satisfies Task,
    targets,
    measure: {
      warmup: measure.warmup ?? 2,
      boots: measure.boots ?? 1,
      timeoutMs: milliseconds(measure.timeout ?? '10 min'),
    },
    budgets: parseBudgets(budgets),
    on: Object.fromEntries(Object.entries(on).map(([target, own]) => [target, { budgets: parseBudgets(own.budgets) }])),
  };
}

function milliseconds(text: string): number {
  const parsed = parseFormat('duration-with-unit', text);
  if (parsed.fault !== undefined) throw new RangeError(parsed.fault); // the schema has accepted it
  return parsed.value / 1000;
}
