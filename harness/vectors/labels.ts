import { didYouMean } from '../errors.ts';
import { columnOf, headerError, type LabelTable, readCells } from './label-table.ts';

export interface ClassFormat {
  /** The classes' names, where the task gives them. */
  readonly classes: readonly string[] | undefined;
  readonly classCount: number;
}

/**
 * The class indexes in a labels file [inputs]: its column `class`, each an index or a name of the task's. Throws one InputError with every
 * cell that is neither.
 */
export function classLabels(table: LabelTable, { classes, classCount }: ClassFormat): readonly number[] {
  const cells = columnOf(table, 'class');
  if (!cells)
    throw headerError(table, 'has no column "class": write a header with `class`, and a class a line below it');
  const names = classes ? ` or one of ${listed(classes)}` : '';
  const fix = `write an index from 0 to ${classCount - 1}${names}`;
  return readCells(cells, cell => {
    const { text } = cell;
    const label = labelOf(text, classes);
    if (label !== undefined && label < classCount) return label;
    if (text === '') return cell.fault(`there is no class: ${fix}`);
    const near = /^\d+$/.test(text) ? '' : didYouMean(text, classes ?? []);
    return cell.fault(`"${text}" is no class of the task: ${fix}${near && `.${near}`}`);
  });
}

/**
 * The right outputs of a regression [inputs][elements]: the column `value`, or `value.0`, `value.1`, … for several elements. Throws one
 * InputError with every cell that is no number.
 */
export function valueLabels(table: LabelTable, elements: number): readonly (readonly number[])[] {
  const columns = valueColumns(table, elements).map(name =>
    readCells(columnOf(table, name) ?? [], cell => {
      const value = Number(cell.text);
      if (cell.text !== '' && Number.isFinite(value)) return value;
      const found = cell.text === '' ? 'there is no value' : `"${cell.text}" is no number`;
      return cell.fault(`${found}: write the output that is right, such as 21.5`);
    }),
  );
  return Array.from({ length: table.rows }, (_, row) => columns.map(column => column[row] ?? 0));
}

function valueColumns(table: LabelTable, elements: number): readonly string[] {
  const wanted = elements === 1 ? ['value'] : Array.from({ length: elements }, (_, element) => `value.${element}`);
  const found = table.header.filter(name => /^value(\.\d+)?$/.test(name));
  if (elements === 1 && found.join() === 'value.0') return found;
  if ([...found].sort().join() === [...wanted].sort().join()) return wanted;
  const outputs = elements === 1 ? 'one value' : `${elements} values`;
  const has = found.length === 0 ? 'has no column of values' : `has the columns ${listed(found)}`;
  throw headerError(table, `${has}, and the model's output is ${outputs}: name them ${listed(wanted)}`);
}

/** A name before an index: classes may be named by numbers. */
function labelOf(cell: string, classes: readonly string[] | undefined): number | undefined {
  const named = classes?.indexOf(cell) ?? -1;
  if (named >= 0) return named;
  return /^\d+$/.test(cell) ? Number(cell) : undefined;
}

function listed(names: readonly string[]): string {
  return names.length > 20 ? `${names.slice(0, 20).join(', ')}, … (${names.length})` : names.join(', ');
}
