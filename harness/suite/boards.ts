import { existsSync, readdirSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { icountShift } from '../icount.ts';
import type { Board } from './board.ts';
import type { BoardFile } from './board-file.generated.ts';
import { type Fault, faultsError, shownPath } from './fault.ts';
import { type FormatName, parseFormat } from './formats.ts';
import { checkBoardFile } from './schema.ts';
import { type Path, readYaml, type YamlSource } from './yaml.ts';

/**
 * The boards of every `*.yaml` in some folders, by name. A board of an earlier folder hides one of a later; a folder that does not exist has
 * none. Throws one InputError with the faults of all files; paths in it are shown from `cwd`.
 */
export function loadBoards(folders: readonly string[], cwd = process.cwd()): ReadonlyMap<string, Board> {
  const found = [...new Set(folders.map(folder => resolve(cwd, folder)))].map(folder => readFolder(folder, cwd));
  const faults = found.flatMap(each => each.faults);
  if (faults.length > 0) throw faultsError(faults, cwd);
  return new Map(found.toReversed().flatMap(({ boards }) => [...boards])); // the last entry of a name stays
}

interface Folder {
  readonly boards: ReadonlyMap<string, Board>;
  readonly faults: readonly Fault[];
}

function readFolder(folder: string, cwd: string): Folder {
  const boards = new Map<string, Board>();
  const faults: Fault[] = [];
  for (const name of yamlFiles(folder)) {
    const { source, faults: textFaults } = readYaml(join(folder, name));
    const checked = source.data === undefined ? { faults: [] } : checkBoardFile(source);
    faults.push(...textFaults, ...checked.faults);
    if (!('file' in checked)) continue;

    const board = toBoard(source.file, checked.file);
    faults.push(...qemuFaults(board, source), ...renodeFaults(board, source));
    const owner = boards.get(board.name);
    if (owner) {
      const what = `the name "${board.name}" is taken by ${shownPath(owner.file, cwd)}: rename one of the two`;
      faults.push({ place: source.place(['board']), what });
    }
    boards.set(board.name, board);
  }
  return { boards, faults };
}

/** QEMU counts instructions and nothing else, each taking a power of two of nanoseconds. */
function* qemuFaults({ target, basis, clockHz }: Board, source: YamlSource): Generator<Fault> {
  if (target.kind !== 'qemu' && target.kind !== 'esp-qemu') return;
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

function yamlFiles(folder: string): string[] {
  return existsSync(folder)
    ? readdirSync(folder)
        .filter(name => name.endsWith('.yaml'))
        .sort()
    : [];
}

function toBoard(file: string, written: BoardFile): Board {
  const {
    board,
    title,
    mcu,
    core,
    clock,
    basis,
    target,
    memory,
    firmware,
    protocol = 'tickmark',
    reset = [],
  } = written;
  const { ticks, flasher, power, supply, meter, currents = {} } = written;
  return {
    name: board,
    file,
    title,
    mcu,
    core,
    clockHz: quantity('frequency-with-unit', clock),
    basis,
    target: absolute(target, dirname(file)),
    memory: { flashBytes: quantity('size-with-unit', memory.flash), ramBytes: quantity('size-with-unit', memory.ram) },
    ...(firmware !== undefined && { firmware: resolve(dirname(file), firmware) }),
    protocol,
    ...(ticks && { ticks: { source: ticks.source, rateHz: quantity('frequency-with-unit', ticks.rate) } }),
    ...(flasher && { flasher: flasherAt(flasher, dirname(file)) }),
    reset,
    ...(power && { power }),
    ...(supply !== undefined && { supplyMv: quantity('voltage-with-unit', supply) }),
    ...(meter && { meter }),
    currents: Object.fromEntries(
      Object.entries(currents).map(([state, { current, of }]) => [
        state,
        { currentMa: quantity('current-with-unit', current), of },
      ]),
    ),
  };
}

function flasherAt(flasher: NonNullable<BoardFile['flasher']>, folder: string): NonNullable<BoardFile['flasher']> {
  if (flasher.tool !== 'esptool' || flasher.args === undefined) return flasher;
  return { ...flasher, args: resolve(folder, flasher.args) };
}

function absolute(target: BoardFile['target'], folder: string): BoardFile['target'] {
  const at = (path: string): string => resolve(folder, path);
  if (target.kind === 'esp-qemu') return { ...target, flash: at(target.flash) };
  if (target.kind !== 'renode') return target;
  const { platform, include } = target;
  return { ...target, platform: at(platform), ...(include && { include: include.map(at) as typeof include }) };
}

function quantity(format: FormatName, text: string): number {
  const parsed = parseFormat(format, text);
  if (parsed.fault !== undefined) throw new RangeError(parsed.fault); // the schema has accepted it
  return parsed.value;
}
