import { option } from './command-line.ts';
import { hex, readParts } from './image-parts.ts';
import { kiloHertz } from './kilo-hertz.ts';
import type { FlasherOptions } from './options.ts';
import type { Flasher, ToolIo } from './port.ts';
import { missingTool, mustRun, resettingMs, runTool, type Tool, type ToolEnd, writingMs } from './tool.ts';
import { udevRules } from './udev-rules.ts';
import { openWorkplace, type Workplace } from './workplace.ts';

/** SEGGER's J-Link Commander, which reads its commands from a file. https://kb.segger.com/J-Link_Commander */
export function jlinkFlasher(options: FlasherOptions<'jlink'>): Flasher {
  return {
    name: jlink.name,
    needsPort: false,
    missing: () => missingTool(jlink),
    async flash(imagePath, io, signal) {
      await using place = await openWorkplace();
      // Binaries, since it is nowhere said which of an ELF file's addresses it takes; by names of ours, beside which it runs, since its commands
      // have no way to write a path with a quote in it.
      const commands = await writeParts(place, imagePath, 'loadbin');
      const named = withProbe(options, io);
      const use = await useOf(place, named, ['r', ...commands, 'r', 'g'], writingMs);
      await mustRun(jlink, use, io, signal);
    },
    async reset(io, signal) {
      await using place = await openWorkplace();
      await mustRun(jlink, await useOf(place, withProbe(options, io), ['r', 'g'], resettingMs), io, signal);
    },
    async verify(imagePath, io, signal) {
      await using place = await openWorkplace();
      for (const command of await writeParts(place, imagePath, 'verifybin')) {
        const use = await useOf(place, withProbe(options, io), [command], writingMs);
        if (!holdsPart(await runTool(jlink, use, io, signal))) return false;
      }
      return true;
    },
  };
}

/** Every part as a file of its own, and a command for each. */
async function writeParts(place: Workplace, imagePath: string, command: 'loadbin' | 'verifybin'): Promise<string[]> {
  const commands: string[] = [];
  for (const [index, { address, bytes }] of readParts(imagePath).entries()) {
    await place.write(`part-${index}.bin`, bytes);
    commands.push(`${command} part-${index}.bin, ${hex(address)}`);
  }
  return commands;
}

/** Throws where it did not come to compare. */
function holdsPart(end: ToolEnd): boolean {
  if (end.said(/Verify successful/i)) return true;
  if (end.said(/verif\w* (failed|error)|mismatch|differ/i)) return false;
  throw end.failure();
}

const jlink: Tool = {
  name: 'J-Link Commander',
  programs: ['JLinkExe'],
  howToGet: 'install SEGGER’s J-Link Software Pack, https://www.segger.com/downloads/jlink/',
  // it does not always say by its exit code that a command has failed
  failures: [
    {
      says: /Connecting to J-Link.*FAILED|Cannot connect to (the )?J-Link|No (emulators|probes?) connected/i,
      fix: `plug the J-Link in, or correct \`flasher.probe\`. If it is there: close what else uses it, or ${udevRules('SEGGER’s rules (99-jlink.rules)')}`,
      whatever: true,
    },
    {
      says: /VTref\s*=\s*0\.\d+V|Low (target )?voltage|target voltage too low/i,
      fix: 'the board has no power: switch it on',
      whatever: true,
    },
    {
      says: /Unknown device|is not a (valid|known) device|Device ".*" (is )?unknown|Failed to (find|identify) (the )?(target )?device/i,
      fix: 'correct `flasher.device`: https://www.segger.com/supported-devices/ has the names',
      whatever: true,
    },
    {
      says: /Cannot connect to (the )?target|Could not connect to (the )?target|Failed to (attach|connect) to CPU|Could not find core/i,
      fix: 'the J-Link is there and the chip does not answer: power the board, check the debug wires and `flasher.device`',
      whatever: true,
    },
    {
      says: /Failed to (open|read) file|Could not open file|Unknown (file format|command)|Writing target memory failed|Failed to (program|erase)|Error while programming/i,
      fix: 'see its lines above; the image has to be linked for this chip’s flash',
      whatever: true,
    },
  ],
};

/** USB tells its number with zeros in front, which the tool's own do not have. */
function withProbe(options: FlasherOptions<'jlink'>, { probe: own }: ToolIo): FlasherOptions<'jlink'> {
  const probe = options.probe ?? (own?.kind === 'j-link' ? own.serial.replace(/^0+(?=.)/, '') : undefined);
  return { ...options, ...(probe !== undefined && { probe }) };
}

/** A run of these commands, which ends at the first that fails. */
async function useOf(
  place: Workplace,
  { device, probe, interface: link = 'swd', speed }: FlasherOptions<'jlink'>,
  commands: readonly string[],
  timeoutMs: number,
) {
  await place.write('commands.jlink', ['ExitOnError 1', ...commands, 'q', ''].join('\n'));
  const args = [
    ...option('-nogui', 1), // else a window asks which of several probes
    ...option('-USB', probe),
    ...option('-device', device),
    ...option('-if', link.toUpperCase()),
    ...option('-speed', kiloHertz(speed) ?? 'auto'),
    ...option('-jtagconf', link === 'jtag' ? '-1,-1' : undefined),
    ...option('-autoconnect', 1),
    ...option('-CommanderScript', 'commands.jlink'),
  ];
  return { args, timeoutMs, cwd: place.folder };
}
