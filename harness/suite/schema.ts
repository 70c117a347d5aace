import { readFileSync } from 'node:fs';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import type { BoardFile } from './board-file.generated.ts';
import type { ColumnsFile } from './columns-file.generated.ts';
import { explain } from './explain.ts';
import type { Fault } from './fault.ts';
import { formats, isFormat, parseFormat } from './formats.ts';
import type { Budgets, SuiteFile } from './suite-file.generated.ts';
import type { Path, YamlSource } from './yaml.ts';

/** A file that its schema accepts, or everything in it that the schema does not allow. */
export type Checked<File> =
  | { readonly file: File; readonly faults: readonly [] }
  | { readonly faults: readonly Fault[] };

export function checkSuiteFile(source: YamlSource): Checked<SuiteFile> {
  validateSuite ??= compile<SuiteFile>('suite.schema.json');
  return check(source, validateSuite);
}

export function checkBoardFile(source: YamlSource): Checked<BoardFile> {
  validateBoard ??= compile<BoardFile>('board.schema.json');
  return check(source, validateBoard);
}

export function checkColumnsFile(source: YamlSource): Checked<ColumnsFile> {
  return check(source, compile<ColumnsFile>('columns.schema.json'));
}

/** Budgets as a suite holds them under `budgets`, by the same rules. */
export function checkBudgets(source: YamlSource): Checked<Budgets> {
  validateBudgets ??= compile<Budgets>('suite.schema.json', 'budgets');
  return check(source, validateBudgets);
}

const errorsExplained = 200;
let validateSuite: ValidateFunction<SuiteFile> | undefined;
let validateBoard: ValidateFunction<BoardFile> | undefined;
let validateBudgets: ValidateFunction<Budgets> | undefined;

function check<File>(source: YamlSource, validate: ValidateFunction<File>): Checked<File> {
  const { data } = source;
  if (validate(data)) return { file: data, faults: [] };
  const errors = (validate.errors ?? []).slice(0, errorsExplained);
  return { faults: errors.filter(error => !isEchoed(error, errors)).map(error => faultOf(error, source)) };
}

/** Whether our own schemas are valid is for a test to say: asking the meta-schema takes 150 ms, half of a plan. */
const options = { validateSchema: false, allErrors: true, verbose: true, discriminator: true, allowUnionTypes: true };

/** A schema, or one definition in it. */
function compile<File>(schema: string, definition?: string): ValidateFunction<File> {
  const ajv = new Ajv2020(options);
  // for editors, explain() and the generated types
  for (const keyword of ['errorMessage', 'patternErrorMessage', 'defaultSnippets', 'tsType']) ajv.addKeyword(keyword);
  for (const name of Object.keys(formats).filter(isFormat)) {
    ajv.addFormat(name, { type: 'string', validate: text => parseFormat(name, text).fault === undefined });
  }
  // from dist/ as well: the package ships the schemas where they are edited
  const file = new URL(`../../harness/suite/${schema}`, import.meta.url);
  const whole: Record<string, unknown> = JSON.parse(readFileSync(file, 'utf8'));
  if (definition === undefined) return ajv.compile<File>(whole);
  return ajv.compile<File>({ $ref: `#/$defs/${definition}`, $defs: whole.$defs });
}

/** What another complaint about the same value says better. A quantity's pattern is for editors; its format explains itself. */
function isEchoed(error: ErrorObject, all: readonly ErrorObject[]): boolean {
  if (error.keyword === 'if') return true; // what follows from it is there as well
  const better: Partial<Record<string, string>> = { pattern: 'format', discriminator: 'required' };
  return all.some(other => other.keyword === better[error.keyword] && other.instancePath === error.instancePath);
}

function faultOf(error: ErrorObject, source: YamlSource): Fault {
  const path = pathOf(error, source.data);
  const { what, key } = explain(error, path);
  if (key !== undefined) return { place: source.keyPlace([...path, key]), what };
  if (error.keyword === 'required') return { place: source.keyPlace(path), what };
  return { place: source.place([...path, ...innerPath(error)]), what };
}

/** What a complaint about a whole map or list is really about. */
function innerPath({ keyword, params }: ErrorObject): Path {
  if (keyword === 'discriminator') return [String(params.tag)];
  return keyword === 'uniqueItems' ? [Math.max(Number(params.i), Number(params.j))] : [];
}

/** A JSON pointer as a path. A step of digits is an index in a list, and a key in a map: `topK` has such keys. */
function pathOf({ instancePath }: ErrorObject, data: unknown): Path {
  const path: (string | number)[] = [];
  let value = data;
  for (const escaped of instancePath.split('/').slice(1)) {
    const key = escaped.replaceAll('~1', '/').replaceAll('~0', '~');
    path.push(Array.isArray(value) ? Number(key) : key);
    value = (value as Readonly<Record<string, unknown>>)[key]; // the validator has been there
  }
  return path;
}
