import { expect, test } from 'vitest';
import { nothingToWrite } from './nothing-to-write.ts';

test('a search that ended early does not say that there is no model', () => {
  const found = { models: [], images: [], unreadable: [], isWhole: false };
  const { what } = nothingToWrite(found, [], '/repository');
  expect(what).toBe(
    'holds no model to test: no .tflite was found before the search ended: it has too many files, and no linked firmware',
  );
});
