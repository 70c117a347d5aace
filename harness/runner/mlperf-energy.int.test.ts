// `tickmark run` of an MLPerf Tiny build for energy, as the benchmark wires it: behind an interface board at 9600 baud, supplied and measured by an
// X-NUCLEO-LPM01A that sees its pulses. All three are programs of this machine, in real time.
import { existsSync } from 'node:fs';
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

const longestMs = 300_000;
const inferUs = 25_000;
const [activeMa, sleepMa, volts] = [6, 0.5, 3];
const energyUj = (activeMa * volts * inferUs) / 1000;

interface Bench extends AsyncDisposable {
  readonly project: Project;
}

async function bench(meter: Lpm01aBehaviour = {}): Promise<Bench> {
  const project = createProject();
  const [marker, supply] = [join(project.folder, 'marker'), join(project.folder, 'supply')];
  const dut = ['mlperf-dut', '--energy', '--uart-baud', '9600', '--boot-ms', '300', '--infer-us', String(inferUs)];
  const metered = await startLpm01a({
    marker,
    supply,
    pulses: true,
    'active-ma': activeMa,
    'sleep-ma': sleepMa,
    ...meter,
  });
  const line = await startPacedLine({
    dut: ['mlperf-interface', '--', ...dut],
    marker,
    supply,
  });
  project.write('boards/desk.yaml', boardText(line.path, metered.path));
  project.write('suites/words/suite.yaml', suiteText());
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

function suiteText(): string {
  return `suite: words
model: { file: ${kws}/kws_ref_model.tflite }
vectors: { inputs: ${kws}/inputs.i8.bin, labels: ${kws}/labels.csv, first: 5 }
task: { kind: classification }
targets: [desk]
measure: { warmup: 10, window: 1500 ms, timeout: 200 s, current: { idle: 1 s } }
budgets:
  accuracy: { top1: '>= 0 %' }
  energy: { measured: { inference: '<= ${Math.round(energyUj * 1.05)} µJ' } }
`;
}

test.skipIf(skips)(
  'five windows on five inputs are measured by the meter, which gives the DUT its supply before it talks',
  async () => {
    await using desk = await bench();
    const { project } = desk;
    const run = await project.run('run', '--no-html', '--out', 'run');
    expect([run.code, run.stderr], run.stdout).toEqual([0, '']);
    const [result] = project.results('run').cases;
    const verdicts = new Map(result?.verdicts.map(({ budget, ...verdict }) => [budget, verdict]));
    expect(verdicts.get('rig.trace')).toMatchObject({
      status: 'passed',
      reason: expect.stringContaining('5 marked windows'),
    });
    const { measured, status } = verdicts.get('energy.measured.inference') ?? {};
    expect(status).toBe('passed');
    expect(measured).toBeGreaterThan(energyUj * 0.97); // an edge comes late where this machine has much else to do
    expect(measured).toBeLessThan(energyUj * 1.01);
    expect(result?.metrics.current?.inference).toMatchObject({ windows: 5 });
    expect(result?.metrics.current?.sleep?.mean?.value).toBeCloseTo(sleepMa, 2);
    expect(result?.warnings.join()).toMatch(/build for energy, .* not of the inferences that ticks are of/);

    using trace = openTrace(join(project.folder, 'run', result?.recording ?? ''));
    expect(trace.facts).toMatchObject({ quantity: 'energy', rateHz: 1000, supplyMv: 3000, meter: { kind: 'lpm01a' } });
    const [supplied, ...others] = trace.events.filter(({ kind }) => kind === 'supply' || kind === 'edge');
    expect(supplied).toMatchObject({ kind: 'supply', isOn: true });
    const [booted] = others.filter(({ kind }) => kind === 'edge');
    expect(booted?.sample).toBeGreaterThan((supplied?.sample ?? 0) + 250); // it takes 300 ms, and then pulses its pin

    expect(await project.run('run', '--no-html', '--replay', 'run', '--out', 'again')).toMatchObject({ code: 0 });
    expect(project.results('again').cases[0]?.verdicts).toEqual(result?.verdicts);
  },
  longestMs,
);

test.skipIf(skips)(
  'samples that are lost in a window break what is of the trace, and nothing else',
  async () => {
    await using desk = await bench({ 'lose-at': 18_000, lose: 4000 });
    const { project } = desk;
    const run = await project.run('run', '--no-html', '--out', 'run');
    expect([run.code, run.stderr], run.stdout).toEqual([3, '']);
    const [result] = project.results('run').cases;
    const statuses = Object.fromEntries(result?.verdicts.map(({ budget, status }) => [budget, status]) ?? []);
    expect(statuses).toMatchObject({
      'rig.trace': 'broken',
      'energy.measured.inference': 'broken',
      'accuracy.top1': 'passed',
    });
  },
  longestMs,
);
