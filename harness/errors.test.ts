import { expect, test } from 'vitest';
import { firstOf } from './errors.ts';

/** What `using` throws where the clean-up fails as well. */
function failTwice(): void {
  using _ = {
    [Symbol.dispose]() {
      throw new Error('cannot be closed');
    },
  };
  throw new Error('the disk is full');
}

test('a failed clean-up hides nothing of what made it necessary, however deep', () => {
  let thrown: unknown;
  try {
    using _ = {
      [Symbol.dispose]() {
        throw new Error('cannot be removed');
      },
    };
    failTwice();
  } catch (error) {
    thrown = error;
  }
  expect((thrown as Error).message).not.toContain('the disk is full');
  expect(firstOf(thrown)).toEqual(new Error('the disk is full'));
});

test('what has nothing behind it is itself', () => {
  const plain = new Error('plain');
  expect(firstOf(plain)).toBe(plain);
  expect(firstOf('text')).toBe('text');
  expect(firstOf(undefined)).toBeUndefined();
});
