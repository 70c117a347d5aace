import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Editor, openEditor } from './fixtures/editor.ts';

const checkout = join(import.meta.dirname, '..', '..');
const schema = '../../node_modules/tickmark/harness/suite/suite.schema.json';
const modeline = `# yaml-language-server: $schema=${schema}\n`;

// a project that has Tickmark installed, with a suite open in the editor
const project = mkdtempSync(join(tmpdir(), 'tickmark-editor-'));
let editor: Editor;
beforeAll(async () => {
  mkdirSync(join(project, 'node_modules'));
  symlinkSync(checkout, join(project, 'node_modules', 'tickmark'));
  editor = await openEditor(join(project, 'suites', 'kws'));
});
afterAll(async () => {
  await editor[Symbol.asyncDispose]();
  rmSync(project, { recursive: true });
});

const labels = async (text: string) => (await editor.complete(modeline + text)).map(({ label }) => label);

test('an empty file is offered every key, each with what it is for', async () => {
  const offers = await editor.complete(`${modeline}|`);
  const keys = [
    'suite',
    'description',
    'model',
    'firmware',
    'vectors',
    'task',
    'targets',
    'measure',
    'robustness',
    'budgets',
    'on',
  ];
  expect(offers.map(({ label }) => label)).toEqual(expect.arrayContaining(keys));
  expect(offers.filter(({ label, documentation }) => keys.includes(label) && documentation === '')).toEqual([]);
});

test('keys that are written are not offered again', async () => {
  expect(await labels('suite: kws\n|')).not.toContain('suite');
});

test('a task is offered every kind, with what the kind asks for', async () => {
  const offers = await editor.complete(`${modeline}task:\n  |`);
  const kinds = Object.fromEntries(offers.map(({ label, insertText }) => [label, insertText]));
  expect(kinds).toMatchObject({
    classification: 'kind: classification',
    binary: expect.stringContaining('threshold: '),
    regression: 'kind: regression',
    anomaly: expect.stringContaining('kind: anomaly'),
  });
});

test('keys of another kind of task are not offered', async () => {
  const keys = await labels('task:\n  kind: regression\n  |');
  expect(keys).toContain('unit');
  expect(keys).not.toContain('threshold');
});

test('latency is offered the bases by name', async () => {
  expect(await labels('budgets:\n  latency:\n    |')).toEqual(['host', 'instructions', 'modelled-cycles', 'silicon']);
});

test('a step of preprocessing is one of six', async () => {
  expect(await labels('vectors:\n  preprocess:\n    - |')).toEqual([
    'clip',
    'gray',
    'normalize',
    'resize',
    'scale',
    'window',
  ]);
});

test('a fault on demand is offered every kind, with what the kind asks for', async () => {
  const offers = await editor.complete(`${modeline}robustness:\n  - |`);
  const faults = Object.fromEntries(offers.map(({ label, insertText }) => [label, insertText]));
  expect(faults).toMatchObject({
    'uart-drop': expect.stringContaining('rate: '),
    'uart-flip': expect.stringContaining('rate: '),
    'uart-delay': expect.stringContaining('by: '),
    'power-cycle': expect.stringContaining('expect: '),
    'model-bit': expect.stringContaining('bit: '),
  });
});

test('what must come of a fault is one of those that its kind has', async () => {
  const known = ['detected', 'recovered', 'same-output'];
  expect(await labels('robustness:\n  - fault: uart-flip\n    expect: |')).toEqual(known);
  expect(await labels('robustness:\n  - fault: uart-delay\n    expect: |')).toEqual(known.slice(1));
});

test.each([
  ['accuracy', 4],
  ['memory', 4],
  ['latency:\n    silicon', 6],
  ['latency:\n    modelled-cycles', 6],
  ['latency:\n    instructions', 6],
])('every budget under %s is inserted as a bound that stands', async (place, indent) => {
  const spaces = ' '.repeat(indent);
  const offers = await editor.complete(`${sound}budgets:\n  ${place}:\n${spaces}|`);
  const written = offers.map(({ insertText }) => spaces + filledIn(insertText)).join('\n');
  expect(offers.length).toBeGreaterThan(3);
  expect(written.match(/^ +[\w-]+: '?[{<>]/gm)).toHaveLength(offers.length);
  expect(await editor.problems(`${sound}budgets:\n  ${place}:\n${written}\n`)).toEqual([]);
});

test('the word under the mouse is explained', async () => {
  expect(await editor.hover(`${modeline}budgets:\n  accuracy:\n    lossVs|Float: '<= 1 pp'\n`)).toContain(
    'What quantization costs',
  );
  expect(
    await editor.hover(`${modeline}budgets: { latency: { modelled-cyc|les: { p50: '<= 1 kcycles' } } }\n`),
  ).toContain('Cycles of a model of the core');
});

test('what the schema refuses is underlined, and said as a person would', async () => {
  const budgets = "budgets: { latency: { silicon: { p50: 12 ms } }, accuracy: { topK: { 0: '>= 1 %' } } }\n";
  expect(await editor.problems(`${sound}${budgets}mesure: 3\n`)).toEqual(
    expect.arrayContaining([
      "6: takes numbers of classes, such as { 3: '>= 98 %' }",
      "6: must be a time with its unit, such as '<= 12 ms'",
      '7: Property mesure is not allowed.',
    ]),
  );
});

test('the schema may be named by the key $schema as well', async () => {
  expect(await editor.problems(`$schema: ${schema}\n${body}mesure: 3\n`)).toContain(
    '6: Property mesure is not allowed.',
  );
});

const body = `suite: kws
model: { file: kws.tflite, float: float.tflite }
vectors: { inputs: windows.npy, labels: labels.csv }
targets: [rp2040js-pico]
`;
const sound = modeline + body;

/** A snippet with its own proposals left as they are. */
function filledIn(snippet: string): string {
  return snippet.replace(/\$\{\d+:([^}]*)\}/g, '$1').replace(/\$\d+/g, '');
}
