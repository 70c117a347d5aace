import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../errors.ts';
import type { Manifest, Recording, Sample } from './recording.ts';

export function noRecording(folder: string): InputError {
  return new InputError('no recording lies here', folder, 'name a run that measured this case');
}

/** Reads a recording back. A last line that a killed run cut short is left out; anything else unreadable throws InputError. */
export function readRecording(folder: string): Recording {
  const path = join(folder, 'manifest.json');
  if (!existsSync(path)) throw noRecording(folder);
  const manifest = parse(readFileSync(path, 'utf8'), path) as Manifest | null; // written whole by this program
  if (manifest?.tickmark !== 1)
    throw new InputError(
      `has format ${JSON.stringify(manifest?.tickmark)}, this version reads 1`,
      path,
      'measure again, or use the version of Tickmark that recorded it',
    );
  return { manifest, samples: readLines(join(folder, 'samples.jsonl'), isSample) };
}

/** One stretch of bytes on the link. `data` is base64, `ms` the host's time since the recording began. */
export interface WireLine {
  readonly ms: number;
  readonly dir: 'rx' | 'tx';
  readonly data: string;
  /** Of which fault on demand; absent in the measurement. */
  readonly trial?: number;
}

/** The raw bytes of a recording in the order they passed; empty when none were kept. */
export function readWire(folder: string): readonly WireLine[] {
  return readLines(join(folder, 'wire.jsonl'), isWireLine);
}

/** The lines of a file; a run that was killed cuts its last one short, which is then left out. */
function readLines<Line>(path: string, isLine: (value: unknown) => value is Line): Line[] {
  if (!existsSync(path)) return [];
  const whole = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return whole.map((text, index) => {
    const where = `${path}:${index + 1}`;
    const line = parse(text, where);
    if (isLine(line)) return line;
    throw new InputError('is no line of a recording', where, 'this recording is damaged: measure again');
  });
}

const fieldTypes: Record<Sample['kind'], Record<string, 'number' | 'string' | 'object' | 'boolean'>> = {
  inference: { boot: 'number', vector: 'number', output: 'string' },
  scaling: { boot: 'number', runs: 'number', ticks: 'number', doubledTicks: 'number' },
  operators: { boot: 'number', vector: 'number', ticks: 'object' },
  memory: { boot: 'number', arenaBytes: 'number', stackBytes: 'number' },
  link: {
    boot: 'number',
    requests: 'number',
    repeats: 'number',
    damagedFrames: 'number',
    lostFrames: 'number',
    leastDataBytes: 'number',
  },
  rig: { boot: 'number', step: 'string', worked: 'boolean', ms: 'number', detail: 'string' },
  mark: {
    boot: 'number',
    purpose: 'string',
    vector: 'number',
    runs: 'number',
    sentMs: 'number',
    heardMs: 'number',
  },
  uplink: { boot: 'number', inputs: 'number', bytes: 'number', messages: 'number' },
  printed: { boot: 'number', vector: 'number', results: 'object' },
  window: {
    boot: 'number',
    purpose: 'string',
    vector: 'number',
    iterations: 'number',
    warmups: 'number',
    lap0Us: 'number',
    lap1Us: 'number',
    hostUs: 'number',
    results: 'object',
  },
  'trial-inference': { trial: 'number', vector: 'number', output: 'string' },
  trial: {
    trial: 'number',
    injection: 'object',
    vectors: 'number',
    injected: 'number',
    signs: 'object',
    end: 'object',
    durationMs: 'number',
  },
  metric: { boot: 'number', name: 'string', value: 'number', unit: 'string', line: 'number' },
  'metric-rest': {
    boot: 'number',
    name: 'string',
    unit: 'string',
    count: 'number',
    min: 'number',
    max: 'number',
    sum: 'number',
    last: 'number',
  },
  profile: { boot: 'number', operators: 'object', line: 'number' },
  scores: { boot: 'number', scores: 'object', line: 'number' },
  fact: { boot: 'number', name: 'string', text: 'string', line: 'number' },
  alarm: { boot: 'number', alarm: 'string', pattern: 'string', text: 'string', line: 'number' },
  crash: { boot: 'number', what: 'string', lines: 'number', line: 'number' },
  log: { boot: 'number', lines: 'number', bytes: 'number', unprintable: 'number', leftOut: 'number' },
};

function isSample(value: unknown): value is Sample {
  const kind = isRecord(value) ? value.kind : undefined;
  const fields = typeof kind === 'string' ? Object.entries(fieldTypes).find(([name]) => name === kind)?.[1] : undefined;
  return fields !== undefined && hasFields(value, fields) && hasReserves(value) && hasTicks(value);
}

/** Older recordings have none. */
function hasReserves(sample: unknown): boolean {
  const { arenaReservedBytes = 0, stackReservedBytes = 0 } = sample as Record<string, unknown>;
  return typeof arenaReservedBytes === 'number' && typeof stackReservedBytes === 'number';
}

/** An inference that was not timed has none; what must have them says so above. */
function hasTicks(sample: unknown): boolean {
  const { kind, ticks = 0 } = sample as Record<string, unknown>;
  return kind !== 'inference' || typeof ticks === 'number';
}

function isWireLine(value: unknown): value is WireLine {
  return hasFields(value, { ms: 'number', dir: 'string', data: 'string' });
}

function hasFields(value: unknown, fields: Record<string, string>): boolean {
  return (
    isRecord(value) &&
    Object.entries(fields).every(([name, type]) => value[name] !== null && typeof value[name] === type)
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function parse(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InputError('is not JSON', where, 'this recording is damaged: measure again', { cause });
  }
}
