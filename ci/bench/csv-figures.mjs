// What csv-figures.py does, by Tickmark: node csv-figures.mjs FILE WINDOWS LENGTH
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [path, windows, length] = process.argv.slice(2);
const dist = join(import.meta.dirname, '..', '..', 'dist');
const { importTrace } = await import(join(dist, 'runner', 'import-trace.js'));
const { openTrace } = await import(join(dist, 'recording', 'read-trace.js'));
const { figuresOf } = await import(join(dist, 'trace', 'figures.js'));

const folder = mkdtempSync(join(tmpdir(), 'tickmark-bench-'));
const startMs = performance.now();
const capture = { path, options: {}, windows: { kind: 'whole' }, inferences: 1 };
const { samples } = await importTrace(folder, capture, { onProgress() {}, signal: new AbortController().signal });
const trace = openTrace(folder);
const stride = Math.floor(samples / Number(windows));
const places = Array.from({ length: Number(windows) }, (_, index) => ({
  first: index * stride,
  end: index * stride + Number(length),
}));
const figures = figuresOf(trace, places);
const seconds = (performance.now() - startMs) / 1000;
for (const { meanMa, p50Ma, p99Ma, chargeUc } of figures)
  console.log([meanMa, p50Ma, p99Ma, chargeUc].map(figure => figure.toFixed(8)).join(' '));
trace[Symbol.dispose]();
rmSync(folder, { recursive: true });
console.error(JSON.stringify({ seconds, peakKb: process.resourceUsage().maxRSS }));
