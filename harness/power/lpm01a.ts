import { InputError, TargetError } from '../errors.ts';
import { type Queue, queueOf } from '../queue.ts';
import type { MeterFacts, Reading } from '../recording/trace.ts';
import { meterAbilities, supplyRange } from '../suite/meter-abilities.ts';
import { connectWire } from '../target/serial-connect.ts';
import { findPort, type PortMatch } from '../target/serial-find.ts';
import type { Lpm01aFormat, Lpm01aItem } from './lpm01a-lines.ts';
import { type Lpm01aReader, type Lpm01aStream, lpm01aReader, mostMa } from './lpm01a-readings.ts';
import { command, identify, type Lpm01aIdentity } from './lpm01a-setup.ts';
import { type Lpm01aTalk, openTalk } from './lpm01a-talk.ts';
import type { OpenMeter, PowerMeter } from './port.ts';

export interface Lpm01aOptions {
  /** What errors call it. */
  readonly name: string;
  /** @default the one device with its USB id */
  readonly port?: PortMatch;
  /** It is always the DUT's supply. */
  readonly mode?: 'source' | 'ampere';
  /** 1800 to 3300. */
  readonly supplyMv?: number;
  /** One of its rates. @default 1000, the rate of MLPerf Tiny */
  readonly rateHz?: number;
  /** `energy`: what went over each sample, integrated by the meter; `current`: at the instant. @default current */
  readonly output?: 'current' | 'energy';
  /** Whether its D7 sees the firmware's marker pin. @default false: nothing is told of that */
  readonly hasMarker?: boolean;
}

const usb = '0483:5740';
/** Of the UART behind its USB; a pseudo-terminal has none. */
const baud = 3_686_400;
/** Beyond, decimal samples are more than its line carries for longer than a second: UM2269 Rev 6, table 2. */
const fastestDecimalHz = 5000;
const fastestEnergyHz = 10_000;

/**
 * ST's X-NUCLEO-LPM01A, which supplies a DUT and measures what it draws; it tells falling edges on its D7. Throws InputError for what it cannot be set to.
 * UM2243 (board) and UM2269 (commands): https://www.st.com/en/evaluation-tools/x-nucleo-lpm01a.html
 */
export function lpm01aMeter(options: Lpm01aOptions): PowerMeter {
  const { name, port = { usb }, hasMarker = false } = options;
  const stream = streamOf(options);
  const find = () => findPort(port, name);
  return {
    name,
    find,
    async open(signal) {
      signal.throwIfAborted();
      const { path } = await find();
      return openLpm01a({ name, path, stream, hasMarker }, signal);
    },
  };
}

function streamOf({ name, mode, supplyMv, rateHz = 1000, output = 'current' }: Lpm01aOptions): Lpm01aStream {
  const fail = (what: string, fix: string): InputError => new InputError(what, name, fix);
  const { leastMv, mostMv, ratesHz } = meterAbilities.lpm01a;
  const range = supplyRange(meterAbilities.lpm01a);
  if (mode === 'ampere')
    throw fail('an LPM01A always supplies what it measures', 'write `mode: source`, or leave `mode` out');
  if (supplyMv === undefined)
    throw fail('an LPM01A has to know what to supply', `write \`supply\` in the board file: ${range}`);
  if (supplyMv < leastMv || supplyMv > mostMv)
    throw fail(`an LPM01A cannot supply ${supplyMv / 1000} V`, `it supplies ${range}: take another meter`);
  if (!ratesHz.includes(rateHz))
    throw fail(`an LPM01A takes no ${rateHz} samples a second`, `its rates in Hz are ${ratesHz.join(', ')}`);
  if (output === 'energy' && rateHz > fastestEnergyHz)
    throw fail(`an LPM01A integrates at most ${fastestEnergyHz / 1000} kHz`, 'lower `rate`');
  const format: Lpm01aFormat = rateHz > fastestDecimalHz ? 'bin_hexa' : 'ascii_dec';
  return { quantity: output, rateHz, supplyMv: Math.round(supplyMv), format, isWhole: true };
}

interface Opening {
  readonly name: string;
  readonly path: string;
  readonly stream: Lpm01aStream;
  readonly hasMarker: boolean;
}

/** How long it may take to end an acquisition: what is in its buffer comes first. */
const stopMs = 5000;
/** At disposal, for each command. */
const partingMs = 1000;
/** So long without a byte while it measures is the end of it. */
const silentMs = 2000;
const silentSamples = 3;

/** One acquisition. */
interface Run {
  readonly reader: Lpm01aReader;
  readonly queue: Queue<Reading>;
}

async function openLpm01a({ name, path, stream, hasMarker }: Opening, signal: AbortSignal): Promise<OpenMeter> {
  const newRun = (): Run => ({ reader: lpm01aReader(stream), queue: queueOf<Reading>() });
  let run = newRun();
  let state: 'idle' | 'starting' | 'measuring' | 'stopping' | 'over' = 'idle';
  let hasRun = false;
  let mayStream = false; // from before it is told to start until it has said that it ended
  let watching: NodeJS.Timeout | undefined;
  let end: unknown;
  let lastError = '';
  let isOn = false;
  let isTaken = false;
  let heardAtMs = 0;
  let closing: Promise<void> | undefined;

  const over = (error?: Error): void => {
    state = 'over';
    clearInterval(watching);
    run.queue.end(error);
  };
  const lose = (what: string, fix: string): void => {
    end ??= new TargetError(what, name, fix);
    over(end as Error);
  };
  const onItem = (item: Lpm01aItem): void => {
    heardAtMs = performance.now();
    if (item.kind === 'error') lastError = `, and said "error ${item.text}"`;
    if (state === 'starting' && item.kind === 'ack' && item.text === 'start') state = 'measuring';
    if (state !== 'measuring' && state !== 'stopping') return; // a line of an earlier acquisition
    if (item.kind === 'event' && !hasMarker) return; // an input that is open, or set up by somebody before
    for (const reading of run.reader.read(item)) run.queue.push(reading);
    if (!endOf(item)) return;
    for (const reading of run.reader.finish()) run.queue.push(reading);
    mayStream = false;
    if (state === 'stopping') {
      state = 'idle';
      run.queue.end();
    } else lose(`stopped measuring by itself${lastError}`, 'see whether this machine was too busy to take its data');
  };
  const talk = await openTalk(
    {
      format: stream.format,
      where: name,
      connect: listener => connectWire(path, { baud, where: name }, listener, signal),
    },
    {
      onItem,
      onLoss(lost) {
        end ??= lost;
        over(lost);
      },
    },
  );

  const limitMs = silentMs + (silentSamples * 1000) / stream.rateHz;
  watching = setInterval(() => {
    if (state === 'measuring' && performance.now() - heardAtMs > limitMs)
      lose(
        `has said nothing for ${(limitMs / 1000).toFixed(1)} s while it measured${lastError}`,
        'unplug it and plug it in again',
      );
  }, silentMs / 4).unref();
  const abort = (): void => {
    end ??= signal.reason;
    over();
  };
  signal.addEventListener('abort', abort);

  const part = async (): Promise<void> => {
    end ??= new TargetError('the meter is closed', name, 'open it again');
    signal.removeEventListener('abort', abort);
    over();
    if (isTaken) await partFrom(talk, { isOn, mayStream }).catch(() => {}); // a lost port has no more to say
    await talk.close();
  };
  const close = (): Promise<void> => (closing ??= part());

  try {
    const identity = await identify(talk, name);
    signal.throwIfAborted();
    await command(talk, ['htc'], name);
    isTaken = true;
    signal.throwIfAborted();
    await command(talk, setupOf(stream, hasMarker), name);
    if (end) throw end;
    return {
      facts: factsOf(identity, stream),
      stream: { ...streamFacts(stream), rateHz: stream.rateHz, supplyMv: stream.supplyMv },
      readings: { [Symbol.asyncIterator]: () => run.queue[Symbol.asyncIterator]() },
      async start() {
        if (end) throw end;
        if (state !== 'idle') return;
        if (hasRun) run = newRun();
        hasRun = true;
        state = 'starting';
        mayStream = true;
        await command(talk, ['start'], name);
      },
      async stop() {
        if (end) throw end;
        if (state === 'idle') return;
        state = 'stopping';
        const ended = talk.hear(endOf, stopMs);
        await talk.write('stop');
        if ((await ended) === undefined) lose('does not stop measuring', 'press its reset button');
        if (end) throw end;
      },
      async supply(shallBeOn) {
        if (end) throw end;
        isOn = shallBeOn;
        await command(talk, [isOn ? 'pwr on nostatus' : 'pwr off'], name);
      },
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw end === signal.reason && signal.aborted ? end : error;
  }
}

/** Order as MLPerf Tiny's runner has it; the last changes the voltage, after which it calibrates itself. */
function setupOf({ quantity, rateHz, supplyMv, format }: Lpm01aStream, hasMarker: boolean): readonly string[] {
  return [
    'acqtime inf',
    'acqmode dyn',
    'trigdelay 0',
    'trigsrc sw',
    ...(hasMarker ? ['eventsrc d7 fal'] : []),
    `output ${quantity}`,
    `format ${format}`,
    `freq ${rateHz >= 1000 ? `${rateHz / 1000}k` : rateHz}`,
    `volt ${supplyMv}m`,
  ];
}

/** Nothing streams any more. A DUT that is on stays on, which it would not for certain once the meter's own buttons rule. */
async function partFrom(
  talk: Lpm01aTalk,
  { isOn, mayStream }: { readonly isOn: boolean; readonly mayStream: boolean },
): Promise<void> {
  if (mayStream) {
    const ended = talk.hear(endOf, partingMs);
    await talk.write('stop');
    await ended;
  }
  if (!isOn) await talk.ask('hrc', partingMs);
}

function endOf({ kind }: Lpm01aItem): true | undefined {
  return kind === 'end' || kind === 'completed' ? true : undefined;
}

function factsOf({ firmware, serial }: Lpm01aIdentity, { quantity, format }: Lpm01aStream): MeterFacts {
  const decimation = format === 'bin_hexa' ? 0.2 : 0; // of base 16: UM2269 Rev 6, 4.4.2
  const supply = quantity === 'energy' ? 1 : 0; // its own voltage: UM2269 Rev 6, 4.4
  return {
    kind: 'lpm01a',
    title: 'X-NUCLEO-LPM01A',
    firmware,
    mode: 'source',
    mostMa,
    lines: [],
    accuracy: {
      percent: 2 + decimation + supply,
      offsetMa: 100e-6, // the least that it measures
      of: 'UM2243 Rev 2, 10: 2 % from 100 nA to 50 mA',
    },
    ...(serial !== undefined && { serial }),
  };
}

function streamFacts({ quantity }: Lpm01aStream): Pick<OpenMeter['stream'], 'quantity' | 'unit'> {
  return { quantity, unit: quantity === 'current' ? 'mA' : 'µJ' };
}
