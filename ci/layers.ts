// Who may import whom in harness/: a check, since a rule in prose rots. Printed faults read like sentences.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const leaves = [
  'units.ts',
  'errors.ts',
  'files.ts',
  'entry.ts',
  'icount.ts',
  'metric-names.ts',
  'pause.ts',
  'queue.ts',
  'zip-directory.ts',
];
const ports = ['target/port.ts', 'protocol/port.ts', 'flash/port.ts', 'power/port.ts'];

/** Folder (or file) to what it may import besides itself; the longest matching key of a file counts. */
const mayImport: Record<string, readonly string[]> = {
  ...Object.fromEntries(leaves.map(leaf => [leaf, []])),
  'files.ts': ['errors.ts'],
  'metric-names.ts': ['units.ts'],
  suite: leaves,
  model: leaves,
  target: leaves,
  flash: [...leaves, 'suite', 'target'],
  power: [...leaves, 'suite', 'target', 'recording'],
  trace: [...leaves, 'suite', 'recording'],
  farm: [...leaves, 'target/port.ts'],
  export: [...leaves, 'suite', 'recording', 'trace', 'verdict', 'report'],
  recording: leaves,
  vectors: [...leaves, 'suite', 'model'],
  protocol: [...leaves, 'target/port.ts'],
  'protocol/mock.ts': [...leaves, 'target'],
  'target/replay.ts': [...leaves, 'recording'],
  measure: [...leaves, 'suite', 'model', 'vectors', 'recording', ...ports],
  verdict: [...leaves, 'suite', 'model', 'recording', 'trace'],
  report: [...leaves, 'suite', 'recording', 'trace', 'verdict', 'protocol/frame.ts'],
  init: ['suite', 'model', 'vectors', 'target', 'runner', 'verdict', ...leaves],
  doctor: [...leaves, 'target'],
  testing: ['suite', 'model', 'vectors', 'protocol', 'measure', 'report', 'runner', 'verdict', ...leaves],
  runner: [
    'suite',
    'model',
    'vectors',
    'target',
    'protocol',
    'flash',
    'power',
    'trace',
    'farm',
    'measure',
    'recording',
    'verdict',
    'report',
    ...leaves,
  ],
};
const anything = ['cli.ts', 'cli', 'index.ts'];

function* faults(root: string): Generator<string> {
  for (const entry of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
    if (!entry.endsWith('.ts') || isTestOnly(entry)) continue;
    const key = ruleFor(entry);
    if (anything.includes(key)) continue;
    const allowed = mayImport[key];
    if (!allowed) {
      yield `harness/${entry}: no layer is declared for it; add its folder to ci/layers.ts`;
      continue;
    }
    for (const imported of importsOf(root, entry)) {
      if (
        topOf(imported) === topOf(entry) ||
        allowed.some(rule => imported === rule || imported.startsWith(`${rule}/`))
      )
        continue;
      yield `harness/${entry} imports ${imported}: ${key} may import ${allowed.join(', ') || 'nothing'}`;
    }
  }
}

function isTestOnly(file: string): boolean {
  return /\.(test|contract)\.ts$|(^|\/)fixtures\//.test(file);
}

function ruleFor(file: string): string {
  return file in mayImport ? file : topOf(file);
}

function topOf(file: string): string {
  return file.split('/')[0] ?? file;
}

function importsOf(root: string, file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const specifiers = [...text.matchAll(/(?:from|import|import\()\s*'(\.[^']+)'/g)].map(match => match[1] ?? '');
  return specifiers.map(specifier => relative(root, join(root, dirname(file), specifier)));
}

const found = [...faults(join(import.meta.dirname, '..', 'harness'))];
for (const fault of found) console.error(fault);
process.exitCode = found.length ? 1 : 0;
