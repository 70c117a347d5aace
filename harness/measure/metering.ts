import { messageOf, TargetError } from '../errors.ts';
import type { PowerSwitch } from '../flash/port.ts';
import { pause } from '../pause.ts';
import type { OpenMeter } from '../power/port.ts';
import type { TraceFacts } from '../recording/trace.ts';
import { openTraceWriter } from '../recording/trace-writer.ts';
import type { MeterGear } from './rig.ts';
import type { Job } from './session.ts';

/** A board's meter during one attempt at a case. Disposing ends the trace and gives the meter back; the DUT stays supplied. */
export interface Metering extends AsyncDisposable {
  /** The DUT's supply, where the meter is that. */
  readonly supply?: PowerSwitch;
  /** Absent where the suite asks for no current, and the meter is there to supply the board. */
  readonly tracing?: Tracing;
}

/** What a trace tells of windows' ends. */
export interface Tracing {
  /** How exactly the meter's own line tells them [µs]; absent where none sees the marker pin. */
  readonly edgeUs?: number;
  /** Tells a reader of the trace what is missing from it, and why. */
  note(text: string): void;
}

type MeteredJob = Pick<Job, 'suite' | 'rig' | 'recorder' | 'clock'>;

/**
 * Opens a board's meter, which it is supplied through, and where the suite asks for current takes the trace into the recording until it is disposed
 * of. A meter that is lost meanwhile ends its trace and nothing else; that is sampled. Rejects with TargetError when it is not to be had.
 */
export async function meteringOf(job: MeteredJob, signal: AbortSignal): Promise<Metering | undefined> {
  const { suite, rig } = job;
  const gear = rig?.gear.meter;
  if (!gear || !suite.measure.current) return suppliedBy(gear, signal);
  const meter = await openOf(gear, signal);
  const metering = await supplied(meter, () => traced(job, { gear, meter }), signal);
  if (metering.supply) delete rig?.probe; // its trace begins with the DUT's power-on, whoever had it before
  return metering;
}

/** Has a board supplied through its meter, where it has one, until it is disposed of and after. */
export async function suppliedBy(gear: MeterGear | undefined, signal: AbortSignal): Promise<Metering | undefined> {
  if (!gear) return undefined;
  const meter = await openOf(gear, signal);
  const dispose = () => meter[Symbol.asyncDispose]();
  return supplied(meter, async () => ({ ...supplyOf(meter), [Symbol.asyncDispose]: dispose }), signal);
}

/** Once it is open, its disposal ends it: what is interrupted in the middle of a power cycle still needs it. */
async function openOf({ meter }: MeterGear, signal: AbortSignal): Promise<OpenMeter> {
  const opening = new AbortController();
  const giveUp = (): void => opening.abort(signal.reason);
  signal.throwIfAborted();
  signal.addEventListener('abort', giveUp);
  try {
    return await meter.open(opening.signal);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

async function supplied(meter: OpenMeter, begin: () => Promise<Metering>, signal: AbortSignal): Promise<Metering> {
  try {
    const metering = await begin();
    await metering.supply?.on({ log: () => {} }, signal);
    return metering;
  } catch (error) {
    await meter[Symbol.asyncDispose]();
    throw error;
  }
}

const never = async (): Promise<undefined> => undefined;

/** The meter as the board's power switch. `onSwitched` hears of what it has done. */
function supplyOf(meter: OpenMeter, onSwitched: (isOn: boolean) => void = () => {}): Pick<Metering, 'supply'> {
  if (!meter.supply) return {};
  const set = async (isOn: boolean): Promise<void> => {
    await meter.supply?.(isOn);
    onSwitched(isOn);
  };
  const { title } = meter.facts;
  return { supply: { name: title, isChipOnly: true, missing: never, off: () => set(false), on: () => set(true) } };
}

/** For what the meter has sent before it stopped. */
const lastMs = 5000;

async function traced(
  { recorder, rig, clock }: MeteredJob,
  { gear, meter }: { readonly gear: MeterGear; readonly meter: OpenMeter },
): Promise<Metering> {
  const { facts, stream } = meter;
  const sample = (worked: boolean, detail: string): void =>
    recorder.sample({ kind: 'rig', boot: 0, step: 'meter', worked, ms: Math.round(recorder.nowMs()), detail });
  await meter.start();
  const writer = openTraceWriter(recorder.folder, factsOf(gear, meter, recorder.nowMs(), clock.nowIso()), () =>
    recorder.nowMs(),
  );
  sample(true, `${facts.title}${rig?.meterPort ? ` at ${rig.meterPort.path}` : ''}`);
  let isEnding = false;
  let isLost = false;

  /** Never throws: nobody waits for the pump while a session goes on, and a disk that is full ends that too. */
  const lose = (why: string): void => {
    if (isLost) return;
    isLost = true;
    try {
      writer.take({ kind: 'note', text: `the meter was lost: ${why}` });
      sample(false, why);
    } catch {
      // Whoever writes next hears of it.
    }
  };
  const pump = async (): Promise<void> => {
    try {
      for await (const reading of meter.readings) writer.take(reading);
      if (!isEnding) lose('it stopped by itself');
    } catch (error) {
      lose(lineOf(error));
    }
  };
  const pumped = pump();
  const end = async (): Promise<void> => {
    isEnding = true;
    const late = new AbortController();
    const stopped = meter.stop().then(() => pumped);
    const isTooLate = pause(lastMs, late.signal).then(
      () => lose(`it did not stop within ${lastMs / 1000} s`),
      () => {},
    );
    await Promise.race([stopped.catch((error: unknown) => lose(lineOf(error))), isTooLate]);
    late.abort();
  };
  return {
    ...supplyOf(meter, isOn => isLost || writer.supply(isOn)),
    tracing: {
      ...(facts.lines.some(line => line === gear.marker) && { edgeUs: (edgeSamples * 1e6) / stream.rateHz }),
      note: text => isLost || writer.take({ kind: 'note', text }),
    },
    async [Symbol.asyncDispose]() {
      using _writer = writer;
      await using _meter = meter;
      await end();
    },
  };
}

/** An edge lies somewhere between two samples, and the supply's current follows it within another. */
const edgeSamples = 2;

function factsOf(
  { supplyMv: known, marker }: MeterGear,
  { facts, stream }: OpenMeter,
  startMs: number,
  startedAt: string,
): TraceFacts {
  const { quantity, unit, rateHz, supplyMv = known } = stream;
  return {
    tickmark: 1,
    quantity,
    unit,
    rateHz,
    startMs,
    startedAt,
    meter: facts,
    ...(supplyMv !== undefined && { supplyMv }),
    ...(marker !== undefined && { marker }),
  };
}

/** One line of a trace's events, or a reason in a verdict. */
function lineOf(error: unknown): string {
  return (error instanceof TargetError ? error.what : messageOf(error)).replaceAll(/\s*\n\s*/g, ' ');
}
