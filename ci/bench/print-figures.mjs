// What the programs beside numpy and pandas print of a trace: a line a window, and what it took.
import { join } from 'node:path';

const dist = join(import.meta.dirname, '..', '..', 'dist');
export const ours = module => import(join(dist, module));

const { figuresOf } = await ours('trace/figures.js');

/** So many windows of a length, evenly over the trace. `startMs`: since when the time counts. */
export function printFigures(trace, { windows, length, startMs }) {
  const stride = Math.floor(trace.samples / windows);
  const places = Array.from({ length: windows }, (_, index) => ({
    first: index * stride,
    end: index * stride + length,
  }));
  const figures = figuresOf(trace, places);
  const seconds = (performance.now() - startMs) / 1000;
  for (const { meanMa, p50Ma, p99Ma, chargeUc } of figures)
    console.log([meanMa, p50Ma, p99Ma, chargeUc].map(figure => figure.toFixed(8)).join(' '));
  console.error(JSON.stringify({ seconds, peakKb: process.resourceUsage().maxRSS }));
}
