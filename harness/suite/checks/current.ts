import { didYouMean } from '../../errors.ts';
import type { Board } from '../board.ts';
import { knownCells } from '../cells.ts';
import type { Fault } from '../fault.ts';
import { type CurrentBasis, currentBases } from '../suite.ts';
import type { Path, YamlSource } from '../yaml.ts';
import { budgetPlaces, written, writtenKeys, writtenTargets, writtenText } from './written.ts';

type Boards = ReadonlyMap<string, Board>;

/** Budgets for current, charge, energy, battery life and uplink that nothing could be judged by. */
export function* currentFaults(source: YamlSource, boards: Boards): Generator<Fault> {
  for (const { path, target } of budgetPlaces(source)) {
    const names = target === undefined ? writtenTargets(source) : [target];
    const known = names.flatMap(name => boards.get(name) ?? []);
    const place = { source, budgets: path, targets: known.length === names.length ? known : [] };
    for (const basis of currentBases) {
      yield* periodless(place, basis);
      yield* unknownCells(place, basis);
    }
    yield* unmeasurable(place);
    yield* unmodelled(place);
    yield* rawless(place);
  }
  yield* unmarked(source);
}

interface BudgetPlace {
  readonly source: YamlSource;
  readonly budgets: Path;
  /** Empty while one of them is unknown: it may be the one. */
  readonly targets: readonly Board[];
}

/** A duty cycle, and what a cell makes of it, needs to be told how often. */
function* periodless({ source, budgets }: BudgetPlace, basis: CurrentBasis): Generator<Fault> {
  if (written(source, ['measure', 'current', 'period']) !== undefined) return;
  for (const path of [
    [...budgets, 'battery', basis],
    [...budgets, 'current', basis, 'dutyCycle'],
  ]) {
    if (written(source, path) === undefined) continue;
    const what = `${path.includes('battery') ? 'how long a cell lasts' : 'a duty cycle'} hangs on how often one infers: write \`measure: { current: { period: 10 s } }\``;
    yield { place: source.keyPlace(path), what };
  }
}

function* unknownCells({ source, budgets }: BudgetPlace, basis: CurrentBasis): Generator<Fault> {
  const cells = [...Object.keys(knownCells), ...writtenKeys(source, ['measure', 'current', 'cells'])];
  for (const name of writtenKeys(source, [...budgets, 'battery', basis])) {
    if (cells.includes(name)) continue;
    const what = `no cell is called "${name}".${didYouMean(name, cells)} Cells: ${cells.join(', ')}; describe others in measure.current.cells`;
    yield { place: source.keyPlace([...budgets, 'battery', basis, name]), what };
  }
}

const kinds = ['current', 'charge', 'energy', 'battery'];

/** A board of silicon that names no meter may get one in boards.local.yaml: what an emulator will never have is a fault. */
function* unmeasurable({ source, budgets, targets }: BudgetPlace): Generator<Fault> {
  if (targets.length === 0 || targets.some(({ basis }) => basis === 'silicon')) return;
  for (const kind of kinds) {
    const path = [...budgets, kind, 'measured'];
    if (!hasRequired(source, path)) continue;
    const names = targets.map(({ name }) => name).join(', ');
    const what = `a meter measures boards, and ${names} ${targets.length === 1 ? 'is' : 'are'} emulated: name a board among the targets, bound \`modelled\`, or write { limit: '…', optional: true }`;
    yield { place: source.keyPlace(path), what };
  }
}

/** Modelled current takes a target that models time, and the states of its chip that are multiplied with it. */
function* unmodelled({ source, budgets, targets }: BudgetPlace): Generator<Fault> {
  if (targets.length === 0) return;
  for (const kind of kinds) {
    const path = [...budgets, kind, 'modelled'];
    if (!hasRequired(source, path)) continue;
    const lacks = targets.map(board => lackOf(board, needsOf(source, path)));
    if (lacks.includes(undefined)) continue;
    yield { place: source.keyPlace(path), what: `nothing is modelled by any target: ${lacks.join('; ')}` };
  }
}

/** What a board file has to say for a budget of this place. */
interface Needs {
  readonly states: readonly string[];
  readonly supply: boolean;
}

function needsOf(source: YamlSource, path: Path): Needs {
  const kind = path.at(-2);
  const keys = writtenKeys(source, path);
  const asleep = kind === 'battery' || keys.some(key => key !== 'inference');
  const awake = kind !== 'current' || keys.some(key => key !== 'sleep');
  return { states: [...(awake ? ['run'] : []), ...(asleep ? ['sleep'] : [])], supply: kind === 'energy' };
}

function lackOf({ name, basis, currents, supplyMv }: Board, { states, supply }: Needs): string | undefined {
  if (basis !== 'modelled-cycles') return `${name} counts ${basis}, and models no time`;
  const missing = states.filter(state => !Object.hasOwn(currents, state));
  const example = missing.map(state => `${state}: { current: …, of: 'datasheet, revision, table' }`).join(', ');
  if (missing.length > 0) return `the board file of ${name} lacks \`currents: { ${example} }\``;
  return supply && supplyMv === undefined ? `the board file of ${name} lacks \`supply: 3.3 V\`` : undefined;
}

/** Without vectors there is no file that says how large the raw data is. */
function* rawless({ source, budgets }: BudgetPlace): Generator<Fault> {
  const path = [...budgets, 'uplink'];
  if (written(source, path) === undefined || written(source, ['measure', 'rawInput']) !== undefined) return;
  const inputs = writtenText(source, ['vectors', 'inputs']);
  if (inputs !== undefined && !inputs.endsWith('.csv')) return;
  const why = inputs === undefined ? 'this suite has no vectors' : 'text has no size of its own';
  const what = `what is saved is a share of the raw data of an input, and ${why}: write \`measure: { rawInput: 32 KiB }\``;
  yield { place: source.keyPlace(path), what };
}

/** Where inputs are sent while the DUT computes, no window is one inference's. */
function* unmarked(source: YamlSource): Generator<Fault> {
  if (written(source, ['measure', 'only']) !== 'accuracy') return;
  for (const { path: budgets } of budgetPlaces(source)) {
    for (const kind of kinds) {
      const path = [...budgets, kind];
      if (written(source, path) === undefined) continue;
      const what = `with \`measure: { only: accuracy }\` no inference has a window of its own: take out \`only\`, or the budgets for ${kind}`;
      yield { place: source.keyPlace(path), what };
    }
  }
}

/** Whether a bound somewhere below is not optional. */
function hasRequired(source: YamlSource, path: Path): boolean {
  const value = written(source, path);
  if (value === undefined) return false;
  if (typeof value === 'string') return true;
  if (written(source, [...path, 'limit']) !== undefined) return written(source, [...path, 'optional']) !== true;
  return writtenKeys(source, path).some(key => hasRequired(source, [...path, key]));
}
