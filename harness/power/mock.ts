import { TargetError } from '../errors.ts';
import { pause } from '../pause.ts';
import { queueOf } from '../queue.ts';
import type { MeterFacts, Reading } from '../recording/trace.ts';
import type { FoundPort } from '../target/port.ts';
import type { OpenMeter, PowerMeter } from './port.ts';

export interface MockMeterOptions {
  /** @default 'mock' */
  readonly name?: string;
  /** @default 1000 */
  readonly rateHz?: number;
  /** What is drawn so many seconds after its start. @default 1 mA */
  readonly currentMa?: (second: number) => number;
  /** Of its digital inputs then, bit 0 first. @default all are low */
  readonly levels?: (second: number) => number;
  /** Whether it is the DUT's supply. @default false */
  readonly supplies?: boolean;
  readonly onSupply?: (isOn: boolean) => void;
  /** It is lost so many seconds after its start. @default never */
  readonly lostAfter?: number;
  readonly port?: FoundPort;
  /** @default at once */
  readonly opensInMs?: number;
}

/** Samples are handed over so often, as a meter's USB does. */
const handoverMs = 10;

/** A meter in memory with declared currents: sessions are tested exactly with it. */
export function mockMeter(options: MockMeterOptions = {}): PowerMeter {
  const { name = 'mock', port = { id: `mock-${name}`, path: `/dev/${name}` } } = options;
  return {
    name,
    find: async () => port,
    async open(signal) {
      if (options.opensInMs === undefined) signal.throwIfAborted();
      else await pause(options.opensInMs, signal);
      return openMock({ ...options, name }, signal);
    },
  };
}

function openMock(options: MockMeterOptions & { readonly name: string }, signal: AbortSignal): OpenMeter {
  const { name, rateHz = 1000, supplies = false, onSupply = () => {}, lostAfter } = options;
  let queue = queueOf<Reading>();
  let hasRun = false;
  let timer: NodeJS.Timeout | undefined;
  let startMs = 0;
  let samples = 0;
  let closed: unknown;

  const halt = (): void => {
    clearInterval(timer);
    timer = undefined;
  };
  const close = (reason: unknown, lost?: Error): void => {
    closed ??= reason;
    halt();
    queue.end(lost);
    signal.removeEventListener('abort', abort);
  };
  const abort = (): void => close(signal.reason);
  const handOver = (): void => {
    const seconds = (performance.now() - startMs) / 1000;
    const due = Math.floor(Math.min(seconds, lostAfter ?? seconds) * rateHz) - samples;
    if (due > 0) queue.push(stretch(options, { from: samples, count: due, rateHz }));
    samples += due;
    if (lostAfter === undefined || seconds < lostAfter) return;
    const lost = new TargetError('was unplugged', name, 'plug it in again');
    close(lost, lost);
  };
  const expectOpen = (): void => {
    if (closed) throw closed;
  };
  signal.addEventListener('abort', abort);
  return {
    facts: factsOf(name, options),
    stream: { quantity: 'current', unit: 'mA', rateHz, supplyMv: 3300 },
    readings: { [Symbol.asyncIterator]: () => queue[Symbol.asyncIterator]() },
    async start() {
      expectOpen();
      if (timer) return;
      if (hasRun) queue = queueOf<Reading>();
      hasRun = true;
      samples = 0;
      startMs = performance.now();
      timer = setInterval(handOver, handoverMs);
    },
    async stop() {
      if (!timer) return;
      handOver();
      halt();
      queue.end();
    },
    ...(supplies && {
      async supply(isOn: boolean) {
        expectOpen();
        onSupply(isOn);
      },
    }),
    async [Symbol.asyncDispose]() {
      close(new TargetError('the meter is closed', name, 'open it again'));
    },
  };
}

function factsOf(name: string, { supplies }: MockMeterOptions): MeterFacts {
  return {
    kind: 'mock',
    title: name,
    mode: supplies ? 'source' : 'ampere',
    accuracy: { percent: 1, offsetMa: 0, of: 'declared' },
    mostMa: 1000,
    lines: ['D0', 'D1', 'D2', 'D3', 'D4', 'D5', 'D6', 'D7'],
  };
}

interface Stretch {
  readonly from: number;
  readonly count: number;
  readonly rateHz: number;
}

function stretch({ currentMa = () => 1, levels }: MockMeterOptions, { from, count, rateHz }: Stretch): Reading {
  const second = (_: unknown, index: number): number => (from + index) / rateHz;
  const seconds = Float64Array.from({ length: count }, second);
  return {
    kind: 'samples',
    values: Float32Array.from(seconds, currentMa),
    ...(levels && { levels: Uint8Array.from(seconds, levels) }),
  };
}
