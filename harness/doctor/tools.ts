import { join } from 'node:path';
import { messageOf } from '../errors.ts';
import { howToGetEspQemu } from '../target/esp-qemu.ts';
import { type QemuProgram, qemuPackages } from '../target/qemu-machines.ts';
import { findRenode, howToGetRenode } from '../target/renode-program.ts';
import { rp2040Target } from '../target/rp2040.ts';
import { checkBoardTools } from './board-tools.ts';
import type { Finding } from './finding.ts';
import type { System } from './system.ts';

/** A program that some of the work needs. `version` finds its version in what it says. */
interface Tool extends Packages {
  readonly about: string;
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly version: RegExp;
  /** What it is needed for, said where it is missing. */
  readonly for: string;
}

interface Packages {
  readonly debian: string;
  /** Absent where Homebrew has none of it. */
  readonly macos?: string;
}

const tools: readonly Tool[] = [
  qemu('Arm', 'qemu-system-arm', 'the qemu-* targets'),
  qemu('RISC-V', 'qemu-system-riscv32', 'the target qemu-rv32'),
  compiler('Arm', 'arm-none-eabi-gcc', { debian: 'gcc-arm-none-eabi', macos: '--cask gcc-arm-embedded' }),
  compiler('RISC-V', 'riscv64-unknown-elf-gcc', { debian: 'gcc-riscv64-unknown-elf' }),
  compiler('Xtensa', 'xtensa-lx106-elf-gcc', { debian: 'gcc-xtensa-lx106' }),
];

function qemu(core: string, program: QemuProgram, targets: string): Tool {
  return {
    about: 'emulators',
    name: `QEMU for ${core}`,
    program,
    args: ['--version'],
    version: /version (\S+)/,
    for: `${targets}, which are skipped`,
    ...qemuPackages(program),
  };
}

function compiler(core: string, program: string, packages: Packages): Tool {
  return {
    about: 'firmware',
    name: `${core} compiler`,
    program,
    args: ['--version'],
    version: /\) (\d\S+)/,
    for: 'building the reference firmware: its images come with the package',
    ...packages,
  };
}

/** Renode is found as a run finds it: on PATH, or where RENODE_PATH says. */
async function checkRenode({ env }: System): Promise<Finding> {
  const about = { about: 'emulators', name: 'Renode' };
  const found = await findRenode(AbortSignal.timeout(answerMs), env).catch((error: unknown) => ({
    missing: { what: messageOf(error).trim(), fix: howToGetRenode },
  }));
  if (found.missing === undefined) return { ...about, state: 'found', detail: found.version };
  const { what, fix } = found.missing;
  const isWanted = env.RENODE_PATH !== undefined || !what.endsWith('is not installed');
  return isWanted
    ? { ...about, state: 'warning', detail: what, fix }
    : { ...about, state: 'missing', detail: 'needed for the renode-* targets, which are skipped', fix };
}

const answerMs = 20_000;

/** Told apart from the system's own QEMU of that name by the machines that it has. */
async function checkEspQemu(system: System): Promise<Finding> {
  const about = { about: 'emulators', name: 'Espressif’s QEMU' };
  const says = await system.run(join(system.env.TICKMARK_ESP_QEMU ?? '', 'qemu-system-xtensa'), ['-M', 'help']);
  const untried = 'for ESP-IDF applications; nobody has run it with Tickmark yet';
  if (/^esp32\s/m.test(says ?? '')) return { ...about, state: 'found', detail: untried };
  return { ...about, state: 'missing', detail: `needed ${untried}`, fix: howToGetEspQemu };
}

/** Report generators, emulators, compilers: what is installed, what is not, and what for. */
export async function checkTools(system: System): Promise<Finding[]> {
  return [
    await checkJava(system),
    embeddedEmulator(),
    ...(await Promise.all([...tools.map(tool => checkTool(tool, system)), checkRenode(system), checkEspQemu(system)])),
    ...(await checkBoardTools(system)),
    ...(await checkSetpriv(system)),
  ];
}

/** As the report's generator is chosen: allure-commandline where a Java runtime answers. */
async function checkJava(system: System): Promise<Finding> {
  const { JAVA_HOME: home } = system.env;
  const said = await system.run(home ? join(home, 'bin', 'java') : 'java', ['-version']);
  const about = { about: 'reports', name: 'Java runtime' };
  const [, version = 'of unknown version'] = /version "([^"]+)"/.exec(said ?? '') ?? [];
  if (said !== undefined) return { ...about, state: 'found', detail: `${version}: reports by allure-commandline` };
  const detail = 'needed for allure-commandline; reports are made by allure 3 instead';
  return {
    ...about,
    state: 'missing',
    detail,
    ...howToInstall(system, { debian: 'default-jre-headless', macos: 'openjdk' }),
  };
}

function embeddedEmulator(): Finding {
  const { emulator } = rp2040Target({ name: 'rp2040js', flashBytes: 0 });
  return { about: 'emulators', name: 'rp2040js', state: 'found', detail: `${emulator}, comes with the package` };
}

async function checkTool(tool: Tool, system: System): Promise<Finding> {
  const { about, name, program, args } = tool;
  const said = await system.run(program, args);
  if (said === undefined)
    return {
      about,
      name,
      state: 'missing',
      detail: `needed for ${tool.for}`,
      ...howToInstall(system, tool),
    };
  return { about, name, state: 'found', detail: tool.version.exec(said)?.[1] ?? 'of unknown version' };
}

/** What binds QEMU to its parent, where there is a QEMU to bind: BusyBox's cannot. */
async function checkSetpriv(system: System): Promise<Finding[]> {
  if (system.platform !== 'linux') return [];
  const [binds, ...qemus] = await Promise.all([
    system.run('setpriv', ['--pdeathsig', 'KILL', 'true']),
    ...tools.filter(({ about }) => about === 'emulators').map(({ program, args }) => system.run(program, args)),
  ]);
  if (binds !== undefined || qemus.every(said => said === undefined)) return [];
  const detail = 'without it, a QEMU stays behind when the run is killed by SIGKILL';
  return [{ about: 'emulators', name: 'setpriv', state: 'missing', detail, fix: 'install util-linux' }];
}

function howToInstall({ platform }: System, { debian, macos }: Packages): Pick<Finding, 'fix'> {
  if (platform !== 'darwin') return { fix: `apt-get install ${debian}, or your system's package of that name` };
  return macos === undefined ? {} : { fix: `brew install ${macos}` };
}
