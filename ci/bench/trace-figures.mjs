// What trace-figures.py does, by Tickmark: node trace-figures.mjs FOLDER WINDOWS LENGTH
import { ours, printFigures } from './print-figures.mjs';

const [folder, windows, length] = process.argv.slice(2);
const { openTrace } = await ours('recording/read-trace.js');

const startMs = performance.now();
printFigures(openTrace(folder), { windows: Number(windows), length: Number(length), startMs });
