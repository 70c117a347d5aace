import { HarnessError, messageOf } from '../errors.ts';
import type { Flasher, PowerSwitch } from '../flash/port.ts';
import type { Gear, MeterGear } from '../measure/rig.ts';
import { comparedMeter } from '../power/compared-meter.ts';
import type { PowerMeter } from '../power/port.ts';
import type { AgentProtocol, Protocol } from '../protocol/port.ts';
import type { Reporter } from '../report/port.ts';
import type { Board, BoardMeter, ProtocolName, SerialPlace } from '../suite/board.ts';
import { rungsInFile } from '../suite/rungs.ts';
import type { OwnFirmware } from '../suite/suite.ts';
import type { SerialTarget, Target } from '../target/port.ts';
import { parseQuantity } from '../units.ts';

// The composition root: the only place that names adapters. A new target, protocol or report is a line here.
// Each is loaded when it is asked for: a run has several processes, and none needs all of them.

/** Whether a target writes down all that it executes, where it can. */
export interface Tracing {
  readonly trace: boolean;
}

/** The place where a board's firmware runs. Rejects with TargetError where what runs it is installed but does not start. */
export async function targetFor(board: Board & Partial<Tracing>, signal: AbortSignal): Promise<Target> {
  const { name, target, memory, clockHz, trace = false } = board;
  if (target.kind === 'qemu')
    return (await import('../target/qemu.ts')).qemuTarget({ name, machine: target.machine, clockHz }, signal);
  if (target.kind === 'renode')
    return (await import('../target/renode.ts')).renodeTarget({ ...target, name, clockHz, trace }, signal);
  if (target.kind === 'esp-qemu')
    return (await import('../target/esp-qemu.ts')).espQemuTarget({ ...target, name, clockHz }, signal);
  if (target.kind === 'serial')
    return (await import('../target/serial.ts')).serialTarget({ ...target, name, basis: board.basis });
  return (await import('../target/rp2040.ts')).rp2040Target({ name, flashBytes: memory.flashBytes });
}

/** Why a board cannot be run on this machine, and how to change that; undefined when it can. */
export async function missingFor(board: Board): Promise<string | undefined> {
  const { target } = board;
  if (target.kind === 'qemu') return (await import('../target/qemu.ts')).missingQemu(target.machine);
  if (target.kind === 'renode') return (await import('../target/renode-program.ts')).missingRenode();
  if (target.kind === 'esp-qemu') return (await import('../target/esp-qemu.ts')).missingEspQemu(target.machine);
  if (target.kind === 'serial') return missingBoard({ ...board, target });
  return undefined;
}

/** A chip's own USB is there once its meter supplies it. */
async function missingBoard(board: Board & { readonly target: SerialPlace }): Promise<string | undefined> {
  const { name, target } = board;
  if (isSetUp(board.meter)) {
    const missing = await missingMeter(board);
    if (missing !== undefined || target.native) return missing;
  }
  return (await import('../target/serial.ts')).missingPort({ ...target, name });
}

async function missingMeter(board: Board): Promise<string | undefined> {
  try {
    await (await meterFor(board))?.find();
    return undefined;
  } catch (error) {
    return error instanceof HarnessError ? `${error.where}: ${error.what}: ${error.fix}` : messageOf(error);
  }
}

/** What writes images into a board's flash; undefined where its file names nothing. */
export async function flasherFor({ flasher }: Pick<Board, 'flasher'>): Promise<Flasher | undefined> {
  if (flasher?.tool === 'openocd') return (await import('../flash/openocd.ts')).openocdFlasher(flasher);
  if (flasher?.tool === 'probe-rs') return (await import('../flash/probe-rs.ts')).probeRsFlasher(flasher);
  if (flasher?.tool === 'esptool') return (await import('../flash/esptool.ts')).esptoolFlasher(flasher);
  if (flasher?.tool === 'st-flash') return (await import('../flash/st-flash.ts')).stFlashFlasher(flasher);
  if (flasher?.tool === 'jlink') return (await import('../flash/jlink.ts')).jlinkFlasher(flasher);
  if (flasher?.tool === 'dfu-util') return (await import('../flash/dfu-util.ts')).dfuUtilFlasher(flasher);
  if (flasher?.tool === 'uf2') return (await import('../flash/uf2.ts')).uf2Flasher(flasher);
  return undefined;
}

/** What takes a board's power away; undefined where its file names nothing. */
export async function powerSwitchFor({ power }: Pick<Board, 'power'>): Promise<PowerSwitch | undefined> {
  if (power?.switch === 'uhubctl') return (await import('../flash/uhubctl.ts')).uhubctlSwitch(power);
  if (power?.switch === 'command') return (await import('../flash/command.ts')).commandSwitch(power);
  return undefined;
}

type MeteredBoard = Pick<Board, 'name' | 'meter' | 'supplyMv' | 'protocol'>;

type SetUpMeter = NonNullable<Board['meter']> & Pick<BoardMeter, 'kind'>;

/** What measures a board's current; undefined where its file names nothing. Throws InputError for a meter that cannot do what the file says. */
export async function meterFor(board: MeteredBoard): Promise<PowerMeter | undefined> {
  const { meter } = board;
  if (!isSetUp(meter)) return undefined;
  const made = await madeMeter(board, meter);
  return meter.accuracy ? comparedMeter(made, meter.accuracy) : made;
}

async function madeMeter(board: MeteredBoard, meter: SetUpMeter): Promise<PowerMeter> {
  const { name, supplyMv } = board;
  const { kind, port, mode = 'source', rateHz, marker } = meter;
  const supply = supplyMv !== undefined && { supplyMv };
  const options = { name: `${name}'s meter`, mode, ...(port && { port }), ...supply };
  if (kind === 'ppk2') return (await import('../power/ppk2.ts')).ppk2Meter(options);
  const output = meter.output ?? (board.protocol === 'mlperf-tiny' ? 'energy' : 'current');
  const rate = rateHz !== undefined && { rateHz };
  return (await import('../power/lpm01a.ts')).lpm01aMeter({
    ...options,
    ...rate,
    output,
    hasMarker: marker !== undefined,
  });
}

function isSetUp(meter: Board['meter']): meter is SetUpMeter {
  return meter?.kind !== undefined;
}

async function meterGearFor(board: Board): Promise<MeterGear | undefined> {
  const meter = await meterFor(board);
  if (!meter) return undefined;
  const { marker } = board.meter ?? {};
  return {
    meter,
    ...(board.supplyMv !== undefined && { supplyMv: board.supplyMv }),
    ...(marker && { marker: `D${marker.line}` }),
  };
}

async function telemetryFor({ name, basis, telemetry }: Board): Promise<SerialTarget | undefined> {
  if (!telemetry) return undefined;
  return (await import('../target/serial.ts')).serialTarget({ ...telemetry, name: `the telemetry of ${name}`, basis });
}

/** What can be done to a board of silicon besides talking to it. */
export async function gearFor(board: Board & { readonly target: SerialPlace }, signal: AbortSignal): Promise<Gear> {
  const { lines = 'none', native = false } = board.target;
  const flasher = await flasherFor(board);
  const power = await powerSwitchFor(board);
  const meter = await meterGearFor(board);
  const telemetry = await telemetryFor(board);
  return {
    target: (await targetFor(board, signal)) as SerialTarget,
    ...(flasher && { flasher }),
    ...(power && { power }),
    ...(meter && { meter }),
    ...(telemetry && { telemetry }),
    hasLines: lines !== 'none',
    isNative: native,
    rungs: rungsInFile(board),
    bootMs: bootMsOf(board),
  };
}

/** How long a board's firmware may take from a reset until it answers. An emulator boots while it is waited for. */
function bootMsOf({ target }: Pick<Board, 'target'>): number {
  if (target.kind !== 'serial') return 0;
  const boot = parseQuantity(target.bootTime ?? '5 s', 'µs');
  return 'value' in boot ? boot.value / 1000 : 5000; // the schema has accepted it
}

/** What has a say in how firmware is talked to. `own` is what the suite says of it. */
interface Spoken {
  readonly board?: Pick<Board, 'target'>;
  readonly own?: OwnFirmware | undefined;
}

/** How to talk to what runs there. */
export async function protocolFor(name: ProtocolName, { board, own = {} }: Spoken = {}): Promise<Protocol> {
  const bootMs = board && bootMsOf(board);
  if (name === 'log') return (await import('../protocol/log/log.ts')).logProtocol();
  if (name === 'mlperf-tiny')
    return (await import('../protocol/mlperf-tiny.ts')).mlperfProtocol({
      ...own,
      ...(bootMs !== undefined && { bootMs }),
      ...throughOf(board),
    });
  return agentProtocol(board);
}

function throughOf(board: Spoken['board']): { through?: { baud: number } } {
  if (board?.target.kind !== 'serial' || !board.target.through) return {};
  return { through: { baud: board.target.through.baud ?? energyBaud } };
}

/** EEMBC's and MLPerf Tiny's interface boards alike. */
const energyBaud = 9600;

/** How to talk to firmware that has the agent in it. */
export async function agentProtocol(board?: Pick<Board, 'target'>): Promise<AgentProtocol> {
  return (await import('../protocol/tickmark.ts')).tickmarkProtocol(board && { bootMs: bootMsOf(board) });
}

/** What a run writes: its results, then every report. The signal ends the HTML generator. */
export async function reportersFor(
  options: { readonly html: boolean },
  signal: AbortSignal,
): Promise<readonly Reporter[]> {
  const { jsonReporter } = await import('../report/json.ts');
  return [jsonReporter(), ...(await reportsFor(options, signal))];
}

/** Every report that is made from results, in this order: the HTML is made from what the others have written. */
export async function reportsFor(
  { html }: { readonly html: boolean },
  signal: AbortSignal,
): Promise<readonly Reporter[]> {
  const { env } = process;
  const written = [
    (await import('../report/allure.ts')).allureReporter(),
    (await import('../report/junit.ts')).junitReporter(),
    (await import('../report/summary.ts')).summaryReporter(env),
  ];
  if (!html) return written;
  const { htmlReporter } = await import('../report/generate.ts');
  const { generatorHere } = await import('../report/generators.ts');
  return [...written, htmlReporter(() => generatorHere(env, signal), signal)];
}
