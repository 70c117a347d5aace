import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';

const published = [
  'suite/suite.schema.json',
  'suite/board.schema.json',
  'suite/columns.schema.json',
  'report/results.schema.json',
];

test.each(published)('%s is valid JSON Schema 2020-12', path => {
  const schema: object = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
  const ajv = new Ajv2020();
  void ajv.validateSchema(schema); // its faults are in ajv.errors
  expect(ajv.errors ?? []).toEqual([]);
  expect(schema).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema' });
});
