import { InputError, TargetError } from '../errors.ts';
import { pause } from '../pause.ts';
import type { MeterFacts, Reading } from '../recording/trace.ts';
import { meterAbilities, supplyRange } from '../suite/meter-abilities.ts';
import type { PortMatch } from '../target/serial-find.ts';
import { type DeviceRoots, systemRoots } from '../target/serial-ports.ts';
import type { OpenMeter, PowerMeter } from './port.ts';
import { filterTold, ppk2Current } from './ppk2-current.ts';
import { askMetadata, openPpk2Line, type Ppk2Line, ppk2Command, quieten } from './ppk2-line.ts';
import { type Ppk2Lines, type Ppk2Metadata, readMetadata } from './ppk2-metadata.ts';
import { findPpk2 } from './ppk2-port.ts';
import { type Ppk2Run, ppk2Run } from './ppk2-run.ts';
import { mostMa, ppk2Samples } from './ppk2-samples.ts';

export interface Ppk2Options {
  /** What errors call it. */
  readonly name: string;
  /** @default the one that is plugged in */
  readonly port?: PortMatch | undefined;
  /** Whether it supplies the DUT, or lies in its supply. */
  readonly mode: 'source' | 'ampere';
  /** What it supplies, or is supplied with; needed of a source: 800 to 5000. */
  readonly supplyMv?: number | undefined;
}

const rateHz = 100_000;

/**
 * Nordic's Power Profiler Kit II: current and eight digital inputs, 100,000 times a second. Throws InputError for a supply that it cannot give.
 * https://docs.nordicsemi.com/bundle/ug_ppk2
 */
export function ppk2Meter(options: Ppk2Options, roots: DeviceRoots = systemRoots): PowerMeter {
  const { name, port = {} } = options;
  if (options.mode === 'source') expectSupply(name, options.supplyMv);
  const find = () => findPpk2(port, name, roots);
  return {
    name,
    find,
    async open(signal) {
      signal.throwIfAborted();
      const { path, usb } = await find();
      return openPpk2({ ...options, path, serial: usb?.serial }, signal);
    },
  };
}

function expectSupply(name: string, supplyMv: number | undefined): void {
  const { leastMv, mostMv } = meterAbilities.ppk2;
  const range = supplyRange(meterAbilities.ppk2);
  if (supplyMv === undefined)
    throw new InputError('a PPK2 has to know what to supply', name, `write \`supply\` in the board file: ${range}`);
  if (!(supplyMv >= leastMv && supplyMv <= mostMv))
    throw new InputError(`a PPK2 cannot supply ${supplyMv / 1000} V`, name, `it supplies ${range}: take another meter`);
}

interface Opening extends Ppk2Options {
  readonly path: string;
  readonly serial: string | undefined;
}

async function openPpk2(opening: Opening, signal: AbortSignal): Promise<OpenMeter> {
  const line = await openPpk2Line({ path: opening.path, where: opening.name }, signal);
  try {
    await quieten(line, signal);
    const lines = await askMetadata(line, signal);
    const metadata = metadataOf(lines, opening.name);
    await setUp(line, opening, metadata);
    signal.throwIfAborted();
    return openMeter({ opening, line, lines, metadata }, signal);
  } catch (error) {
    await line.close();
    signal.throwIfAborted();
    throw error;
  }
}

function metadataOf(lines: Ppk2Lines, where: string): Ppk2Metadata {
  const metadata = readMetadata(lines);
  if (!('fault' in metadata)) return metadata;
  const fix =
    'have Nordic’s Power Profiler update its firmware, which keeps a backup of the calibration; else it is for its maker to mend';
  throw new TargetError(`its calibration is not one (${metadata.fault})`, where, fix);
}

/** As the maker's application does: nothing is supplied by a change of the mode, and what lies in the DUT's supply lets it through. */
async function setUp(line: Ppk2Line, { mode, supplyMv = 0 }: Opening, before: Ppk2Metadata): Promise<void> {
  if (mode === 'ampere') {
    await line.send(ppk2Command.mode(mode));
    await line.send(ppk2Command.supply(true));
    return;
  }
  if (before.mode !== mode) await line.send(ppk2Command.supply(false));
  await line.send(ppk2Command.mode(mode));
  await line.send(ppk2Command.voltage(Math.round(supplyMv)));
}

interface Session {
  readonly opening: Opening;
  readonly line: Ppk2Line;
  readonly lines: Ppk2Lines;
  readonly metadata: Ppk2Metadata;
}

const silentMs = 2000;
/** After a stop: bytes that come no more for so long were the last, and they are no longer waited for than this. */
const stopped = { silenceMs: 100, limitMs: 1000, pollMs: 10 } as const;

function openMeter({ opening, line, lines, metadata }: Session, signal: AbortSignal): OpenMeter {
  const { name, supplyMv } = opening;
  const readingsOf = readerFor(opening, metadata);
  let end: unknown;
  let isMeasuring = false;
  let isFull = false;
  let heardMs = 0;
  let closing: Promise<void> | undefined;

  const onFull = (): void => {
    isFull = true;
    line.pause();
  };
  const onRoom = (): void => {
    isFull = false;
    heardMs = performance.now();
    line.resume();
  };
  let run = ppk2Run({ rateHz, onFull, onRoom });
  const finish = (reason: unknown, error?: Error): void => {
    end ??= reason;
    run.end(error);
    closing ??= part();
  };
  const part = async (): Promise<void> => {
    clearInterval(watching);
    signal.removeEventListener('abort', abort);
    if (isMeasuring) await line.send(ppk2Command.stop()).catch(() => {}); // it may be gone
    await line.close();
  };
  const abort = (): void => finish(signal.reason);
  const lose = (error: Error): void => finish(error, error);
  const watching = setInterval(() => {
    if (isMeasuring && !isFull && performance.now() - heardMs > silentMs) lose(silent(name));
  }, silentMs / 4).unref();
  signal.addEventListener('abort', abort);
  line.onLoss(lose);
  const hasEnded = async (): Promise<void> => {
    const limitMs = performance.now() + stopped.limitMs;
    const isOver = () => performance.now() - heardMs >= stopped.silenceMs || performance.now() >= limitMs;
    while (!isOver()) await pause(stopped.pollMs, signal);
  };
  const expectOpen = (): void => {
    if (end) throw end;
  };
  return {
    facts: factsOf(opening, lines, metadata),
    stream: { quantity: 'current', unit: 'mA', rateHz, ...(supplyMv !== undefined && { supplyMv }) },
    readings: { [Symbol.asyncIterator]: () => readingsOf(run) },
    async start() {
      expectOpen();
      if (isMeasuring) return;
      if (heardMs > 0) {
        await quieten(line, signal); // what still comes of the last run is nothing of this one
        expectOpen();
        run = ppk2Run({ rateHz, onFull, onRoom });
      }
      line.hear(bytes => {
        heardMs = performance.now();
        run.push(bytes, heardMs);
      });
      heardMs = performance.now();
      isMeasuring = true; // from before it is told: who ends this meanwhile has to stop it
      await line.send(ppk2Command.start());
      expectOpen();
    },
    async stop() {
      expectOpen();
      if (!isMeasuring) return;
      isMeasuring = false;
      await line.send(ppk2Command.stop());
      heardMs = performance.now();
      await hasEnded();
      run.end();
      expectOpen();
    },
    async supply(isOn) {
      expectOpen();
      await line.send(ppk2Command.supply(isOn));
    },
    async [Symbol.asyncDispose]() {
      finish(new TargetError('the meter is closed', name, 'open it again'));
      await closing;
    },
  };
}

/** The readings of one run after the other. */
function readerFor({ name, supplyMv }: Opening, { calibration, notes, vddMv = 0 }: Ppk2Metadata) {
  return async function* readings(run: Ppk2Run): AsyncGenerator<Reading> {
    for (const text of notes) yield { kind: 'note', text };
    yield* run.read(ppk2Samples(ppk2Current(calibration, supplyMv ?? vddMv), name));
  };
}

/** Without an accuracy: its maker's figures are typical ones. */
function factsOf({ serial, mode, supplyMv }: Opening, lines: Ppk2Lines, { vddMv }: Ppk2Metadata): MeterFacts {
  return {
    kind: 'ppk2',
    title: 'Nordic Power Profiler Kit II',
    ...(serial !== undefined && { serial }),
    mode,
    calibration: { ...Object.fromEntries(lines), computedForMv: supplyMv ?? vddMv ?? 0, filter: filterTold },
    mostMa: mostMa.measured,
    lines: ['D0', 'D1', 'D2', 'D3', 'D4', 'D5', 'D6', 'D7'],
  };
}

function silent(where: string): TargetError {
  const fix = 'look at its cable and switch; a hub or a long cable may not carry its stream';
  return new TargetError(`it has sent nothing for ${silentMs / 1000} s while it measured`, where, fix);
}
