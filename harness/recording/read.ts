import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../errors.ts';
import type { Manifest, Recording, Sample } from './recording.ts';

/** Reads a recording back. A last line that a killed run cut short is left out; anything else unreadable throws InputError. */
export function readRecording(folder: string): Recording {
  const path = join(folder, 'manifest.json');
  if (!existsSync(path)) throw new InputError('no recording lies here', folder, 'name a run that measured this case');
  const manifest = parse(readFileSync(path, 'utf8'), path) as Manifest;
  if (manifest.tickmark !== 1)
    throw new InputError(
      `has format ${JSON.stringify(manifest.tickmark)}, this version reads 1`,
      path,
      'measure again, or use the version of Tickmark that recorded it',
    );
  return { manifest, samples: readLines<Sample>(join(folder, 'samples.jsonl')) };
}

/** One stretch of bytes on the link. `data` is base64, `ms` the host's time since the recording began. */
export interface WireLine {
  readonly ms: number;
  readonly dir: 'rx' | 'tx';
  readonly data: string;
}

/** The raw bytes of a recording in the order they passed; empty when none were kept. */
export function readWire(folder: string): readonly WireLine[] {
  return readLines<WireLine>(join(folder, 'wire.jsonl'));
}

function readLines<Line>(path: string): Line[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n');
  const cut = lines.pop();
  const whole = lines.map((line, index) => parse(line, `${path}:${index + 1}`) as Line);
  return cut ? [...whole, ...tryParse<Line>(cut)] : whole;
}

function tryParse<Value>(text: string): Value[] {
  try {
    return [JSON.parse(text) as Value];
  } catch {
    return []; // a run that was killed cuts its last line short
  }
}

function parse(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InputError('is not JSON', where, 'this recording is damaged: measure again', { cause });
  }
}
