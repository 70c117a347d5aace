import { join } from 'node:path';
import { InputError } from '../errors.ts';
import { option } from './command-line.ts';
import { argsBeside, type EspPlan, readFlasherArgs } from './esptool-plan.ts';
import type { FlasherOptions } from './options.ts';
import type { Flasher, ToolIo } from './port.ts';
import { missingTool, mustRun, resettingMs, runTool, type Tool, writingMs } from './tool.ts';
import { openWorkplace, type Workplace } from './workplace.ts';

/**
 * Espressif's esptool, 4 or 5, over the board's own port. It does not write ELF files: what is written is the build's own list of binaries
 * (`flasher_args.json`, beside the ELF file or where `args` says), one merged binary, or the ELF file made into an application by itself,
 * which then needs a boot loader and a partition table that are there already.
 * https://docs.espressif.com/projects/esptool/
 */
export function esptoolFlasher(options: FlasherOptions<'esptool'>): Flasher {
  return {
    name: esptool.name,
    needsPort: true,
    isBootLoader: true,
    missing: () => missingTool(esptool),
    async flash(imagePath, io, signal) {
      await using place = await openWorkplace();
      const say = await dialectOf(io, signal);
      const plan = await planFor(imagePath, { options, place }, io, signal);
      const args = [...connection(options, plan, io, say), ...transfer('write_flash', plan, say)];
      await mustRun(esptool, { args, timeoutMs: writingMs }, io, signal);
    },
    async reset(io, signal) {
      const say = await dialectOf(io, signal);
      // any command that talks to the chip ends with a reset
      const args = [...connection(options, {}, io, say), say('read_mac')];
      await mustRun(esptool, { args, timeoutMs: resettingMs }, io, signal);
    },
    async verify(imagePath, io, signal) {
      await using place = await openWorkplace();
      const say = await dialectOf(io, signal);
      const plan = await planFor(imagePath, { options, place }, io, signal);
      const args = [...connection(options, plan, io, say), ...transfer('verify_flash', plan, say)];
      const end = await runTool(esptool, { args, timeoutMs: writingMs }, io, signal);
      if (end.isSuccess) return true;
      if (end.said(/verif(y|ication) failed/i)) return false;
      throw end.failure();
    },
  };
}

const hold =
  'hold BOOT (GPIO0) down while it is reset or plugged in, then try again; a charging cable has no data lines';

const esptool: Tool = {
  name: 'esptool',
  programs: ['esptool', 'esptool.py'],
  howToGet: 'pip install esptool, or the one of ESP-IDF (. export.sh)',
  failures: [
    {
      says: /Permission denied/,
      fix: 'this user may not use the port: usermod -a -G dialout USER, then log in again',
    },
    {
      says: /the port is busy or doesn't exist|could not open port|Device or resource busy/i,
      fix: 'another program has the port, or it has gone: close serial monitors, plug the board in again',
    },
    {
      says: /Wrong --chip argument|This chip is .*, not|is not .* chip/i,
      fix: 'correct `flasher.chip`, or connect the board that it names',
    },
    { says: /Wrong boot mode detected/, fix: `its automatic reset does not work: ${hold}` },
    {
      says: /TX path seems to be down/,
      fix: 'the chip waits for us and hears nothing: check the line that goes to its RX',
    },
    {
      says: /Failed to connect to|No serial data received|Timed out waiting for packet/,
      fix: `the chip does not answer: ${hold}`,
    },
    {
      says: /MD5 of file does not match/,
      fix: 'what was written is not what is in the flash: try a lower `flasher.baud`, then another cable',
    },
    {
      says: /doesn't fit|past .* flash size|larger than detected flash size/i,
      fix: 'the image is for a larger flash: build it for this board',
    },
  ],
};

/** How the installed version spells a word: `write_flash` until 4, `write-flash` since. */
type Dialect = (word: string) => string;

async function dialectOf(io: ToolIo, signal: AbortSignal): Promise<Dialect> {
  const end = await mustRun(esptool, { args: ['version'], timeoutMs: resettingMs }, io, signal);
  return end.said(/^(esptool(\.py)? v)?[0-4]\./) ? word => word : word => word.replaceAll('_', '-');
}

interface Planning {
  readonly options: FlasherOptions<'esptool'>;
  readonly place: Workplace;
}

async function planFor(
  imagePath: string,
  { options, place }: Planning,
  io: ToolIo,
  signal: AbortSignal,
): Promise<EspPlan> {
  const { chip, merged } = options;
  if (merged !== undefined) return { files: [{ offset: 0, path: merged }], settings: {} };
  const list = options.args ?? argsBeside(imagePath);
  if (list !== undefined) return readFlasherArgs(list, imagePath);

  if (chip === undefined) throw new InputError('is made into an application only for a known chip', imagePath, noList);
  const path = join(place.folder, 'app.bin');
  const args = ['--chip', chip, 'elf2image', '--output', path, imagePath];
  await mustRun(esptool, { args, timeoutMs: resettingMs }, io, signal);
  return { files: [{ offset: appOffset, path }], settings: {} };
}

const noList =
  'keep flasher_args.json of its build beside it, or name it (`flasher: { args: build/flasher_args.json }`), or name the chip (`flasher: { chip: esp32 }`)';

/** Where ESP-IDF's standard partition tables have the application. */
const appOffset = 0x10000;

function connection(
  { chip, baud = 460_800 }: FlasherOptions<'esptool'>,
  plan: Pick<EspPlan, 'chip'>,
  { portPath }: ToolIo,
  say: Dialect,
): string[] {
  return [
    ...option('--chip', chip ?? plan.chip ?? 'auto'),
    ...option('--port', portPath),
    ...option('--baud', baud),
    ...option('--before', say('default_reset')),
    ...option('--after', say('hard_reset')),
  ];
}

function transfer(command: 'write_flash' | 'verify_flash', { files, settings }: EspPlan, say: Dialect): string[] {
  return [
    say(command),
    ...option(say('--flash_mode'), settings.mode),
    ...option(say('--flash_freq'), settings.freq),
    ...option(say('--flash_size'), settings.size),
    ...files.flatMap(({ offset, path }) => [`0x${offset.toString(16)}`, path]),
  ];
}
