import { option } from './command-line.ts';
import { kiloHertz } from './kilo-hertz.ts';
import type { FlasherOptions } from './options.ts';
import type { Flasher, ToolIo } from './port.ts';
import { missingTool, mustRun, resettingMs, type Tool, writingMs } from './tool.ts';
import { udevRules } from './udev-rules.ts';

/** probe-rs 0.25 or newer. https://probe.rs/docs/tools/probe-rs/ */
export function probeRsFlasher(options: FlasherOptions<'probe-rs'>): Flasher {
  const reset = async (io: ToolIo, signal: AbortSignal): Promise<void> => {
    await mustRun(probeRs, { args: ['reset', ...connection(options, io)], timeoutMs: resettingMs }, io, signal);
  };
  return {
    name: probeRs.name,
    needsPort: false,
    missing: () => missingTool(probeRs),
    async flash(imagePath, io, signal) {
      const args = ['download', ...connection(options, io), '--disable-progressbars', '--verify', imagePath];
      await mustRun(probeRs, { args, timeoutMs: writingMs }, io, signal);
      await reset(io, signal); // `download` leaves the core where it was
    },
    reset,
    async verify(imagePath, io, signal) {
      const args = ['verify', ...connection(options, io), '--disable-progressbars', imagePath];
      // its exit code is 0 either way (0.31)
      const end = await mustRun(probeRs, { args, timeoutMs: writingMs }, io, signal);
      if (end.said(/Verification successful/)) return true;
      if (end.said(/Verification failed/)) return false;
      throw end.failure();
    },
  };
}

const probeRs: Tool = {
  name: 'probe-rs',
  programs: ['probe-rs'],
  howToGet: 'cargo install probe-rs-tools --locked, or https://probe.rs/docs/getting-started/installation/',
  failures: [
    {
      says: /[Pp]ermission denied|LIBUSB_ERROR_ACCESS|inaccessible/,
      fix: udevRules('the rules of https://probe.rs/docs/getting-started/probe-setup/'),
    },
    {
      says: /ResourceBusy|[Rr]esource busy|could not be opened/,
      fix: 'another program has the debug probe: close it (an IDE, a debug server)',
    },
    {
      says: /No connected probes were found|[Nn]o probe was found|Probe (was )?not found/,
      fix: `plug the debug probe in, or correct \`flasher.probe\`. If it is there: ${udevRules('the rules of https://probe.rs/docs/getting-started/probe-setup/')}`,
    },
    {
      says: /\d+ probes were found/,
      fix: 'name one of the probes: `flasher: { probe: VID:PID:SERIAL }`, best in boards.local.yaml; `probe-rs list` tells them',
    },
    {
      says: /was not found in the database|[Cc]hip .* not found/,
      fix: 'correct `flasher.chip`: `probe-rs chip list` tells the names',
    },
    {
      says: /Connecting to the chip was unsuccessful|did not respond/,
      fix: 'the probe is there and the chip does not answer: power the board, check the debug wires, and for firmware that sleeps add `underReset: true` to `flasher`',
    },
    {
      says: /unrecognized subcommand|unexpected argument/,
      fix: 'this probe-rs is too old: take 0.25 or newer',
    },
  ],
};

function connection(options: FlasherOptions<'probe-rs'>, { probe: own }: ToolIo): string[] {
  const { chip, speed, underReset = false } = options;
  const probe = options.probe ?? (own && `${own.vendorId}:${own.productId}:${own.serial}`);
  return [
    '--non-interactive', // else it asks which of several probes
    ...option('--chip', chip),
    ...option('--probe', probe),
    ...option('--speed', kiloHertz(speed)),
    ...(underReset ? ['--connect-under-reset'] : []),
  ];
}
