// Generated from columns.schema.json by `npm run types`; edit the schema instead.

/**
 * A column by its name, or by its number from 1.
 */
export type Name = string | number;

/**
 * What the columns of a CSV of measurements are, for `tickmark import power --columns`.
 */
export interface ColumnsFile {
  /**
   * For editors: where this schema is.
   */
  $schema?: string;
  time?: Column;
  current?: Column;
  energy?: Column;
  power?: Column;
  voltage?: Column;
  /**
   * Digital inputs: a column each (0 or 1), D0 first, or one column with all eight levels as 01100000, D0 first.
   */
  lines?:
    | [Name]
    | [Name, Name]
    | [Name, Name, Name]
    | [Name, Name, Name, Name]
    | [Name, Name, Name, Name, Name]
    | [Name, Name, Name, Name, Name, Name]
    | [Name, Name, Name, Name, Name, Name, Name]
    | [Name, Name, Name, Name, Name, Name, Name, Name]
    | Name;
  /**
   * Samples a second; the times are then not read.
   */
  rate?: string;
  /**
   * Between columns; found by itself where it is left out.
   */
  delimiter?: ',' | ';' | '\t' | '|' | ' ';
  /**
   * Between whole part and fraction; found by itself where it is left out.
   */
  decimal?: '.' | ',';
  /**
   * Lines before the first sample; found by itself where it is left out.
   */
  header?: number;
}
export interface Column {
  column: Name;
  unit?: string;
}
