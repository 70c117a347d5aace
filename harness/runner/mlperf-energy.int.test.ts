// `tickmark run` of an MLPerf Tiny build for energy, as the benchmark wires it: behind an interface board at 9600 baud, supplied and measured by an
// X-NUCLEO-LPM01A that sees its pulses. All three are programs of this machine, in real time.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dataDir, noData } from '../fixtures/data.ts';
import { noPacedLine, startPacedLine } from '../fixtures/paced-line.ts';
import { type Lpm01aBehaviour, startLpm01a } from '../fixtures/simulated-lpm01a.ts';
import { missingTool } from '../fixtures/tools.ts';
import { openTrace } from '../recording/read-trace.ts';
import { createProject, type Project } from './fixtures/project.ts';

const missing = missingTool(noPacedLine === undefined, noPacedLine ?? '');
const kws = dataDir && join(dataDir, 'kws01');
const skips = missing ?? (kws !== undefined && existsSync(kws) ? undefined : noData);

const inferUs = 25_000;
const [activeMa, sleepMa, volts] = [6, 0.5, 3];
const energyUj = (activeMa * volts * inferUs) / 1000;

interface Bench extends AsyncDisposable {
  readonly project: Project;
}

async function bench(meter: Lpm01aBehaviour = {}, budgets = ''): Promise<Bench> {
  const project = createProject();
  const [marker, supply] = [join(project.folder, 'marker'), join(project.folder, 'supply')];
  const dut = ['mlperf-dut', '--energy', '--uart-baud', '9600', '--boot-ms', '300', '--infer-us', String(inferUs)];
  const metered = await startLpm01a({ marker, supply, pulses: true, 'active-ma': activeMa, 'sleep-ma': sleepMa, ...meter });
  const line = await startPacedLine({
    dut: ['mlperf-interface', '--', ...dut],
    marker,
    supply,
  });
  project.write('boards/desk.yaml', boardText(line.path, metered.path));
  project.write('suites/words/suite.yaml', suiteText(budgets));
  return {
    project,
    async [Symbol.asyncDispose]() {
      await line[Symbol.asyncDispose]();
      await metered[Symbol.asyncDispose]();
      project[Symbol.dispose]();
    },
  };
}

function boardText(path: string, meter: string): string {
  return `board: desk
title: A board on the desk
mcu: STM32L4R5ZIT6U
core: Cortex-M4
clock: 120 MHz
basis: silicon
target: { kind: serial, port: { path: ${path} }, through: { board: mlperf-interface } }
memory: { flash: 2 MiB, ram: 640 KiB }
protocol: mlperf-tiny
supply: ${volts} V
meter: { at: IDD, kind: lpm01a, port: { path: ${meter} }, marker: D7 }
`;
}

function suiteText(budgets: string): string {
  return `suite: words
model: { file: ${kws}/kws_ref_model.tflite }
vectors: { inputs: ${kws}/inputs.i8.bin, labels: ${kws}/labels.csv, first: 5 }
task: { kind: classification }
targets: [desk]
measure: { warmup: 10, window: 1500 ms, timeout: 200 s, current: { idle: 1 s } }
budgets:
  accuracy: { top1: '>= 0 %' }
  energy: { measured: { inference: '<= ${Math.round(energyUj * 1.05)} µJ' } }
${budgets}`;
}

test.skipIf(skips)('five windows on five inputs are measured by the meter, and each says its energy per inference', async () => {
  await using desk = await bench();
  const { project } = desk;
  const run = await project.run('run', '--no-html', '--out', 'run');
  console.log(run.stdout, run.stderr);
  const [result] = project.results('run').cases;
  console.log(JSON.stringify(result?.verdicts, null, 1), result?.warnings, JSON.stringify(result?.metrics).slice(0, 3000));
  const recording = join(project.folder, 'run', result?.recording ?? '');
  using trace = openTrace(recording);
  console.log(trace.facts, trace.samples, trace.events.filter(({ kind }) => kind !== 'anchor').slice(0, 60));
  console.log(readFileSync(join(recording, 'samples.jsonl'), 'utf8'));
}, 200_000);
