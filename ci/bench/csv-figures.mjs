// What csv-figures.py does, by Tickmark: node csv-figures.mjs FILE WINDOWS LENGTH
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ours, printFigures } from './print-figures.mjs';

const [path, windows, length] = process.argv.slice(2);
const { importTrace } = await ours('runner/import-trace.js');
const { openTrace } = await ours('recording/read-trace.js');

const folder = mkdtempSync(join(tmpdir(), 'tickmark-bench-'));
const startMs = performance.now();
const capture = { path, options: {}, windows: { kind: 'whole' }, inferences: 1 };
await importTrace(folder, capture, { onProgress() {}, signal: new AbortController().signal });
const trace = openTrace(folder);
printFigures(trace, { windows: Number(windows), length: Number(length), startMs });
trace[Symbol.dispose]();
rmSync(folder, { recursive: true });
