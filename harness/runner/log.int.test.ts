// Firmware that only prints: on QEMU, over a paced pty, and out of a file.
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { noPacedLine, startPacedLine } from '../fixtures/paced-line.ts';
import { missingTool } from '../fixtures/tools.ts';
import { missingQemu } from '../target/qemu.ts';
import { buildPrints, missingCompiler, type modes } from './fixtures/prints/build.ts';
import { createProject, ended, type Project } from './fixtures/project.ts';

const qemu = missingQemu('mps2-an386');
const noFirmware = missingCompiler() ?? missingTool(qemu === undefined, qemu ?? '');

/** A suite of the tutorial's program on a target; `log` says when it ends. */
function suiteText({ target, image, log }: { target: string; image?: string; log: string }): string {
  return `suite: monitor
targets: [${target}]
firmware: { ${target}: { ${image === undefined ? '' : `image: ${image}, `}protocol: log } }
measure: { timeout: 30 s }
log: ${log}
budgets:
  metrics:
    confidence_percent: { median: '>= 80 %', min: '>= 75 %' }
    inference_ticks: { max: '<= 50 kticks' }
`;
}

function monitorOn(project: Project, mode: keyof typeof modes, log: string): void {
  const image = buildPrints(project.folder, mode);
  project.write('suites/monitor/suite.yaml', suiteText({ target: 'qemu-mps2-an386', image, log }));
}

describe.skipIf(noFirmware)(`on QEMU${noFirmware === undefined ? '' : `: ${noFirmware}`}`, () => {
  test('a program that prints is measured and judged without a model', async () => {
    using project = createProject();
    monitorOn(project, 'works', '{ inferences: 30, rate: 25 MHz }');
    const { code, stdout } = await project.run('run', '--no-html', '--out', 'run');
    const [result] = project.results('run').cases;
    expect({ code, status: result?.status }).toEqual({ code: 0, status: 'passed' });
    expect(stdout).toMatch(/passed +monitor on qemu-mps2-an386 +p50 \S+ kinstructions/);
    expect(result?.metrics.latency?.count).toBe(30);
    expect(result?.metrics.log?.figures.map(({ name, count }) => [name, count])).toEqual([
      ['inference_ticks', 30],
      ['confidence_percent', 30],
    ]);
    expect(result?.provenance).not.toHaveProperty('modelSha256');
    expect(result?.warnings).toEqual([
      expect.stringMatching(/^3 lines warn: line 2\d is "\[CRITICAL OUTLIER WARNING\]/),
    ]);

    // the log that it left is judged alike with no emulator
    copyFileSync(
      join(project.folder, 'run/recordings/monitor@qemu-mps2-an386/log.txt'),
      join(project.folder, 'kept.log'),
    );
    const imported = await project.run(
      'import',
      'ticks',
      'kept.log',
      '--suite',
      'monitor',
      '--no-html',
      '--out',
      'again',
    );
    const again = project.results('again');
    expect(imported.code).toBe(0);
    expect(again.run.importedFrom).toBe(join(project.folder, 'kept.log'));
    expect(again.cases[0]?.verdicts.slice(1)).toEqual(
      result?.verdicts
        .slice(1)
        .map(verdict => ({ ...verdict, reason: expect.any(String), measured: expect.any(Number) })),
    );
    expect(again.cases[0]?.metrics.latency).toEqual(result?.metrics.latency);

    // and the recording too
    expect(await project.run('run', '--no-html', '--out', 'replayed', '--replay', 'run')).toMatchObject({ code: 0 });
    expect(project.results('replayed').cases[0]?.verdicts).toEqual(result?.verdicts);
  });

  test.each([
    ['schema', 1, 'failed', /stopped after line 2: "\[CRITICAL ERROR\] Model schema mismatch detected!"/],
    ['faults', 1, 'failed', /crashed, as line 10 says: HardFault pc=0x00000420/],
  ] as const)('firmware that %s has failed, with its line', async (mode, exit, status, reason) => {
    using project = createProject();
    monitorOn(project, mode, '{ inferences: 30 }');
    const { code, stdout } = await project.run('run', '--no-html', '--out', 'run');
    expect({ code, status: project.results('run').cases[0]?.status }).toEqual({ code: exit, status });
    expect(stdout).toMatch(reason);
    if (mode === 'faults')
      expect(project.read('run/recordings/monitor@qemu-mps2-an386/crash.txt')).toMatch(
        /^HardFault[^]*BFAR: 0xfffffff0\n$/,
      );
  });

  test('firmware that says nothing of use is broken, with how it begins', async () => {
    using project = createProject();
    monitorOn(project, 'mute', '{ for: 1 s }');
    const { code, stdout } = await project.run('run', '--no-html', '--out', 'run');
    expect(code).toBe(3);
    expect(stdout).toMatch(/3 lines came, none matched; the first was "TinyML vibration monitor"/);
  });

  test('firmware of another build than the suite wants is broken', async () => {
    using project = createProject();
    monitorOn(
      project,
      'works',
      `{ inferences: 3, metrics: ['TinyML (?<program_id>\\w+)'], identity: { program_id: other } }`,
    );
    const { code, stdout } = await project.run('run', '--no-html', '--out', 'run');
    expect(code).toBe(3);
    expect(stdout).toMatch(/line 1 says that its program_id is vibration, expected other/);
  });
});

/** Prints as the tutorial's program does, a line every few milliseconds, for ever. */
const printer = `n=0; while true; do n=$((n+1)); echo "[TINYML INSIGHT] Inference execution time: $((9000+n)) ticks."; echo "Computed Edge Anomaly Confidence Level: 8$((n%10)).5%"; sleep 0.02; done`;

describe.skipIf(noPacedLine)(`over a serial line${noPacedLine === undefined ? '' : `: ${noPacedLine}`}`, () => {
  test('a board that prints is measured at its own rate, by its board file’s clock', async () => {
    await using line = await startPacedLine({ dut: ['/bin/sh', '-c', printer] });
    using project = createProject();
    project.write(
      'boards/desk.yaml',
      `board: desk
title: A board on the desk
mcu: none
core: Cortex-M4
clock: 120 MHz
basis: silicon
target: { kind: serial, port: { path: ${line.path} }, baud: 115200, lines: none }
memory: { flash: 1 MiB, ram: 256 KiB }
protocol: log
ticks: { source: dwt, rate: 1 MHz }
`,
    );
    project.write(
      'suites/monitor/suite.yaml',
      `${suiteText({ target: 'desk', log: '{ inferences: 20 }' })}  latency: { silicon: { p50: '<= 10 ms' } }\n`,
    );
    const { code, stdout, stderr } = await project.run('run', '--no-html', '--out', 'run');
    expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: '' });
    const [result] = project.results('run').cases;
    expect(result?.metrics.latency).toMatchObject({ count: 20, tickHz: 1e6, unit: 'µs' });
    expect(result?.metrics.latency?.p50).toBeGreaterThan(9000);
  });
});

describe('out of a file', () => {
  const logs = join(import.meta.dirname, '../protocol/log/fixtures');

  test('without a suite, a log tells what is in it', async () => {
    using project = createProject();
    copyFileSync(join(logs, 'tutorial.txt'), join(project.folder, 'a.log'));
    const { code, stdout } = await project.run('import', 'ticks', 'a.log');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^inference_ticks +2 +41\.87 kticks/m);
    expect(stdout).toMatch(/warning in line 4: \[CRITICAL OUTLIER WARNING\]/);
    const json = JSON.parse((await project.run('import', 'ticks', 'a.log', '--json')).stdout) as Record<
      string,
      unknown
    >;
    expect(json).toMatchObject({
      tickmark: 1,
      exitCode: 0,
      lines: 6,
      figures: [{ name: 'inference_ticks', median: 41_873 }, {}],
    });
  });

  test.each([
    ['esp-idf-panic', 1, /crash in line 2 \(15 lines\): Guru Meditation Error/],
    ['tutorial-failing', 1, /failing line 1: \[CRITICAL ERROR\] Model schema mismatch detected!/],
  ])('%s ends with exit code %d', async (name, exit, says) => {
    using project = createProject();
    copyFileSync(join(logs, `${name}.txt`), join(project.folder, 'a.log'));
    const { code, stdout } = await project.run('import', 'ticks', 'a.log');
    expect({ code, stdout }).toEqual({ code: exit, stdout: expect.stringMatching(says) });
  });

  test('a log may come on standard input', async () => {
    using project = createProject();
    const child = project.start(['import', 'ticks', '-']);
    child.stdin?.end(readFileSync(join(logs, 'edge-impulse.txt')));
    const { code, stdout } = await ended(child);
    expect(code).toBe(1); // the log ends with ERR: Failed to run classifier
    expect(stdout).toMatch(/^dsp_us +4 +4 ms/m);
  });

  test.each([
    [['nowhere.log'], 2, /nowhere\.log: cannot be read \(ENOENT\)/],
    [['nowhere.log', '--suite', 'printing'], 2, /nowhere\.log: cannot be read \(ENOENT\)/],
    [['.'], 2, /is a folder/],
    [['a.log', '--baud', 'fast'], 2, /--baud fast: is no baud rate/],
    [['a.log', '--target', 'x'], 2, /--target x: needs a suite to judge by/],
    [['a.log', '--suite', 'hum'], 2, /has no target whose firmware only prints: rp2040js-pico/],
  ])('%j is refused', async (args, exit, says) => {
    using project = createProject();
    project.suite('hum');
    project.write('a.log', 'hello\n');
    const { code, stderr } = await project.run('import', 'ticks', ...args);
    expect({ code, stderr }).toEqual({ code: exit, stderr: expect.stringMatching(says) });
  });

  test('a log that nothing is known in is broken, and never green', async () => {
    using project = createProject();
    project.write('a.log', 'hello\nworld\n');
    project.write('app.elf', '');
    expect((await project.run('import', 'ticks', 'a.log')).code).toBe(3);
  });

  test('a log of any size is read in little memory, and its figures are of all of it', async () => {
    using project = createProject();
    const round =
      '[TINYML INSIGHT] Inference execution time: 41873 ticks.\nComputed Edge Anomaly Confidence Level: 87.25%\n';
    project.write('large.log', round.repeat(600_000)); // 62 MiB
    const child = project.start(['import', 'ticks', 'large.log', '--json'], {
      NODE_OPTIONS: '--max-old-space-size=96',
    });
    const { code, stdout, stderr } = await ended(child);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      lines: 1_200_000,
      figures: [
        { name: 'inference_ticks', count: 600_000, mean: 41_873, kept: 100_000 },
        { name: 'confidence_percent', count: 600_000, mean: 87.25, kept: 100_000 },
      ],
    });
  });
});
