// Programs of this machine out of each platform's glue, the agent, and fakes of what the glue uses.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { missingTool } from '../../harness/fixtures/tools.ts';

const firmware = fileURLToPath(new URL('.', import.meta.url));
export const glue = join(firmware, 'glue');
export const warnings = ['-O1', '-Wall', '-Wextra', '-pedantic', '-Werror'];
const sanitizers = ['-fsanitize=address,undefined'];
const shared = ['port/tickmark_port.c', 'fakes/host.c'];

/** A firmware on a fake platform: what is compiled besides the agent and the app, and by which headers the platform is known. */
export interface Platform {
  readonly name: string;
  readonly headers: { readonly of: string; readonly names: readonly string[] };
  readonly sources: readonly string[];
  readonly folders: readonly string[];
  readonly defines?: readonly string[];
  /** What it does: without any, the toy of `fakes/app.c`. */
  readonly app?: readonly string[];
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

export const platforms: readonly Platform[] = [
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

/** An app that runs real models. */
export const referenceApp: readonly string[] = [
  'fakes/reference.c',
  '../boards/reference/reference.c',
  ...namesIn('../support'),
  ...namesIn('../runtime'),
];

/** Why there is no such program; undefined when all tools are here. */
export function lacking(...tools: readonly string[]): string | undefined {
  const areFound = tools.every(tool => spawnSync(tool, ['--version']).status === 0);
  return missingTool(areFound, `needs ${tools.join(' and ')}: apt-get install build-essential gcc-arm-none-eabi`);
}

let agentObjects: readonly string[] | undefined;

/** Compiles a platform's glue into a program whose link is its standard streams, in a folder, and gives its path. */
export function compile(platform: Platform, build: string): string {
  const { name, headers, sources, folders, defines = [], app = ['fakes/app.c'] } = platform;
  const all = [...shared, ...app, ...sources].map(source => join(glue, source));
  const flags = [...defines, '-I', headersFor(headers, build), ...include('fakes', 'port', '../agent', ...folders)];
  agentObjects ??= sourcesIn(join(firmware, 'agent')).map(source => compiled(source, [], build));
  const objects = [...all.map(source => compiled(source, flags, build)), ...agentObjects];
  const script = join(build, 'note.ld');
  writeFileSync(script, readFileSync(join(glue, 'port/build_id.ld'), 'utf8').replace('> FLASH', ''));
  const program = join(build, name.replace(/\W+/g, '-'));
  run('c++', [...sanitizers, '-Wl,--build-id=sha1', `-Wl,-T,${script}`, ...objects, '-lm', '-o', program]);
  return program;
}

function compiled(source: string, flags: readonly string[], build: string): string {
  const object = join(mkdtempSync(join(build, 'object-')), 'part.o');
  const [compiler, standard] = source.endsWith('.c') ? ['cc', '-std=c11'] : ['c++', '-std=c++11'];
  run(compiler, [standard, ...warnings, ...sanitizers, ...flags, '-c', source, '-o', object]);
  return object;
}

/** A folder with the platform's headers, each of which is the fake one. */
export function headersFor({ of, names }: Platform['headers'], build: string): string {
  const folder = mkdtempSync(join(build, 'headers-'));
  for (const name of names) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), `#include "${join(glue, 'fakes', of)}"\n`);
  }
  return folder;
}

function namesIn(folder: string): readonly string[] {
  return sourcesIn(join(glue, folder)).map(path => relative(glue, path));
}

export function include(...folders: readonly string[]): readonly string[] {
  return folders.flatMap(folder => ['-I', join(glue, folder)]);
}

export function sourcesIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter(name => /\.(c|cpp)$/.test(name))
    .map(name => join(folder, name));
}

/** Throws with what the command said when it fails. */
export function run(command: string, args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}\n${stdout}${stderr}`);
}
