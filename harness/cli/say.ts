import { harmless } from '../report/paint.ts';

/** A line for the person on standard output; names from files in it cannot reach the terminal's controls. */
export function say(line: string): void {
  sayAsIs(harmless(line));
}

/** One object for a script, with the version of its form. */
export function sayJson(content: object): void {
  sayAsIs(toJson({ tickmark: 1, ...content }));
}

/** A line with controls that are meant: colours, tabs. */
export function sayAsIs(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Indented, and no more controls in it than line breaks: JSON itself lets DEL and the C1 controls pass. */
export function toJson(content: object): string {
  return JSON.stringify(content, null, 2).replace(
    /[\u007f-\u009f]/g,
    control => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Columns aligned on their widest cell; numbers to the right. */
export function table(rows: readonly (readonly (string | number)[])[]): string {
  const widths = rows.reduce<number[]>(
    (known, row) => row.map((cell, column) => Math.max(known[column] ?? 0, String(cell).length)),
    [],
  );
  return rows
    .map(row =>
      row
        .map((cell, column) => pad(cell, widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function pad(cell: string | number, width: number): string {
  return typeof cell === 'number' ? String(cell).padStart(width) : cell.padEnd(width);
}
