import { basename, posix } from 'node:path';
import { didYouMean } from '../errors.ts';
import type { Fault } from '../suite/fault.ts';
import type { Fail } from './fail.ts';
import { familyOf, inputFiles } from './folder.ts';
import { inputExtensions, isInput } from './kinds.ts';
import { columnOf, headerError, type LabelCell, type LabelTable, readCells } from './label-table.ts';

/**
 * The files of a folder that a labels file names in its column `file`, in its order, relative to the folder. Throws one InputError with
 * every line that names a file twice, or one that is not there or no input; and `fail(…)` for files of their kind that no line names.
 */
export function labelledFiles(table: LabelTable, folder: string, fail: Fail): readonly string[] {
  const cells = columnOf(table, 'file');
  if (!cells) {
    throw headerError(
      table,
      'has no column "file": the inputs are a folder, so write which of its files each line is about',
    );
  }
  const there = inputFiles(folder, [table.file], fail);
  const files = readCells(cells, fileReader(new Set(there), basename(folder)));
  const kinds = [...new Set(files.map(file => familyOf(file, fail)))];
  if (kinds.length > 1) throw fail(`its labelled files are of several kinds: ${kinds.join(' and ')}`, 'keep one kind');
  const named = new Set(files);
  const left = there.filter(file => !named.has(file) && familyOf(file, fail) === kinds[0]);
  if (left.length > 0) throw fail(leftOver(left), 'give each a line, or take it out of the folder', ['labels']);
  return files;
}

function fileReader(there: ReadonlySet<string>, folder: string): (cell: LabelCell) => string | Fault {
  const named = new Set<string>();
  const near = nearMisses(there, folder);
  return cell => {
    const file = posix.normalize(cell.text.replaceAll('\\', '/'));
    if (cell.text === '') return cell.fault('there is no file: write which one this line is about');
    if (!isInput(file)) return cell.fault(`"${cell.text}" is no input: name a ${inputExtensions} file`);
    if (!there.has(file)) return cell.fault(`the folder has no file "${cell.text}"${near(file)}`);
    if (named.has(file)) return cell.fault(`"${cell.text}" is named twice: one line a file`);
    named.add(file);
    return file;
  };
}

/** What a wrong name may have been meant to be; of thousands in thousands of files only the first few are looked for. */
function nearMisses(there: ReadonlySet<string>, folder: string): (file: string) => string {
  const names = [...there];
  let compared = 0;
  return file => {
    const isWithFolder = file.startsWith(`${folder}/`) && there.has(file.slice(folder.length + 1));
    if (isWithFolder) return `: write it without ${folder}/, paths are relative to the folder`;
    compared += names.length;
    return compared > comparisonsLimit ? '' : `.${didYouMean(file, names)}`;
  };
}

const comparisonsLimit = 50_000;

function leftOver(files: readonly string[]): string {
  const shown = files.slice(0, 5).join(', ') + (files.length > 5 ? ', …' : '');
  return `${files.length} ${files.length === 1 ? 'file has' : 'files have'} no label: ${shown}`;
}
