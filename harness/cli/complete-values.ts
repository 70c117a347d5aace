import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inputExtensions } from '../vectors/kinds.ts';

/** What a shell offers, and what it shows beside it. */
export interface Candidate {
  readonly value: string;
  readonly about: string;
}

/** Candidates for a value by its name in the help, beginning with what was typed. A value that only a person can know has none. */
export function valuesFor(name: string, begun: string, cwd: string): readonly Candidate[] {
  return (sources[name]?.(begun, cwd) ?? []).filter(({ value }) => value.startsWith(begun));
}

type Source = (begun: string, cwd: string) => readonly Candidate[];

const sources: Readonly<Record<string, Source>> = {
  SUITE: (begun, cwd) => [...suites(cwd), ...paths(begun, cwd, ['.yaml'])],
  NAME: (_, cwd) => targets(cwd),
  'TARGET=ELF': images,
  MODEL: ofKinds('.tflite'),
  TWIN: ofKinds('.tflite'),
  ELF: ofKinds('.elf', '.axf', '.out'),
  INPUTS: ofKinds(...(inputExtensions.match(/\.\w+/g) ?? [])),
  FILE: ofKinds(''),
  WHERE: ofKinds('.csv', '.json'),
  DIR: ofKinds(),
  RUN: (begun, cwd) => [...runs(cwd), ...paths(begun, cwd, [])],
};

function suites(cwd: string): readonly Candidate[] {
  const folder = join(cwd, 'suites');
  return namesIn(folder)
    .filter(name => existsSync(join(folder, name, 'suite.yaml')))
    .map(value => ({ value, about: 'suite' }));
}

/** By the line `board:` alone: reading the files whole would make the shell wait. */
function targets(cwd: string): readonly Candidate[] {
  const packaged = fileURLToPath(new URL('../../boards', import.meta.url));
  const found = [packaged, join(cwd, 'boards')].flatMap(folder =>
    namesIn(folder)
      .filter(name => name.endsWith('.yaml'))
      .map(name => readFileSync(join(folder, name), 'utf8')),
  );
  const about = new Map([
    ...localNames(cwd).map(name => [name, 'of boards.local.yaml'] as const),
    ...found.map(text => [lineOf('board', text), lineOf('title', text)] as const),
  ]);
  return [...about].map(([value, title]) => ({ value, about: title })).filter(({ value }) => value !== '');
}

/** Further units of boards, which this machine alone names. */
function localNames(cwd: string): readonly string[] {
  const file = join(cwd, 'boards.local.yaml');
  if (!existsSync(file)) return [];
  return [...readFileSync(file, 'utf8').matchAll(/^([a-z0-9][\w.-]*):/gm)].map(([, name = '']) => name);
}

function lineOf(key: string, text: string): string {
  return new RegExp(`^${key}:\\s*(.+?)\\s*(#.*)?$`, 'm').exec(text)?.[1] ?? '';
}

function images(begun: string, cwd: string): readonly Candidate[] {
  const end = begun.indexOf('=') + 1;
  if (end === 0) return targets(cwd).map(({ value, about }) => ({ value: `${value}=`, about }));
  const files = paths(begun.slice(end), cwd, ['.elf', '.axf', '.out']);
  return files.map(({ value, about }) => ({ value: begun.slice(0, end) + value, about }));
}

function runs(cwd: string): readonly Candidate[] {
  const folder = join('reports', 'out');
  return namesIn(join(cwd, folder))
    .filter(name => existsSync(join(cwd, folder, name, 'results.json')))
    .map(name => ({ value: join(folder, name), about: 'run' }));
}

function ofKinds(...kinds: readonly string[]): Source {
  return (begun, cwd) => paths(begun, cwd, kinds);
}

/** Files that end as one of `kinds` does, and all folders, below the folder that was typed so far. */
function paths(begun: string, cwd: string, kinds: readonly string[]): readonly Candidate[] {
  const typed = begun.endsWith('/') ? begun : `${dirname(begun)}/`;
  const shown = begun.includes('/') ? typed : '';
  const isHidden = (name: string) => name.startsWith('.') && !basename(begun).startsWith('.');
  return readdirSync(resolve(cwd, typed), { withFileTypes: true })
    .filter(entry => !isHidden(entry.name))
    .filter(entry => entry.isDirectory() || kinds.some(kind => entry.name.endsWith(kind)))
    .map(entry => ({ value: `${shown}${entry.name}${entry.isDirectory() ? '/' : ''}`, about: '' }));
}

function namesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
