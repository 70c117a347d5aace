import { existsSync } from 'node:fs';
import { extname } from 'node:path';
import { icountShift } from '../icount.ts';
import { formatQuantity } from '../units.ts';
import type { Board, BoardMeter, SerialPlace } from './board.ts';
import type { Fault } from './fault.ts';
import { meterAbilities, supplyRange } from './meter-abilities.ts';
import { resettingTools } from './rungs.ts';
import type { Path, YamlSource } from './yaml.ts';

/** What the schema cannot say of a board: how its parts go together, and whether its files are there. */
export function* boardFaults(board: Board, source: YamlSource): Generator<Fault> {
  const { target } = board;
  if (target.kind === 'qemu' || target.kind === 'esp-qemu') yield* qemuFaults(board, source);
  if (target.kind === 'renode') yield* renodeFaults(board, source);
  if (target.kind === 'serial') yield* serialFaults(board, target, source);
  else yield* emulatorFaults(board, source);
}

/** QEMU counts instructions and nothing else, each taking a power of two of nanoseconds. */
function* qemuFaults({ basis, clockHz }: Board, source: YamlSource): Generator<Fault> {
  if (basis !== 'instructions')
    yield { place: source.place(['basis']), what: `QEMU counts instructions, not ${basis}: write "instructions"` };
  if (icountShift(clockHz) === undefined)
    yield {
      place: source.place(['clock']),
      what: 'QEMU counts at 1 GHz divided by a power of two, 1024 at most: write "15.625 MHz"',
    };
}

/** Renode counts instructions, in whole millions a second, on a platform that others have described. */
function* renodeFaults({ target, basis, clockHz }: Board, source: YamlSource): Generator<Fault> {
  if (target.kind !== 'renode') return;
  if (basis !== 'instructions')
    yield { place: source.place(['basis']), what: `Renode counts instructions, not ${basis}: write "instructions"` };
  if (clockHz % 1e6 !== 0)
    yield {
      place: source.place(['clock']),
      what: `Renode executes a whole number of million instructions a second: write "${Math.max(1, Math.round(clockHz / 1e6))} MHz"`,
    };
  yield* fileFaults(target.platform, '.repl', source, ['target', 'platform']);
  for (const [index, file] of (target.include ?? []).entries())
    yield* fileFaults(file, '.cs', source, ['target', 'include', index]);
}

function* fileFaults(file: string, extension: string, source: YamlSource, path: Path): Generator<Fault> {
  const place = source.place(path);
  const name = path.filter(part => typeof part === 'string').join('.');
  if (extname(file) !== extension) yield { place, what: `${name} is no ${extension} file: Renode goes by the ending` };
  else if (!existsSync(file)) yield { place, what: `${name}: there is no file ${file}; write its path from this file` };
}

/** An emulator is started afresh: what brings a real board round, and what names its figures, is not for it. */
function* emulatorFaults({ target, basis }: Board, source: YamlSource): Generator<Fault> {
  if (basis === 'silicon')
    yield { place: source.place(['basis']), what: `${target.kind} emulates: its ticks are none of silicon` };
  for (const key of ['flasher', 'reset', 'power', 'telemetry', 'meter'])
    if (isWritten(source, key))
      yield {
        place: source.keyPlace([key]),
        what: `${key} is for a board with \`target: { kind: serial }\`: leave it out`,
      };
}

function* serialFaults(board: Board, target: SerialPlace, source: YamlSource): Generator<Fault> {
  if (board.basis !== 'silicon')
    yield {
      place: source.place(['basis']),
      what: `a real board counts on silicon, not ${board.basis}: write "silicon"`,
    };
  yield* portFaults(target, source);
  yield* throughFaults(board, target, source);
  yield* meterFaults(board, source);
  yield* ladderFaults(board, target, source);
  const { flasher } = board;
  if (flasher?.tool === 'esptool' && flasher.args !== undefined && flasher.merged !== undefined)
    yield {
      place: source.keyPlace(['flasher', 'merged']),
      what: 'flasher.merged is in place of flasher.args: keep one of them',
    };
}

function* portFaults({ port, lines, native = false }: SerialPlace, source: YamlSource): Generator<Fault> {
  const others = Object.keys(port).filter(key => key !== 'url');
  if (port.url !== undefined && others.length > 0)
    yield {
      place: source.keyPlace(['target', 'port', 'url']),
      what: `target.port.url says all of a port over the network: leave ${others.join(', ')} out`,
    };
  if (lines === 'esp32-usb-jtag' && !native)
    yield {
      place: source.place(['target', 'lines']),
      what: 'target.lines is of the chip’s own USB port, which vanishes with it: write "native: true" beside it',
    };
}

function* throughFaults({ protocol }: Board, { through }: SerialPlace, source: YamlSource): Generator<Fault> {
  if (!through || protocol === 'mlperf-tiny') return;
  const what = `target.through.board passes on the text of MLPerf Tiny, not ${protocol}: write "protocol: mlperf-tiny"`;
  yield { place: source.place(['target', 'through', 'board']), what };
}

/** An LPM01A tells falling edges of one input: the two that MLPerf Tiny's firmware has, not the ends of a pulse. */
function* meterFaults(board: Board, source: YamlSource): Generator<Fault> {
  const { meter, protocol } = board;
  if (!meter?.kind) return;
  const fault = (key: string, what: string): Fault => ({
    place: source.place(['meter', key]),
    what: `meter.${key} ${what}`,
  });
  const { kind, marker, output, mode = 'source', rateHz } = meter;
  const { modes, ratesHz } = meterAbilities[kind];
  if (!modes.includes(mode))
    yield fault('mode', `of ${meterNames[kind]} is ${modes.join(' | ')}: it supplies what it measures`);
  else if (mode === 'source') yield* supplyFaults(board, kind, source);
  if (rateHz !== undefined && !ratesHz.includes(rateHz))
    yield fault('rate', `of ${meterNames[kind]} is ${ratesHz.map(rate => formatQuantity(rate, 'Hz')).join(' | ')}`);
  if (kind === 'ppk2' && output !== undefined) yield fault('output', 'is of an lpm01a: leave it out');
  if (kind !== 'lpm01a' || !marker) return;
  if (marker.line !== 7) yield fault('marker', 'of an lpm01a is D7, its only input: write "D7"');
  else if (protocol !== 'mlperf-tiny')
    yield fault(
      'marker',
      'of an lpm01a shows falling edges only, which mark no window: leave it out, and they are placed by the serial line',
    );
}

/** What the meter could not supply, a run would find out only with the board on its desk. */
function* supplyFaults({ supplyMv }: Board, kind: BoardMeter['kind'], source: YamlSource): Generator<Fault> {
  const { leastMv, mostMv } = meterAbilities[kind];
  const range = supplyRange(meterAbilities[kind]);
  if (supplyMv === undefined)
    yield {
      place: source.keyPlace(['meter']),
      what: `meter is what supplies the chip, and nothing says with how much: write "supply: 3.3 V" (${range})`,
    };
  else if (supplyMv < leastMv || supplyMv > mostMv)
    yield { place: source.place(['supply']), what: `supply: ${meterNames[kind]} supplies ${range}` };
}

const meterNames = { ppk2: 'a ppk2', lpm01a: 'an lpm01a' } as const;

/** A rung that nothing stands behind would only be found missing when a board hangs at night. */
function* ladderFaults({ reset, flasher, power }: Board, { lines = 'none' }: SerialPlace, source: YamlSource) {
  const needs = {
    soft: undefined,
    lines: lines === 'none' ? 'say what DTR and RTS do, as `lines: esp32` in target' : undefined,
    probe: probeNeeds(flasher?.tool),
    power: power === undefined ? 'describe its switch: `power: { switch: uhubctl, hub: 1-1, port: 3 }`' : undefined,
  };
  for (const [index, rung] of reset.entries()) {
    const need = needs[rung];
    if (need === undefined) continue;
    yield {
      place: source.place(['reset', index]),
      what: `reset.${rung} has nothing to do it with: ${need}, or leave it out`,
    };
  }
}

function probeNeeds(tool: string | undefined): string | undefined {
  if (tool === undefined) return 'describe the flasher, whose probe it is';
  return resettingTools.includes(tool) ? undefined : `${tool} cannot reset a board; ${resettingTools.join(', ')} can`;
}

function isWritten({ data }: YamlSource, key: string): boolean {
  return typeof data === 'object' && data !== null && Object.hasOwn(data, key);
}
