import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Board } from './board.ts';
import { boardFaults } from './board-faults.ts';
import { type Fault, faultsError, shownPath } from './fault.ts';
import { localBoardsFile, localize } from './local-boards.ts';
import { checkBoardFile } from './schema.ts';
import { toBoard } from './to-board.ts';
import { readYaml, type YamlSource } from './yaml.ts';

/**
 * The boards of every `*.yaml` in some folders, by name, with what `boards.local.yaml` in `cwd` adds. A board of an earlier folder hides one of
 * a later; a folder that does not exist has none. Throws one InputError with the faults of all files; paths in it are shown from `cwd`.
 */
export function loadBoards(folders: readonly string[], cwd = process.cwd()): ReadonlyMap<string, Board> {
  const read = [...new Set(folders.map(folder => resolve(cwd, folder)))].map(folder => readFolder(folder));
  const all = withoutHidden(read.map(({ sources }) => sources));
  const local = localize(all.visible, join(cwd, localBoardsFile));
  const found = [...all.hidden, local.sources, local.units].map(sources => parse(sources, cwd));
  const faults = [...read, local, ...found].flatMap(each => each.faults);
  if (faults.length > 0) throw faultsError(faults, cwd);
  return new Map(found.flatMap(({ boards }) => boards.map(board => [board.name, board])));
}

interface Folder {
  readonly sources: readonly YamlSource[];
  readonly faults: readonly Fault[];
}

function readFolder(folder: string): Folder {
  const read = yamlFiles(folder).map(name => readYaml(join(folder, name)));
  return {
    sources: read.map(({ source }) => source).filter(({ data }) => data !== undefined),
    faults: read.flatMap(({ faults }) => faults),
  };
}

/** Files whose board an earlier folder has as well, by folder, and all others. */
function withoutHidden(folders: readonly (readonly YamlSource[])[]) {
  const taken = new Set<unknown>();
  const visible: YamlSource[] = [];
  const hidden = folders.map(sources => {
    const isHidden = sources.map(source => taken.has(writtenName(source)));
    for (const source of sources) taken.add(writtenName(source));
    visible.push(...sources.filter((_, index) => !isHidden[index]));
    return sources.filter((_, index) => isHidden[index]);
  });
  return { visible, hidden };
}

function writtenName({ data }: YamlSource): unknown {
  return typeof data === 'object' && data !== null && 'board' in data ? data.board : Symbol('nameless');
}

/** Files that are seen at once: two of one name are a fault. */
function parse(
  sources: readonly YamlSource[],
  cwd: string,
): { readonly boards: readonly Board[]; readonly faults: readonly Fault[] } {
  const boards = new Map<string, Board>();
  const faults: Fault[] = [];
  for (const source of sources) {
    const checked = checkBoardFile(source);
    faults.push(...checked.faults);
    if (!('file' in checked)) continue;

    const board = toBoard(checked.file, source);
    faults.push(...boardFaults(board, source));
    const owner = boards.get(board.name);
    if (owner) {
      const what = `the name "${board.name}" is taken by ${shownPath(owner.file, cwd)}: rename one of the two`;
      faults.push({ place: source.place(['board']), what });
    }
    boards.set(board.name, board);
  }
  return { boards: [...boards.values()], faults };
}

function yamlFiles(folder: string): string[] {
  return existsSync(folder)
    ? readdirSync(folder)
        .filter(name => name.endsWith('.yaml'))
        .sort()
    : [];
}
