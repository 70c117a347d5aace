// What trace-figures.py does, by Tickmark: node trace-figures.mjs FOLDER WINDOWS LENGTH
import { join } from 'node:path';

const [folder, windows, length] = process.argv.slice(2);
const dist = join(import.meta.dirname, '..', '..', 'dist');
const { openTrace } = await import(join(dist, 'recording', 'read-trace.js'));
const { figuresOf } = await import(join(dist, 'trace', 'figures.js'));

const startMs = performance.now();
const trace = openTrace(folder);
const stride = Math.floor(trace.samples / Number(windows));
const places = Array.from({ length: Number(windows) }, (_, index) => ({
  first: index * stride,
  end: index * stride + Number(length),
}));
const figures = figuresOf(trace, places);
const seconds = (performance.now() - startMs) / 1000;
for (const { meanMa, p50Ma, p99Ma, chargeUc } of figures)
  console.log([meanMa, p50Ma, p99Ma, chargeUc].map(figure => figure.toFixed(8)).join(' '));
console.error(JSON.stringify({ seconds, peakKb: process.resourceUsage().maxRSS }));
