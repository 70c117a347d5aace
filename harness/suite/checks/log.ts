import { messageOf } from '../../errors.ts';
import type { Board } from '../board.ts';
import { parseMetricBound } from '../budgets.ts';
import type { Fault } from '../fault.ts';
import { statistics } from '../suite.ts';
import type { Path, YamlSource } from '../yaml.ts';
import { budgetPlaces, written, writtenKeys, writtenList, writtenTargets, writtenText } from './written.ts';

/** What is wrong with the part of a suite that is about firmware which only prints. */
export function* logFaults(source: YamlSource, boards: ReadonlyMap<string, Board>): Generator<Fault> {
  for (const path of [
    ['log', 'until'],
    ['log', 'uplink'],
    ...['metrics', 'fail', 'ignore'].flatMap(key => entries(source, key)),
  ])
    yield* patternFaults(source, path);
  for (const { path } of budgetPlaces(source)) {
    yield* metricFaults(source, [...path, 'metrics']);
    yield* modelFaults(source, path);
    yield* uplinkFaults(source, path);
  }
  yield* needingVectors(source);
  for (const target of writtenTargets(source)) yield* protocolFaults(source, boards.get(target));
}

function entries(source: YamlSource, key: string): Path[] {
  return [...writtenList(source, ['log', key]).keys()].map(index => ['log', key, index]);
}

function* patternFaults(source: YamlSource, path: Path): Generator<Fault> {
  const pattern = writtenText(source, path);
  if (pattern === undefined) return;
  const place = source.place(path);
  const why = whyNoPattern(pattern);
  if (why !== undefined) {
    yield { place, what: `${path[1]}: "${pattern}" is no regular expression: ${why}` };
    return;
  }
  if (path[1] !== 'metrics' || /\(\?<[A-Za-z_]/.test(pattern)) return;
  const what = 'a metric is a named group that ends with its unit: write "took (?<inference_us>[0-9]+) us"';
  yield { place, what };
}

/** What RegExp itself says, without the pattern in it. */
function whyNoPattern(pattern: string): string | undefined {
  try {
    RegExp(pattern, 'u');
    return undefined;
  } catch (error) {
    return /[^:]*$/.exec(messageOf(error))?.[0].trim().toLowerCase();
  }
}

function* metricFaults(source: YamlSource, metrics: Path): Generator<Fault> {
  const names = writtenKeys(source, metrics);
  if (names.length > 0 && written(source, ['log']) === undefined)
    yield {
      place: source.keyPlace(metrics),
      what: 'metrics are of a log: say in `log` when it ends, and what to read',
    };
  for (const name of names) {
    for (const statistic of statistics) {
      const path = [...metrics, name, statistic];
      const text = writtenText(source, path) ?? writtenText(source, [...path, 'limit']);
      const isBound = text !== undefined && /^\s*(?:<=|≤|>=|≥)/.test(text); // else the schema has said so
      const fault = !isBound ? undefined : parseMetricBound(name, statistic, text).fault;
      if (fault !== undefined) yield { place: source.place(path), what: `${name}.${statistic}: ${fault}` };
    }
  }
}

/** Budgets that nothing can be judged by without a model. */
function* modelFaults(source: YamlSource, budgets: Path): Generator<Fault> {
  if (written(source, ['log']) === undefined || written(source, ['model']) !== undefined) return;
  for (const path of [
    [...budgets, 'golden'],
    [...budgets, 'accuracy'],
    [...budgets, 'memory', 'weightsVsFloat'],
  ]) {
    if (written(source, path) === undefined) continue;
    yield { place: source.keyPlace(path), what: `${path.at(-1)} needs the suite's model and vectors: name them` };
  }
}

/** With a model, a target may run firmware that has the agent, and counts. */
function* uplinkFaults(source: YamlSource, budgets: Path): Generator<Fault> {
  const path = [...budgets, 'uplink'];
  if (written(source, path) === undefined || written(source, ['model']) !== undefined) return;
  if (written(source, ['log', 'uplink']) !== undefined) return;
  const what = 'uplink: say in `log.uplink` which lines are sent: "radio: sent (?<bytes>[0-9]+) bytes"';
  yield { place: source.keyPlace(path), what };
}

function* needingVectors(source: YamlSource): Generator<Fault> {
  if (written(source, ['log']) === undefined || written(source, ['model']) !== undefined) return;
  for (const path of [['log', 'runsVectors'], ['robustness']]) {
    if (written(source, path) === undefined) continue;
    yield { place: source.keyPlace(path), what: `${path.at(-1)} needs the suite's model and vectors: name them` };
  }
}

/** What the firmware of a target speaks, and what the suite says of it, have to fit. */
function* protocolFaults(source: YamlSource, board: Board | undefined): Generator<Fault> {
  if (!board) return;
  const { name, target } = board;
  const protocol = writtenText(source, ['firmware', name, 'protocol']) ?? board.protocol;
  const place = source.place(['targets', writtenTargets(source).indexOf(name)]);
  const [hasLog, hasModel] = ['log', 'model'].map(key => written(source, [key]) !== undefined);
  const example = `firmware: { ${name}: { image: build/app.elf, protocol: log } }`;
  if (protocol !== 'log') {
    if (hasLog && !hasModel)
      yield { place, what: `${name} runs firmware that speaks ${protocol}, which needs a model: write \`${example}\`` };
    return;
  }
  if (!hasLog) yield { place, what: `${name} only prints: say in \`log\` when that ends, such as { inferences: 100 }` };
  const isNamed =
    (writtenText(source, ['firmware', name, 'image']) ?? writtenText(source, ['firmware', name])) !== undefined;
  if (target.kind !== 'serial' && !isNamed)
    yield { place, what: `${name} is emulated and has nothing to run: write \`${example}\`` };
}
