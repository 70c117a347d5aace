/** The formats that a person may name; what a file is, is told by its content else. */
export const powerFormats = [
  'ppk2',
  'ppk2-csv',
  'jls',
  'joulescope-csv',
  'otii-csv',
  'lpm01a',
  'lpm01a-csv',
  'eembc',
  'csv',
] as const;
export type PowerFormat = (typeof powerFormats)[number];
