import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Board, BoardMeter } from './board.ts';
import type { BoardFile } from './board-file.generated.ts';
import { type FormatName, parseFormat } from './formats.ts';
import type { Path, YamlSource } from './yaml.ts';

/** A checked board file in base units. A relative path is one from the file that it was written in. */
export function toBoard(written: BoardFile, source: YamlSource): Board {
  const { board, title, mcu, core, clock, basis, memory, firmware, protocol = 'tickmark', reset = [] } = written;
  const { ticks, announces, unit, flasher, power, supply, telemetry, meter, currents = {} } = written;
  const at: Locate = (path, file) => resolve(dirname(source.place(path).file), file);
  return {
    name: board,
    file: source.file,
    title,
    mcu,
    core,
    clockHz: quantity('frequency-with-unit', clock),
    basis,
    target: targetAt(written.target, at),
    memory: { flashBytes: quantity('size-with-unit', memory.flash), ramBytes: quantity('size-with-unit', memory.ram) },
    ...(firmware !== undefined && { firmware: at(['firmware'], firmware) }),
    protocol,
    ...(ticks && { ticks: { source: ticks.source, rateHz: quantity('frequency-with-unit', ticks.rate) } }),
    ...(announces !== undefined && { announces }),
    ...(unit !== undefined && { unit }),
    ...(flasher && { flasher: flasherAt(flasher, at) }),
    reset,
    ...(power && { power: powerAt(power, at) }),
    ...(supply !== undefined && { supplyMv: quantity('voltage-with-unit', supply) }),
    ...(telemetry && { telemetry: { baud: 115_200, ...telemetry } }),
    ...(meter && { meter: meterOf(meter) }),
    currents: Object.fromEntries(
      Object.entries(currents).map(([state, { current, of }]) => [
        state,
        { currentMa: quantity('current-with-unit', current), of },
      ]),
    ),
  };
}

/** The absolute path of what is written at a place of the file. */
type Locate = (path: Path, file: string) => string;

function targetAt(target: BoardFile['target'], at: Locate): BoardFile['target'] {
  if (target.kind === 'esp-qemu') return { ...target, flash: at(['target', 'flash'], target.flash) };
  if (target.kind !== 'renode') return target;
  const { platform, include } = target;
  const models = include?.map((file, index) => at(['target', 'include', index], file));
  return {
    ...target,
    platform: at(['target', 'platform'], platform),
    ...(models && { include: models as typeof include }),
  };
}

type Flasher = NonNullable<BoardFile['flasher']>;

function flasherAt(flasher: Flasher, at: Locate): Flasher {
  if (flasher.tool === 'openocd') {
    const config = flasher.config.map((file, index) => ownOrTheirs(at(['flasher', 'config', index], file), file));
    return { ...flasher, config: config as typeof flasher.config };
  }
  if (flasher.tool === 'uf2' && flasher.drive !== undefined)
    return { ...flasher, drive: at(['flasher', 'drive'], flasher.drive) };
  if (flasher.tool !== 'esptool') return flasher;
  const { args, merged } = flasher;
  return {
    ...flasher,
    ...(args !== undefined && { args: at(['flasher', 'args'], args) }),
    ...(merged !== undefined && { merged: at(['flasher', 'merged'], merged) }),
  };
}

/** A configuration of the user's, beside the board file, comes before OpenOCD's of that name. */
function ownOrTheirs(own: string, theirs: string): string {
  return existsSync(own) ? own : theirs;
}

function meterOf(written: NonNullable<BoardFile['meter']>): NonNullable<Board['meter']> {
  const {
    at,
    kind,
    port,
    mode = 'source',
    marker,
    markerActive = 'high',
    rate,
    output,
    idleAtMost,
    accuracy,
  } = written;
  if (kind === undefined) return { at };
  return {
    at,
    kind,
    ...(port && { port }),
    mode,
    ...(marker !== undefined && { marker: { line: Number(marker.slice(1)), active: markerActive } }),
    ...(rate !== undefined && { rateHz: quantity('frequency-with-unit', rate) }),
    ...(output !== undefined && { output }),
    ...(idleAtMost !== undefined && { idleAtMostMa: quantity('current-with-unit', idleAtMost) }),
    ...(accuracy && { accuracy: accuracyOf(accuracy) }),
  };
}

type Accuracy = NonNullable<NonNullable<BoardFile['meter']>['accuracy']>;

function accuracyOf({ percent, offset, of }: Accuracy): NonNullable<BoardMeter['accuracy']> {
  const offsetMa = offset === undefined ? 0 : quantity('current-with-unit', offset);
  return { percent: quantity('percent-with-unit', percent), offsetMa, of };
}

type Power = NonNullable<BoardFile['power']>;

/** A program named by a path lies beside the file; one without a slash is looked for on PATH. */
function powerAt(power: Power, at: Locate): Power {
  if (power.switch !== 'command') return power;
  const located = (key: 'off' | 'on') => {
    const [program, ...args] = power[key];
    return [program.includes('/') ? at(['power', key, 0], program) : program, ...args] as typeof power.off;
  };
  return { ...power, off: located('off'), on: located('on') };
}

function quantity(format: FormatName, text: string): number {
  const parsed = parseFormat(format, text);
  if (parsed.fault !== undefined) throw new RangeError(parsed.fault); // the schema has accepted it
  return parsed.value;
}
