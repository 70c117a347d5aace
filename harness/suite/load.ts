import { dirname, resolve } from 'node:path';
import type { Board } from './board.ts';
import { parseBudgets } from './budgets.ts';
import { crossFaults } from './checks.ts';
import { type Fault, faultsError, shownPath } from './fault.ts';
import { type FormatName, parseFormat } from './formats.ts';
import { checkSuiteFile } from './schema.ts';
import type {
  AnySuite,
  Cell,
  LogSpec,
  LogSuite,
  MeasureCurrent,
  OwnFirmware,
  Preprocess,
  Suite,
  Task,
} from './suite.ts';
import type {
  Firmware as FirmwareFile,
  Log as LogFile,
  Preprocess as PreprocessFile,
  SuiteFile,
} from './suite-file.generated.ts';
import { milliseconds, parseTrials } from './trials.ts';
import { readYaml, type YamlSource } from './yaml.ts';

/** What `targets` may name, by name. */
export type Boards = ReadonlyMap<string, Board>;

/** Reads suite files: those that have no fault, and all faults of the others. */
export function readSuites(
  files: readonly string[],
  boards: Boards,
  cwd = process.cwd(),
): { readonly suites: readonly AnySuite[]; readonly faults: readonly Fault[] } {
  const read = files.map(file => readSuite(resolve(cwd, file), boards));
  const faults = [...read.flatMap(each => each.faults), ...takenNames(read, cwd)];
  return { suites: read.flatMap(each => each.suite ?? []), faults };
}

/** Reads one suite file. Throws an InputError with every fault in it. */
export function loadSuite(file: string, boards: Boards, cwd = process.cwd()): AnySuite {
  const { suite, faults } = readSuite(resolve(cwd, file), boards);
  if (!suite) throw faultsError(faults, cwd);
  return suite;
}

/** `suite` where there are no faults. */
interface ReadSuite {
  readonly source: YamlSource;
  readonly suite?: AnySuite;
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

function toSuite(file: string, written: SuiteFile): AnySuite {
  const { suite, description, firmware = {}, targets, measure = {}, log } = written;
  const { model, vectors, task, robustness = [], budgets, on = {} } = written;
  const from = (path: string) => resolve(dirname(file), path);
  const common = {
    name: suite,
    file,
    ...(description !== undefined && { description }),
    firmware: Object.fromEntries(Object.entries(firmware).map(([target, own]) => [target, ownFirmware(own, from)])),
    targets,
    measure: {
      warmup: measure.warmup ?? 2,
      boots: measure.boots ?? 1,
      timeoutMs: milliseconds(measure.timeout ?? '10 min'),
      ...(measure.window !== undefined && { windowMs: milliseconds(measure.window) }),
      ...(asksForCurrent(written) && { current: currentOf(measure.current ?? {}) }),
      ...(measure.rawInput !== undefined && { rawInputBytes: quantity('size-with-unit', measure.rawInput) }),
      link: measure.link ?? 'memory',
      ...(measure.only !== undefined && { only: measure.only }),
    },
    robustness: parseTrials(robustness),
    budgets: parseBudgets(budgets),
    on: Object.fromEntries(Object.entries(on).map(([target, own]) => [target, { budgets: parseBudgets(own.budgets) }])),
  };
  const subject = model && vectors && subjectOf({ model, vectors, ...(task && { task }) }, from);
  const logSpec = log && logSpecOf(log);
  if (subject) return { ...common, ...subject, ...(logSpec && { log: logSpec }) };
  if (logSpec) return { ...common, log: logSpec } satisfies LogSuite;
  throw new RangeError(`${file} has neither a model nor a log`); // the schema has refused it
}

function asksForCurrent({ measure, budgets, on = {} }: SuiteFile): boolean {
  const bounds = [budgets, ...Object.values(on).map(own => own.budgets)];
  return (
    measure?.current !== undefined || bounds.some(each => each.current ?? each.energy ?? each.charge ?? each.battery)
  );
}

function currentOf(written: NonNullable<Measure['current']>): MeasureCurrent {
  const { idle = '1 s', period, periods = 3, agreement = '2 %', cells = {} } = written;
  return {
    idleMs: milliseconds(idle),
    ...(period !== undefined && { periodMs: milliseconds(period) }),
    periods,
    agreementPercent: quantity('percent-with-unit', agreement),
    cells: Object.fromEntries(Object.entries(cells).map(([name, cell]) => [name, cellOf(cell)])),
  };
}

function cellOf({ capacity, nominal, cutOff, selfDischarge = '0 %', pulse, of }: WrittenCell): Cell {
  return {
    capacityMah: quantity('charge-with-unit', capacity) / 3.6e6,
    nominalMv: quantity('voltage-with-unit', nominal),
    cutOffMv: quantity('voltage-with-unit', cutOff),
    selfDischargePercentPerYear: quantity('percent-with-unit', selfDischarge),
    pulseMa: quantity('current-with-unit', pulse),
    of,
  };
}

type Measure = NonNullable<SuiteFile['measure']>;
type WrittenCell = NonNullable<NonNullable<Measure['current']>['cells']>[string];

/** The model under test and what it runs on. */
function subjectOf(
  { model, vectors, task }: Required<Pick<SuiteFile, 'model' | 'vectors'>> & Pick<SuiteFile, 'task'>,
  from: (path: string) => string,
): Pick<Suite, 'model' | 'vectors' | 'task'> {
  return {
    model: { file: from(model.file), ...(model.float !== undefined && { float: from(model.float) }) },
    vectors: {
      inputs: from(vectors.inputs),
      ...(vectors.array !== undefined && { array: vectors.array }),
      ...(vectors.columns !== undefined && { columns: vectors.columns }),
      ...(vectors.labels !== undefined && { labels: from(vectors.labels) }),
      ...(vectors.first !== undefined && { first: vectors.first }),
      preprocess: (vectors.preprocess ?? []).flatMap(entry => [...stepsOf(entry)]),
    },
    task: taskOf(task ?? { kind: 'classification' }),
  };
}

function logSpecOf(log: LogFile): LogSpec {
  const { until, inferences, metrics = [], fail = [], ignore = [], identity = {}, rate, runsVectors = false } = log;
  const { uplink } = log;
  return {
    ...(until !== undefined && { until }),
    ...(log.for !== undefined && { forMs: milliseconds(log.for) }),
    ...(inferences !== undefined && { inferences }),
    metrics,
    fail,
    ignore,
    ...(uplink !== undefined && { uplink }),
    identity,
    ...(rate !== undefined && { rateHz: quantity('frequency-with-unit', rate) }),
    runsVectors,
  };
}

function quantity(format: FormatName, text: string): number {
  const parsed = parseFormat(format, text);
  if (parsed.fault !== undefined) throw new RangeError(parsed.fault); // the schema has accepted it
  return parsed.value;
}

function ownFirmware(own: FirmwareFile, from: (path: string) => string): OwnFirmware {
  if (typeof own === 'string') return { image: from(own) };
  const { image, ...rest } = own;
  return { ...(image !== undefined && { image: from(image) }), ...rest };
}

/** The schema lets an entry name one step. */
function* stepsOf({ scale, normalize, clip, window, resize, gray }: PreprocessFile): Generator<Preprocess> {
  if (scale) yield { kind: 'scale', ...scale };
  if (normalize) yield { kind: 'normalize', mean: [normalize.mean].flat(), std: [normalize.std].flat() };
  if (clip) yield { kind: 'clip', low: clip[0], high: clip[1] };
  if (window) yield { kind: 'window', size: window.size, hop: window.hop ?? window.size };
  if (resize) yield { kind: 'resize', ...resize, method: resize.method ?? 'bilinear' };
  if (gray) yield { kind: 'gray' };
}

function taskOf(task: NonNullable<SuiteFile['task']>): Task {
  return task.kind === 'anomaly' ? { ...task, score: task.score ?? 'reconstruction' } : task;
}
