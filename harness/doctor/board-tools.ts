import type { Finding } from './finding.ts';
import type { System } from './system.ts';

/** A program that writes or powers real boards; only boards whose file names it need it. */
interface BoardTool {
  readonly name: string;
  /** What it may be installed as, each with arguments that make it say its version. */
  readonly commands: readonly (readonly [program: string, ...args: string[]])[];
  readonly version: RegExp;
  readonly for: string;
  readonly fix: string;
}

const flashing = (tool: string): string => `needed for boards with \`flasher: { tool: ${tool} }\``;

const boardTools: readonly BoardTool[] = [
  {
    name: 'OpenOCD',
    commands: [['openocd', '--version']],
    version: /On-Chip Debugger (\S+)/,
    for: flashing('openocd'),
    fix: 'apt-get install openocd, or your system’s package of that name',
  },
  {
    name: 'probe-rs',
    commands: [['probe-rs', '--version']],
    version: /probe-rs (\S+)/,
    for: flashing('probe-rs'),
    fix: 'https://probe.rs/docs/getting-started/installation/',
  },
  {
    name: 'esptool',
    commands: [
      ['esptool', 'version'],
      ['esptool.py', 'version'],
    ],
    version: /v(\d\S+)/,
    for: flashing('esptool'),
    fix: 'pip install esptool, or the one of ESP-IDF (. export.sh)',
  },
  {
    name: 'st-flash',
    commands: [['st-flash', '--version']],
    version: /v(\d\S+)/,
    for: flashing('st-flash'),
    fix: 'apt-get install stlink-tools, or your system’s package of that name',
  },
  {
    name: 'J-Link Commander',
    commands: [['which', 'JLinkExe']], // it has no way to say its version and go
    version: /(\S+)/,
    for: flashing('jlink'),
    fix: 'https://www.segger.com/downloads/jlink/',
  },
  {
    name: 'dfu-util',
    commands: [['dfu-util', '--version']],
    version: /dfu-util (\S+)/,
    for: flashing('dfu-util'),
    fix: 'apt-get install dfu-util, or your system’s package of that name',
  },
  {
    name: 'uhubctl',
    commands: [
      ['uhubctl', '-v'],
      ['/usr/sbin/uhubctl', '-v'], // a user's PATH may lack this folder
    ],
    version: /(\d\S+)/,
    for: 'needed for boards with `power: { switch: uhubctl }`',
    fix: 'apt-get install uhubctl, or https://github.com/mvp/uhubctl',
  },
];

/** What writes, resets and powers real boards: installed or not, and how to get it. */
export async function checkBoardTools(system: System): Promise<Finding[]> {
  return Promise.all(boardTools.map(tool => check(tool, system)));
}

async function check(tool: BoardTool, system: System): Promise<Finding> {
  const about = { about: 'boards', name: tool.name };
  for (const [program, ...args] of tool.commands) {
    const said = await system.run(program, args);
    if (said !== undefined)
      return { ...about, state: 'found', detail: tool.version.exec(said)?.[1] ?? 'of unknown version' };
  }
  return { ...about, state: 'missing', detail: tool.for, fix: tool.fix };
}
