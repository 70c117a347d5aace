import type { ErrorObject } from 'ajv/dist/2020.js';
import { didYouMean } from '../errors.ts';
import { isFormat, parseFormat } from './formats.ts';
import type { Path } from './yaml.ts';

type Example = string | number | readonly Example[] | { readonly [key: string]: Example };

/** The parts of a schema that say what to write. */
interface Schema {
  readonly $id?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly description?: string;
  readonly errorMessage?: string;
  readonly patternErrorMessage?: string;
  readonly defaultSnippets?: readonly { readonly body: string }[];
  readonly examples?: readonly Example[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly oneOf?: readonly { readonly $ref: string }[];
}

/** A schema's complaint as a sentence with what to write instead; `key` when it is about a key of the value rather than the value. */
export function explain(error: ErrorObject, path: Path): { readonly what: string; readonly key?: string } {
  const schema: Schema = error.parentSchema ?? {};
  const name = nameOf(path);
  const params: Readonly<Record<string, unknown>> = error.params;

  switch (error.keyword) {
    case 'additionalProperties': {
      const key = String(params.additionalProperty);
      return { key, what: `unknown key "${key}"${path.length === 0 ? '' : ` in ${name}`}${keysExpected(key, schema)}` };
    }
    case 'required':
      return { what: lacking(String(params.missingProperty), schema, path) };
    case 'dependentRequired': {
      const key = String(params.property);
      return { key, what: `the key "${key}" needs the key "${String(params.missingProperty)}" beside it` };
    }
    case 'discriminator':
      return { what: oneOf(`${name}.${String(params.tag)}`, params.tagValue, kindsOf(schema)) };
    case 'enum':
      return { what: oneOf(name, error.data, error.params.allowedValues) };
    case 'uniqueItems':
      return { what: repeatOf(name, Number(params.i), Number(params.j)) };
    case 'minimum':
      return { what: `${name} must be at least ${String(params.limit)} (got ${shown(error.data)})` };
    case 'maximum':
      return { what: `${name} must be at most ${String(params.limit)} (got ${shown(error.data)})` };
    case 'minItems':
    case 'maxItems':
    case 'maxProperties':
      return { what: `${name} ${schema.errorMessage ?? entriesExpected(error.keyword, Number(params.limit))}` };
    case 'minProperties':
      return { what: `${name} is empty: write at least one ${someOf(schema)}` };
    case 'format':
    case 'type':
      return { what: wrongValue(name, error.data, schema) };
    default:
      return { what: `${name} ${expected(schema) ?? error.message ?? 'is wrong'} (got ${shown(error.data)})` };
  }
}

/** Which of the two is found first depends on the items' type. */
function repeatOf(name: string, i: number, j: number): string {
  return `${name}[${Math.max(i, j)}] repeats ${name}[${Math.min(i, j)}]: keep one of them`;
}

function keysExpected(key: string, schema: Schema): string {
  const known = keysOf(schema);
  if (known.length > 0) return `.${didYouMean(key, known)} Known keys: ${known.join(', ')}`;
  return schema.errorMessage ? `: it ${schema.errorMessage}` : '';
}

/** The kinds of a union: its branches are definitions of their names. */
function kindsOf({ oneOf: branches = [] }: Schema): string[] {
  return branches.map(({ $ref }) => $ref.slice($ref.lastIndexOf('/') + 1));
}

function someOf(schema: Schema): string {
  const known = keysOf(schema);
  if (known.length > 0) return `of ${known.join(', ')}`;
  const [example] = schema.examples ?? [];
  return `entry, such as \`${example === undefined ? snippetOf(schema) : flow(example)}\``;
}

function entriesExpected(keyword: 'minItems' | 'maxItems' | 'maxProperties', limit: number): string {
  return `must have at ${keyword === 'minItems' ? 'least' : 'most'} ${limit === 1 ? 'one entry' : `${limit} entries`}`;
}

function nameOf(path: Path): string {
  const name = path.map(step => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
  return name === '' ? 'the file' : name.replace(/^\./, '');
}

function keysOf({ properties = {} }: Schema): string[] {
  return Object.keys(properties).filter(key => !key.startsWith('$'));
}

/** What an editor inserts, with its own proposals filled in. */
function snippetOf({ defaultSnippets: [snippet] = [] }: Schema): string {
  return snippet?.body.replace(/\$\{\d+:([^}]*)\}/g, '$1') ?? '…';
}

function lacking(key: string, schema: Schema, path: Path): string {
  const { description = '', examples: [example] = [] } = schema.properties?.[key] ?? {};
  const meaning = description && ` (${lowerFirst(description.split(/\. |\.$/)[0] ?? '')})`;
  const [exampleOfAll] = schema.examples ?? [];
  const written =
    typeof exampleOfAll === 'object' ? flow(exampleOfAll) : `${key}: ${flow(example ?? exampleOfAll ?? '…')}`;
  return `${nameOf(path)} lacks the key "${key}"${meaning}, such as \`${written}\``;
}

function oneOf(name: string, value: unknown, known: readonly string[]): string {
  const near = typeof value === 'string' ? didYouMean(value, known) : '';
  return `${name} is ${shown(value)}, expected ${known.join(' | ')}${near && `.${near}`}`;
}

/** A value of another type than the schema's, or a quantity that does not read. */
function wrongValue(name: string, value: unknown, schema: Schema): string {
  if (value === null) return `${name} is empty; it ${expected(schema) ?? 'needs a value'}`;
  if (isFormat(schema.format) && (typeof value === 'string' || typeof value === 'number')) {
    const { fault } = parseFormat(schema.format, String(value));
    if (fault !== undefined) return `${name}: ${fault}`;
  }
  return `${name} ${expected(schema) ?? 'is of the wrong type'} (got ${shown(value)})`;
}

function expected({ errorMessage, patternErrorMessage, type, properties, examples }: Schema): string | undefined {
  const said = errorMessage ?? patternErrorMessage;
  if (said) return said;
  const [first = ''] = [type ?? []].flat();
  if (first === 'object' && properties) return `must be a map with the keys ${keysOf({ properties }).join(', ')}`;
  const example = examples?.length ? `, such as ${flow(examples[0])}` : '';
  return nouns[first] && `must be ${nouns[first]}${example}`;
}

const nouns: Readonly<Partial<Record<string, string>>> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
};

function shown(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'a map';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** An example as one line of YAML. */
function flow(value: Example): string {
  if (isList(value)) return `[${value.map(flow).join(', ')}]`;
  if (typeof value === 'object') {
    return `{ ${Object.entries(value)
      .map(([key, inner]) => `${key}: ${flow(inner)}`)
      .join(', ')} }`;
  }
  return typeof value === 'string' && /^[<>=]/.test(value) ? `'${value}'` : `${value}`;
}

function isList(value: Example): value is readonly Example[] {
  return Array.isArray(value);
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}
