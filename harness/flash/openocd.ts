import { kiloHertz } from './kilo-hertz.ts';
import type { FlasherOptions } from './options.ts';
import type { Flasher, ToolIo } from './port.ts';
import { missingTool, mustRun, resettingMs, runTool, type Tool, writingMs } from './tool.ts';
import { udevRules } from './udev-rules.ts';

/** OpenOCD 0.12 or newer. https://openocd.org/doc/html/ */
export function openocdFlasher(options: FlasherOptions<'openocd'>): Flasher {
  const args = (script: string, io: ToolIo): string[] => [...connection(options, io), '-c', script];
  return {
    name: openocd.name,
    needsPort: false,
    missing: () => missingTool(openocd),
    async flash(imagePath, io, signal) {
      const image = tclWord(imagePath);
      // not its own `program`: that evaluates the path once more, so that a blank in it breaks and a bracket runs
      const script = `init; reset init; flash write_image erase ${image}; verify_image ${image}; reset run; shutdown`;
      await mustRun(openocd, { args: args(script, io), timeoutMs: writingMs }, io, signal);
    },
    async reset(io, signal) {
      await mustRun(openocd, { args: args('init; reset run; shutdown', io), timeoutMs: resettingMs }, io, signal);
    },
    async verify(imagePath, io, signal) {
      // whatever it finds, the board runs on
      const compare = `set differs [catch {verify_image ${tclWord(imagePath)}} said]; echo $said`;
      const script = `init; reset halt; ${compare}; reset run; if {$differs} {shutdown error}; shutdown`;
      const end = await runTool(openocd, { args: args(script, io), timeoutMs: writingMs }, io, signal);
      if (end.isSuccess) return true;
      if (end.said(/checksum mismatch|^diff \d+ address/)) return false;
      throw end.failure();
    },
  };
}

const openocd: Tool = {
  name: 'openocd',
  programs: ['openocd'],
  howToGet: 'apt-get install openocd, or your system’s package of that name; version 0.12 or newer',
  failures: [
    {
      says: /LIBUSB_ERROR_ACCESS|[Pp]ermission denied/,
      fix: udevRules('OpenOCD’s rules (60-openocd.rules)'),
    },
    {
      says: /LIBUSB_ERROR_BUSY|unable to claim|already in use/i,
      fix: 'another program has the debug probe: close it (an IDE, a debug server)',
    },
    {
      says: /serial mismatch|No device matches the serial|serial number.*not found|Invalid serial number/i,
      fix: 'no probe has this serial number: correct `flasher.probe`, or plug that one in',
    },
    {
      says: /Multiple devices found|multiple devices with/i,
      fix: 'name one of the probes by its serial number: `flasher: { probe: … }`, best in boards.local.yaml',
    },
    {
      says: /Can't find \S+\.cfg|couldn't (open|read) file/i,
      fix: '`flasher.config` names a file that OpenOCD has not: look below its scripts folder, /usr/share/openocd/scripts',
    },
    {
      says: /open failed|unable to find a matching CMSIS-DAP device|No J-Link device found|unable to open (CMSIS-DAP|ftdi)|Can't find .*Interface/,
      fix: `plug the debug probe in. If it is: ${udevRules('OpenOCD’s rules (60-openocd.rules)')}`,
    },
    {
      says: /no flash bank found for address/,
      fix: 'the image is linked for other addresses than this chip’s flash: build it for this board, or correct `flasher.config`',
      whatever: true, // it writes what it can, and ends well
    },
    {
      says: /unable to connect to the target|Error connecting DP|Could not find MEM-AP|JTAG scan chain interrogation failed|target voltage may be too low|[Nn]ot halted|waiting for target halted|not examined/,
      fix: 'the probe is there and the chip does not answer: power the board, check the debug wires, and for firmware that sleeps add `underReset: true` to `flasher`',
    },
    {
      says: /invalid command name|invalid subcommand/,
      fix: 'this OpenOCD is too old, or a configuration file is for another version: take 0.12 or newer',
    },
  ],
};

/** No port is opened: nobody else is to talk to the board meanwhile, and two boards are flashed at once. */
function connection(options: FlasherOptions<'openocd'>, io: ToolIo): string[] {
  const { config, probe = ownSerial(options, io), speed, underReset = false } = options;
  const commands = [
    'gdb_port disabled; tcl_port disabled; telnet_port disabled',
    ...config.map(file => `script ${tclWord(file)}`), // as -f does, which would run what a name may hold
    ...(probe === undefined ? [] : [`adapter serial ${tclWord(probe)}`]),
    ...(speed === undefined ? [] : [`adapter speed ${kiloHertz(speed)}`]),
    ...(underReset ? ['reset_config srst_nogate connect_assert_srst'] : []),
  ];
  return commands.flatMap(command => ['-c', command]);
}

const interfaces = { 'st-link': /stlink/, 'j-link': /jlink/, 'cmsis-dap': /cmsis-dap/ } as const;

/** Not where the configuration is for a probe of another kind, which is wired to the board besides. */
function ownSerial({ config }: FlasherOptions<'openocd'>, { probe }: ToolIo): string | undefined {
  const file = config.find(name => /(^|\/)interface\//.test(name));
  return probe && (file === undefined || interfaces[probe.kind].test(file)) ? probe.serial : undefined;
}

/** One word of Tcl that means exactly this text: every character that could mean something else is escaped. */
export function tclWord(text: string): string {
  // oxlint-disable-next-line no-control-regex -- a backslash before an end of line is a blank between two words
  const printable = text.replace(/[^\w./\-\u0080-\uffff\u0000-\u001f]/g, String.raw`\$&`);
  // oxlint-disable-next-line no-control-regex -- these alone
  return printable.replace(/[\u0000-\u001f]/g, control => `\\u${hex4(control)}`);
}

function hex4(character: string): string {
  return character.charCodeAt(0).toString(16).padStart(4, '0');
}
