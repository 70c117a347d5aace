// Writes the types of the YAML files from their JSON Schemas, which are the one source of both types and checks.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compile, type JSONSchema } from 'json-schema-to-typescript';

const folder = join(import.meta.dirname, '..', 'harness', 'suite');

/** Each schema and the file that holds its types, both in harness/suite. */
export const generated = [
  { schema: 'suite.schema.json', types: 'suite-file.generated.ts' },
  { schema: 'board.schema.json', types: 'board-file.generated.ts' },
  { schema: 'columns.schema.json', types: 'columns-file.generated.ts' },
];

/** The TypeScript of one schema. */
export function typesOf(schema: string): Promise<string> {
  const content: JSONSchema = JSON.parse(readFileSync(join(folder, schema), 'utf8'), withoutSiblings);
  return compile(content, schema, {
    bannerComment: `// Generated from ${schema} by \`npm run types\`; edit the schema instead.`,
    style: { singleQuote: true, printWidth: 120 },
    format: true,
  });
}

/** A `$ref` alone: with a description of its own beside it, every use would become another numbered type. */
function withoutSiblings(_key: string, value: unknown): unknown {
  return value !== null && typeof value === 'object' && '$ref' in value ? { $ref: value.$ref } : value;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const { schema, types } of generated) writeFileSync(join(folder, types), await typesOf(schema));
}
