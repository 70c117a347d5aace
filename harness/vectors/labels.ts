import { InputError } from '../errors.ts';
import { readNamed } from '../files.ts';
import { parseCsv } from './csv.ts';

export interface LabelFormat {
  /** The classes' names, where the task gives them. */
  readonly classes: readonly string[] | undefined;
  readonly classCount: number;
}

/**
 * The class indexes of a labels file, in order: the column `class` of a CSV with a header, each an index or a name of the task's.
 * Throws InputError with the file's line.
 */
export function readLabels(file: string, { classes, classCount }: LabelFormat): readonly number[] {
  const [header, ...rows] = parseCsv(readText(file));
  const column = header?.cells.indexOf('class') ?? -1;
  if (column < 0) {
    const found = header ? `its header is "${header.cells.join(',')}"` : 'it is empty';
    throw new InputError(
      `has no column "class": ${found}`,
      file,
      'write a header with `class`, and a class a line below it',
    );
  }
  return rows.map(({ line, cells }) => {
    const cell = cells[column] ?? '';
    const label = labelOf(cell, classes);
    if (label !== undefined && label < classCount) return label;
    const known = classes ? ` or one of ${classes.join(', ')}` : '';
    const what = cell === '' ? 'there is no class' : `"${cell}" is no class of the task`;
    throw new InputError(what, `${file}:${line}`, `write an index from 0 to ${classCount - 1}${known}`);
  });
}

/** A name before an index: classes may be named by numbers. */
function labelOf(cell: string, classes: readonly string[] | undefined): number | undefined {
  const named = classes?.indexOf(cell) ?? -1;
  if (named >= 0) return named;
  return /^\d+$/.test(cell) ? Number(cell) : undefined;
}

function readText(file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readNamed(file));
  } catch (cause) {
    if (cause instanceof TypeError) throw new InputError('is not UTF-8 text', file, 'save it as UTF-8', { cause });
    throw cause;
  }
}
