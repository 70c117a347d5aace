// The glue of each platform, compiled for this machine against fakes of what it uses there: whatever platform it is for, a host finds the
// same DUT. What the real headers declare was checked when the fakes were written; see the README.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { missingTool } from '../../harness/fixtures/tools.ts';
import type { Dut } from '../../harness/protocol/port.ts';
import { tickmarkProtocol } from '../../harness/protocol/tickmark.ts';
import { readElf } from '../../harness/target/elf.ts';
import type { Link } from '../../harness/target/port.ts';

const firmware = fileURLToPath(new URL('.', import.meta.url));
const glue = join(firmware, 'glue');
const build = mkdtempSync(join(tmpdir(), 'tickmark-glue-'));
afterAll(() => rmSync(build, { recursive: true }));

const noCompiler = lacking('cc', 'c++');
const noCross = lacking('arm-none-eabi-gcc', 'arm-none-eabi-nm');
const warnings = ['-O1', '-Wall', '-Wextra', '-pedantic', '-Werror'];
const sanitizers = ['-fsanitize=address,undefined'];
const shared = ['port/tickmark_port.c', 'fakes/app.c', 'fakes/host.c'];

/** A firmware on a fake platform: what is compiled besides the agent and the app, and by which headers the platform is known. */
interface Platform {
  readonly name: string;
  readonly headers: { readonly of: string; readonly names: readonly string[] };
  readonly sources: readonly string[];
  readonly folders: readonly string[];
  readonly defines?: readonly string[];
  readonly identity: Readonly<Record<string, unknown>>;
  readonly stackBytes: number;
  /** Whether its driver says what has come in. */
  readonly tells: boolean;
}

const espIdf = {
  of: 'esp_idf.h',
  names: [
    'driver/uart.h',
    'driver/usb_serial_jtag.h',
    'esp_app_desc.h',
    'esp_cpu.h',
    'esp_idf_version.h',
    'esp_log.h',
    'esp_mac.h',
    'esp_pm.h',
    'esp_rom_sys.h',
    'esp_system.h',
    'esp_task.h',
    'esp_timer.h',
    'freertos/FreeRTOS.h',
    'freertos/task.h',
    'sdkconfig.h',
  ],
};

const zephyr = {
  of: 'zephyr.h',
  names: ['device', 'drivers/hwinfo', 'drivers/uart', 'fatal', 'kernel', 'sys/reboot', 'timing/timing'].map(
    name => `zephyr/${name}.h`,
  ),
};

/** What Zephyr's glue takes from the ports of the reference firmware. */
const borrowed = ['boards/common/fault.c', 'boards/common/inbox.c', 'support/format.c'].map(name => `../${name}`);

const esp = {
  tickSource: 'ccount',
  tickHz: 240_000_000,
  unit: 'a0a1a2a3a4a5',
  buildId: `deadbeef${'00'.repeat(16)}`,
  resetCause: 'watchdog',
};

const platforms: readonly Platform[] = [
  ...['uart', 'usb_serial_jtag'].map(port => ({
    name: `esp-idf, ${port}`,
    headers: espIdf,
    sources: [
      'esp-idf/tickmark/tickmark_esp_idf.c',
      `esp-idf/tickmark/tickmark_${port}.c`,
      'fakes/esp_idf.c',
      'fakes/main.c',
    ],
    folders: ['esp-idf/tickmark'],
    identity: esp,
    stackBytes: 3096,
    tells: port === 'uart',
  })),
  ...['uart', 'usb'].map(port => ({
    name: `zephyr, ${port}`,
    headers: zephyr,
    defines: port === 'usb' ? ['-DFAKE_USB'] : [],
    sources: ['zephyr/tickmark_zephyr.c', ...borrowed, 'fakes/zephyr.c', 'fakes/main.c'],
    folders: [],
    identity: { tickSource: 'dwt', tickHz: 64_000_000, unit: '1011121314151617', resetCause: 'power-on' },
    stackBytes: 1192,
    tells: true,
  })),
  {
    name: 'arduino',
    headers: { of: 'arduino.h', names: ['Arduino.h'] },
    sources: ['arduino/src/tickmark_arduino.cpp', 'fakes/arduino.cpp'],
    folders: ['arduino/src'],
    identity: { tickSource: 'micros', tickHz: 1_000_000, unit: '' },
    stackBytes: 0,
    tells: true,
  },
];

describe.each(platforms)('glue for $name', platform => {
  let program: string;

  beforeAll(() => {
    if (!noCompiler) program = compile(platform);
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

test('Zephyr tells the host of a fatal error, by its name and place', async ({ skip }) => {
  skip(noCompiler !== undefined, noCompiler);
  const platform = platforms.find(({ name }) => name === 'zephyr, uart');
  if (!platform) throw new Error('no such platform');
  await using dut = start(compile(platform));
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
  const core = headersFor({ of: 'arduino.h', names: ['Arduino.h'] });
  for (const cpu of ['cortex-m0plus', 'cortex-m4', 'cortex-m33'])
    for (const source of sources) {
      const compiler = source.endsWith('.c') ? 'arm-none-eabi-gcc' : 'arm-none-eabi-g++';
      const flags = [`-mcpu=${cpu}`, '-mthumb', '-DF_CPU=64000000L', '-Wall', '-Wextra', '-Werror', '-fsyntax-only'];
      run(compiler, [...flags, '-I', core, '-I', join(glue, 'fakes'), '-I', join(library, 'src'), source]);
    }
});

function linkerScript(amongConstants: string): string {
  return `MEMORY { FLASH (rx) : ORIGIN = 0x08000000, LENGTH = 1M  CCM (rw) : ORIGIN = 0x10000000, LENGTH = 64K  RAM (rwx) : ORIGIN = 0x20000000, LENGTH = 64K }
    SECTIONS {
      .text : { *(.text*) } > FLASH
      .rodata : { *(.rodata*) ${amongConstants} } > FLASH
      .data : { *(.data*) } > RAM AT> FLASH
      .bss : { *(.bss*) } > RAM
    }`;
}

/** Compiles a platform's glue into a program whose link is its standard streams, and gives its path. */
function compile({ name, headers, sources, folders, defines = [] }: Platform): string {
  const all = [...shared, ...sources].map(source => join(glue, source));
  const flags = [...defines, '-I', headersFor(headers), ...include('fakes', 'port', '../agent', ...folders)];
  const objects = [...all.map(source => compiled(source, flags)), ...agent()];
  const script = join(build, 'note.ld');
  writeFileSync(script, readFileSync(join(glue, 'port/build_id.ld'), 'utf8').replace('> FLASH', ''));
  const program = join(build, name.replace(/\W+/g, '-'));
  run('c++', [...sanitizers, '-Wl,--build-id=sha1', `-Wl,-T,${script}`, ...objects, '-o', program]);
  return program;
}

function compiled(source: string, flags: readonly string[]): string {
  const object = join(mkdtempSync(join(build, 'object-')), 'part.o');
  const [compiler, standard] = source.endsWith('.c') ? ['cc', '-std=c11'] : ['c++', '-std=c++11'];
  run(compiler, [standard, ...warnings, ...sanitizers, ...flags, '-c', source, '-o', object]);
  return object;
}

let agentObjects: readonly string[] | undefined;

/** The same for all platforms. */
function agent(): readonly string[] {
  agentObjects ??= sourcesIn(join(firmware, 'agent')).map(source => compiled(source, []));
  return agentObjects;
}

/** A folder with the platform's headers, each of which is the fake one. */
function headersFor({ of, names }: Platform['headers']): string {
  const folder = mkdtempSync(join(build, 'headers-'));
  for (const name of names) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), `#include "${join(glue, 'fakes', of)}"\n`);
  }
  return folder;
}

function include(...folders: readonly string[]): readonly string[] {
  return folders.flatMap(folder => ['-I', join(glue, folder)]);
}

function sourcesIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter(name => /\.(c|cpp)$/.test(name))
    .map(name => join(folder, name));
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

function lacking(...tools: readonly string[]): string | undefined {
  const areFound = tools.every(tool => spawnSync(tool, ['--version']).status === 0);
  return missingTool(areFound, `needs ${tools.join(' and ')}: apt-get install build-essential gcc-arm-none-eabi`);
}

function run(command: string, args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}\n${stdout}${stderr}`);
}
