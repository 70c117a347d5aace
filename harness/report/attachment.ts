/** A file shown beside a case. `extension` is without a dot. */
export interface Attachment {
  readonly name: string;
  readonly type: 'image/svg+xml' | 'text/csv' | 'text/plain' | 'application/octet-stream';
  readonly extension: 'svg' | 'csv' | 'txt' | 'save';
  readonly content: string | Uint8Array;
}

export function svg(name: string, content: string): Attachment {
  return { name, type: 'image/svg+xml', extension: 'svg', content };
}

/** A figure of no known size: as many digits as it has. */
export function exactly(value: number | null): Exact {
  return { text: value === null ? '' : String(value) };
}

interface Exact {
  readonly text: string;
}

export type Row = readonly (string | number | Exact)[];

export function csv(name: string, rows: readonly Row[]): Attachment {
  const content = `${rows.map(row => row.map(cell).join(',')).join('\n')}\n`;
  return { name, type: 'text/csv', extension: 'csv', content };
}

/** RFC 4180. A text that a spreadsheet would run as a formula gets an apostrophe first. */
function cell(value: string | number | Exact): string {
  if (typeof value === 'object') return value.text;
  if (typeof value === 'number') return String(Math.round(value * 1000) / 1000);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function plain(name: string, content: string): Attachment {
  return { name, type: 'text/plain', extension: 'txt', content };
}
