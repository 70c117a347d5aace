import type { Fault } from '../fault.ts';
import type { Path, YamlSource } from '../yaml.ts';
import { written, writtenList } from './written.ts';

/** Steps that would make every value the same, or none at all. */
export function* preprocessFaults(source: YamlSource): Generator<Fault> {
  for (const index of writtenList(source, ['vectors', 'preprocess']).keys()) {
    const step = ['vectors', 'preprocess', index];
    yield* flatRange(source, [...step, 'scale', 'from']);
    yield* flatRange(source, [...step, 'scale', 'to']);
    yield* emptyClip(source, [...step, 'clip']);
    yield* unevenChannels(source, [...step, 'normalize']);
    yield* zeroDivisor(source, [...step, 'normalize', 'std']);
  }
}

function* flatRange(source: YamlSource, path: Path): Generator<Fault> {
  const [low, high] = writtenList(source, path);
  if (typeof low !== 'number' || low !== high) return;
  yield { place: source.place(path), what: `the range [${low}, ${low}] has no width: its ends must differ` };
}

function* emptyClip(source: YamlSource, path: Path): Generator<Fault> {
  const [low, high] = writtenList(source, path);
  if (typeof low !== 'number' || typeof high !== 'number' || low < high) return;
  const what =
    low === high
      ? `clip to [${low}, ${high}] leaves one value: its ends must differ`
      : `clip takes the lower end first: write [${high}, ${low}]`;
  yield { place: source.place(path), what };
}

function* unevenChannels(source: YamlSource, path: Path): Generator<Fault> {
  const [mean, std] = ['mean', 'std'].map(key => writtenList(source, [...path, key]).length);
  if (mean === undefined || std === undefined || mean < 2 || std < 2 || mean === std) return;
  const what = `normalize has ${mean} means and ${std} stds: write one of each a channel, or one number for all`;
  yield { place: source.place([...path, 'std']), what };
}

function* zeroDivisor(source: YamlSource, path: Path): Generator<Fault> {
  const what = 'a std of 0 cannot divide: write the deviation of the values';
  if (written(source, path) === 0) yield { place: source.place(path), what };
  for (const [index, value] of writtenList(source, path).entries()) {
    if (value === 0) yield { place: source.place([...path, index]), what };
  }
}
