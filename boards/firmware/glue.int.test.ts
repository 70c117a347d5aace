// The glue of each platform, compiled for this machine against fakes of what it uses there: whatever platform it is for, a host finds the
// same DUT. What the real headers declare was checked when the fakes were written; see the README.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noPacedLine, startPacedLine } from '../../harness/fixtures/paced-line.ts';
import type { Dut } from '../../harness/protocol/port.ts';
import { tickmarkProtocol } from '../../harness/protocol/tickmark.ts';
import { createProject } from '../../harness/runner/fixtures/project.ts';
import { readElf } from '../../harness/target/elf.ts';
import { withSections, words } from '../../harness/target/fixtures/firmware.ts';
import type { Link } from '../../harness/target/port.ts';
import {
  compile,
  glue,
  headersFor,
  include,
  lacking,
  type Platform,
  platforms,
  referenceApp,
  run,
  sourcesIn,
  warnings,
} from './glue-programs.ts';

const build = mkdtempSync(join(tmpdir(), 'tickmark-glue-'));
afterAll(() => rmSync(build, { recursive: true }));

const noCompiler = lacking('cc', 'c++');
const riscv = 243; // e_machine
const noCross = lacking('arm-none-eabi-gcc', 'arm-none-eabi-nm');

describe.each(platforms)('glue for $name', platform => {
  let program: string;

  beforeAll(() => {
    if (!noCompiler) program = compile(platform, build);
  });

  test('a host connects, proves the build and the model, infers, and counts', async ({ skip }) => {
    skip(noCompiler !== undefined, noCompiler);
    await using dut = start(program);
    const session = await dut.connect();
    expect(session.identity).toMatchObject({
      board: 'fake',
      runtime: 'toy/1',
      buildId: noteOf(program),
      ...platform.identity,
    });
    const model = Uint8Array.from({ length: 64 }, (_, at) => at * 3);
    await session.load(model);
    expect(await session.prepare(64)).toMatchObject({ inputBytes: 64, outputBytes: 64, operators: 1 });
    const input = Uint8Array.from({ length: 64 }, (_, at) => 254 - at);
    const one = await session.infer(input);
    const many = await session.infer(input, { repeat: 8 });
    expect(one.output).toEqual(input.map((byte, at) => byte + (model[at] ?? 0)));
    expect(one.ticks).toBeGreaterThanOrEqual(20_000);
    expect(many.ticks).toBeGreaterThanOrEqual(160_000);
    expect(many.ticks).toBeLessThan(1e9);
    expect(await session.operatorTicks()).toEqual([7]);
    expect((await session.stats()).stackBytes).toBe(platform.stackBytes);
  });

  test('many inputs in a row come out in their order, sent ahead where there is room for them', async ({ skip }) => {
    skip(noCompiler !== undefined, noCompiler);
    await using dut = start(program);
    const session = await dut.connect();
    await session.load(new Uint8Array(64).fill(1));
    await session.prepare(64);
    const inputs = Array.from({ length: 100 }, (_, vector) => new Uint8Array(64).fill(vector));
    const outputs: Uint8Array[] = [];
    for await (const output of session.inferAll(inputs)) outputs.push(output);
    expect(outputs).toEqual(inputs.map(input => input.map(byte => byte + 1)));
    expect((await session.stats()).uplink).toEqual({ messages: 100, bytes: 200 });
  });

  test('it restarts when it is asked to, where the platform can', async ({ skip }) => {
    skip(noCompiler !== undefined, noCompiler);
    skip(platform.name === 'arduino', 'this machine is no Cortex-M');
    await using dut = start(program);
    const session = await dut.connect();
    const ended = once(dut.child, 'exit');
    await session.reset();
    expect(await ended).toEqual([77, null]);
  });

  test('a window that bytes come into is marked, where the driver can tell', async ({ skip }) => {
    skip(noCompiler !== undefined, noCompiler);
    await using dut = start(program);
    const session = await dut.connect();
    await session.load(new Uint8Array(64));
    await session.prepare(64);
    const noise = setInterval(() => dut.child.stdin?.write(Uint8Array.of(0)), 2);
    const inference = await session.infer(new Uint8Array(64).fill(255)).finally(() => clearInterval(noise));
    expect(inference.isDisturbed).toBe(platform.tells ? true : undefined);
    expect((await session.infer(new Uint8Array(64))).isDisturbed).toBeUndefined();
  });
});

test("an ESP-IDF application gets its verdict from `tickmark run`, which knows its build by its ELF file's SHA-256", async ({
  skip,
}) => {
  skip(noCompiler !== undefined, noCompiler);
  skip(noPacedLine !== undefined, noPacedLine);
  using project = createProject();
  const descriptor = { name: '.flash.appdesc', type: 1, flags: 2, address: 0x3c00_0020, size: 256 };
  const bytes = words(0xabcd_5432, ...Array.from({ length: 63 }, () => 0));
  const image = withSections([{ address: descriptor.address, bytes }], [descriptor], { machine: riscv });
  writeFileSync(join(project.folder, 'app.elf'), image);
  const sha256 = createHash('sha256').update(image).digest();
  const platform = {
    ...platformOf('esp-idf, uart'),
    app: referenceApp,
    defines: [`-DFAKE_SHA256=${[...sha256].join()}`],
  };
  await using line = await startPacedLine({ dut: [compile(platform, build)], baud: 921_600 });
  project.write('boards/my-board.yaml', boardOn(line.path));
  project.suite(
    'hum',
    ['targets: [rp2040js-pico]', 'targets: [my-board]\nfirmware: { my-board: ../../app.elf }'],
    ["modelled-cycles: { p50: '<= 10 Mcycles' }", "silicon: { p50: '<= 1 ms' }"],
  );
  const { code, stdout, stderr } = await project.run('run', '--no-html', '--out', 'out');
  expect([code, stderr], stdout).toEqual([0, '']);
  const [judged] = project.results('out').cases;
  expect(judged).toMatchObject({ status: 'passed', provenance: { buildId: sha256.subarray(0, 20).toString('hex') } });
});

test('Zephyr tells the host of a fatal error, by its name and place', async ({ skip }) => {
  skip(noCompiler !== undefined, noCompiler);
  await using dut = start(compile(platformOf('zephyr, uart'), build));
  const session = await dut.connect();
  dut.child.kill('SIGUSR1');
  await expect(session.stats()).rejects.toThrow('CPU exception pc=0x08001234 lr=0x08005678');
});

test('a counter of 32 bits counts in 64 by a coarse clock, however long the window and wherever it begins', ({
  skip,
}) => {
  skip(noCompiler !== undefined, noCompiler);
  const source = join(build, 'extended.c');
  writeFileSync(
    source,
    `#include "tickmark_port.h"
     int main(void) {
       uint64_t random = 1;
       for (int i = 0; i < 1000000; i++) {
         random = random * 6364136223846793005u + 1442695040888963407u;
         const uint64_t ticks = random >> (8 + i % 56);
         const int64_t off = (int64_t)(random % 0xffffffffu) - 0x7fffffff;
         const uint64_t about = off < 0 && (uint64_t)-off > ticks ? 0 : ticks + (uint64_t)off;
         if (tickmark_extended((uint32_t)ticks, about) != ticks) return 1;
       }
       return 0;
     }`,
  );
  run('cc', [...warnings, '-std=c99', ...include('port', '../agent'), source, '-o', join(build, 'extended')]);
  expect(spawnSync(join(build, 'extended')).status).toBe(0);
});

test.for([
  { where: "behind a script of one's own", script: 'rom.ld', flags: [`-Wl,-T,${join(glue, 'port/build_id.ld')}`] },
  { where: 'among the constants, as in Zephyr', script: 'rodata.ld', flags: [] },
])('the build id is kept $where, and the ELF file tells the same', ({ script, flags }, { skip }) => {
  skip(noCross !== undefined, noCross);
  const note = script === 'rodata.ld' ? readFileSync(join(glue, 'zephyr/build_id.ld'), 'utf8') : '';
  writeFileSync(join(build, script), linkerScript(note));
  const source = join(build, 'uses-note.c');
  writeFileSync(
    source,
    'extern const char __build_id_note[]; const char *volatile p; void main(void) { p = __build_id_note; }',
  );
  const elf = join(build, `${script}.elf`);
  const flagsOfLinker = [
    '-nostdlib',
    '-Wl,-e,main,--gc-sections,--build-id=none',
    '-Wl,--build-id=sha1',
    '-T',
    join(build, script),
  ];
  run('arm-none-eabi-gcc', ['-ffreestanding', '-Wno-main', ...flagsOfLinker, ...flags, source, '-o', elf]);
  const { buildId, segments, symbols } = readElf(readFileSync(elf), elf);
  const address = symbols.find(({ name }) => name === '__build_id_note')?.address ?? 0;
  const flash = segments.find(({ virtualAddress }) => virtualAddress === 0x0800_0000);
  const inFlash = flash?.bytes.subarray(address - 0x0800_0000 + 16, address - 0x0800_0000 + 36) ?? [];
  expect(Buffer.from(inFlash).toString('hex')).toBe(buildId);
});

test('the Arduino library is made whole by its installer, and compiles on its own for cores with and without a cycle counter', ({
  skip,
}) => {
  skip(noCross !== undefined, noCross);
  const library = join(build, 'Arduino/libraries/Tickmark');
  run(join(glue, 'arduino/install.sh'), [library]);
  const sources = sourcesIn(join(library, 'src'));
  expect(sources.length).toBeGreaterThan(5);
  const core = headersFor({ of: 'arduino.h', names: ['Arduino.h'] }, build);
  for (const cpu of ['cortex-m0plus', 'cortex-m4', 'cortex-m33'])
    for (const source of sources) {
      const compiler = source.endsWith('.c') ? 'arm-none-eabi-gcc' : 'arm-none-eabi-g++';
      const flags = [`-mcpu=${cpu}`, '-mthumb', '-DF_CPU=64000000L', '-Wall', '-Wextra', '-Werror', '-fsyntax-only'];
      run(compiler, [...flags, '-I', core, '-I', join(glue, 'fakes'), '-I', join(library, 'src'), source]);
    }
});

function platformOf(name: string): Platform {
  const found = platforms.find(platform => platform.name === name);
  if (!found) throw new Error(`no platform ${name}`);
  return found;
}

function boardOn(path: string): string {
  return `board: my-board
title: A program behind a pseudo-terminal
mcu: ESP32-C3
core: RV32IMC
clock: 160 MHz
basis: silicon
target: { kind: serial, port: { path: ${path} }, baud: 921600 }
memory: { flash: 4 MiB, ram: 400 KiB }
`;
}

function linkerScript(amongConstants: string): string {
  return `MEMORY { FLASH (rx) : ORIGIN = 0x08000000, LENGTH = 1M  CCM (rw) : ORIGIN = 0x10000000, LENGTH = 64K  RAM (rwx) : ORIGIN = 0x20000000, LENGTH = 64K }
    SECTIONS {
      .text : { *(.text*) } > FLASH
      .rodata : { *(.rodata*) ${amongConstants} } > FLASH
      .data : { *(.data*) } > RAM AT> FLASH
      .bss : { *(.bss*) } > RAM
    }`;
}

/** The build id of this machine's program, which the harness does not read: it is of 64 bits. */
function noteOf(program: string): string {
  return /Build ID: (\w+)/.exec(execFileSync('readelf', ['-n', program], { encoding: 'utf8' }))?.[1] ?? '';
}

interface Running extends AsyncDisposable {
  readonly child: ChildProcess;
  connect(): Promise<Dut>;
}

function start(program: string): Running {
  const child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
  const end = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  const link: Link = {
    bytes: child.stdout,
    write: async bytes => void child.stdin.write(bytes),
    [Symbol.asyncDispose]: end,
  };
  return {
    child,
    connect: () => tickmarkProtocol().connect(link, AbortSignal.timeout(30_000)),
    [Symbol.asyncDispose]: end,
  };
}
