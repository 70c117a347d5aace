import type { SwitchOptions } from './options.ts';
import type { PowerSwitch, ToolIo } from './port.ts';
import { findTool, missingTool, mustRun, resettingMs, type Tool } from './tool.ts';

/** A power switch by programs of the user's: argument arrays, which no shell sees. */
export function commandSwitch({ off, on }: SwitchOptions<'command'>): PowerSwitch {
  return {
    name: 'power command',
    async missing() {
      const absent = [off[0], on[0]].find(program => findTool(toolOf(program)) === undefined);
      return absent === undefined ? undefined : missingTool(toolOf(absent));
    },
    off: run(off),
    on: run(on),
  };
}

function run([program = '', ...args]: readonly string[]) {
  return async (io: ToolIo, signal: AbortSignal): Promise<void> => {
    await mustRun(toolOf(program), { args, timeoutMs: resettingMs }, io, signal);
  };
}

function toolOf(program: string): Tool {
  return {
    name: program,
    programs: [program],
    howToGet: 'correct `power.off` and `power.on` in the board file: a program, then its arguments',
    failures: [],
  };
}
