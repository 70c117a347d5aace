import { readFileSync, statSync } from 'node:fs';
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  Lexer,
  type Node,
  Parser,
  parseDocument,
  type Scalar,
  visit,
  type YAMLError,
} from 'yaml';
import type { Fault, Place } from './fault.ts';

export type Path = readonly (string | number)[];

/** A YAML file as plain data, and where each piece of it stands. */
export interface YamlSource {
  readonly file: string;
  /** Undefined when the text is no YAML at all. */
  readonly data: unknown;
  /** The value at a path, or the nearest thing around it that exists. */
  place(path: Path): Place;
  /** The key at a path. */
  keyPlace(path: Path): Place;
}

const mostBytes = 2 ** 18; // a hundred suites' worth; a megabyte of comments keeps the parser busy for seconds
const deepest = 100; // entries of the parser's stack: a level of a map takes two
const mostAliases = 100;
const problemsShown = 3; // the later ones mostly follow from the first

/** Reads a YAML 1.2 file. Faults of the text come back located; nothing is thrown for what a file may contain. */
export function readYaml(file: string): { readonly source: YamlSource; readonly faults: readonly Fault[] } {
  const read = readText(file);
  return 'fault' in read ? { source: emptySource(file), faults: [read.fault] } : parseYaml(file, read.text);
}

function parseYaml(file: string, text: string): { source: YamlSource; faults: readonly Fault[] } {
  const at = (start: number, end: number): Place => ({ file, text, at: { start, end } });
  const tooDeep = whereTooDeep(text);
  if (tooDeep !== undefined) {
    const what = 'is nested too deeply';
    return { source: emptySource(file), faults: [{ place: at(tooDeep, tooDeep + 1), what }] };
  }

  // the parser's own check of unique keys compares each with each: minutes for a megabyte of keys
  const doc = parseDocument(text, { prettyErrors: false, logLevel: 'error', uniqueKeys: false });
  const problems = [...doc.errors, ...doc.warnings].slice(0, problemsShown);
  if (problems.length > 0) {
    // after a syntax error the parser guesses, and the data is not what was meant
    const faults = problems.map(problem => ({ place: at(...problem.pos), what: sentenceOf(problem, text) }));
    return { source: emptySource(file), faults };
  }

  const faults: Fault[] = repeatedKeys(doc).map(key => ({
    place: at(...rangeOf(key)),
    what: `the key "${String(key.value)}" is there twice: keep one of them`,
  }));
  const expanded = expand(doc);
  if ('data' in expanded) return { source: sourceOf(file, text, doc, expanded.data), faults };
  faults.push({ place: at(...rangeOf(expanded.alias)), what: expanded.what });
  return { source: emptySource(file), faults };
}

function readText(file: string): { text: string } | { fault: Fault } {
  const fault = (what: string) => ({ fault: { place: { file, text: '' }, what } });
  try {
    const { size } = statSync(file);
    if (size > mostBytes) return fault(`has ${size} bytes; a suite or board file has at most ${mostBytes}`);
    const bytes = readFileSync(file);
    if (bytes.includes(0)) return fault('is a binary file, not YAML text');
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return text.trim() === '' ? fault('is empty') : { text };
  } catch (cause) {
    if (cause instanceof TypeError) return fault('is not UTF-8 text: save it as UTF-8');
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    return fault(code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`);
  }
}

/**
 * The offset at which the nesting passes `deepest`. The token parser keeps its own stack, while composing a document recurses: on a file of
 * brackets it was seen to end the process, not merely to throw.
 */
function whereTooDeep(text: string): number | undefined {
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    for (const _ of parser.next(lexeme)); // only the stack is of interest
    if (parser.stack.length > deepest) return parser.offset;
  }
  return undefined;
}

function repeatedKeys(doc: Document): Scalar[] {
  const repeated: Scalar[] = [];
  visit(doc, {
    Map(_, map) {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        if (seen.has(String(key.value))) repeated.push(key);
        seen.add(String(key.value));
      }
    },
  });
  return repeated;
}

/** Plain data, unless aliases make it endless, enormous or undefined. */
function expand(doc: Document): { data: unknown } | { what: string; alias: Alias | undefined } {
  const aliases: Alias[] = [];
  visit(doc, { Alias: (_, alias) => void aliases.push(alias) });
  const what = 'the aliases expand to too much: write the values out';
  if (aliases.length > mostAliases) return { what, alias: aliases[0] };

  const dangling = aliases.find(alias => alias.resolve(doc) === undefined);
  if (dangling) {
    return { what: `*${dangling.source} names no anchor: write &${dangling.source} before it`, alias: dangling };
  }
  try {
    const data: unknown = doc.toJS({ maxAliasCount: mostAliases });
    JSON.stringify(data); // throws on a value that contains itself
    return { data };
  } catch {
    return { what, alias: aliases[0] };
  }
}

function sourceOf(file: string, text: string, doc: Document, data: unknown): YamlSource {
  const placeOf = (node: Node | null): Place => {
    const [start, end] = rangeOf(node);
    return { file, text, at: { start, end } };
  };
  return {
    file,
    data,
    place: path => placeOf(find(doc, path).value),
    keyPlace: path => placeOf(find(doc, path).key),
  };
}

/** Follows a path through maps, lists and aliases, as far as it goes. A value of a map comes with its key; a null value is its key. */
function find(doc: Document, path: Path): { key: Node | null; value: Node | null } {
  let found: { key: Node | null; value: Node | null } = { key: doc.contents, value: doc.contents };
  for (const step of path) {
    const parent = isAlias(found.value) ? found.value.resolve(doc) : found.value;
    if (isSeq(parent) && typeof step === 'number') {
      const item = parent.items[step];
      if (isNode(item)) found = { key: item, value: item };
    } else if (isMap(parent)) {
      const { key, value } =
        parent.items.find(pair => isScalar(pair.key) && String(pair.key.value) === String(step)) ?? {};
      if (!isNode(key)) return found;
      found = { key, value: isNode(value) && isWritten(value) ? value : key };
    }
  }
  return found;
}

function emptySource(file: string): YamlSource {
  const place = { file, text: '' };
  return { file, data: undefined, place: () => place, keyPlace: () => place };
}

/** Not a null that stands for nothing at all. */
function isWritten(node: Node): boolean {
  const [start, end] = rangeOf(node);
  return start < end;
}

function rangeOf(node: Node | null | undefined): [start: number, end: number] {
  const [start, end] = node?.range ?? [0, 0];
  return [start, end];
}

function sentenceOf({ code, message, pos }: YAMLError, text: string): string {
  const word = text.slice(...pos).split('\n')[0] ?? '';
  const sentences: Partial<Record<YAMLError['code'], string>> = {
    TAB_AS_INDENT: 'a tab cannot indent YAML: use spaces',
    MULTIPLE_DOCS: 'a second document begins here: one file holds one suite or board',
    TAG_RESOLVE_FAILED: `a tag such as ${word.slice(0, 20)} has no meaning here: leave it out`,
  };
  return sentences[code] ?? `is no valid YAML: ${lowerFirst(message)}`;
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}
