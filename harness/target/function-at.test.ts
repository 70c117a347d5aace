import { expect, test } from 'vitest';
import type { ElfSymbol } from './elf.ts';
import { functionsOf } from './function-at.ts';

const [arm, xtensa] = [40, 94];

test('names the function and how far into it an address lies, with the Thumb bit or without', () => {
  const at = functionsOf({ machine: arm, symbols: [func('invoke', 0x409, 0x20), func('prepare', 0x301, 0x20)] });
  expect([0x408, 0x41a, 0x41b, 0x301].map(at)).toEqual(['invoke+0x0', 'invoke+0x12', 'invoke+0x12', 'prepare+0x0']);
});

test('says nothing between functions, before and behind them', () => {
  const at = functionsOf({ machine: arm, symbols: [func('first', 0x101, 0x10), func('second', 0x201, 0x10)] });
  expect([0x0fe, 0x110, 0x210, 0xffff_fff8].map(at)).toEqual([undefined, undefined, undefined, undefined]);
});

test('a function without a size goes on to the next one, and the last one nowhere', () => {
  const at = functionsOf({ machine: arm, symbols: [func('reset', 0x101, 0), func('fault', 0x121, 0)] });
  expect([0x11e, 0x120].map(at)).toEqual(['reset+0x1e', undefined]);
});

test('is not misled by labels and data', () => {
  const symbols = [func('invoke', 0x401, 0x20), { ...func('$d', 0x410, 0), isFunction: false }];
  expect(functionsOf({ machine: arm, symbols })(0x412)).toBe('invoke+0x12');
});

test('takes odd addresses as they are where there is no Thumb bit', () => {
  const at = functionsOf({ machine: xtensa, symbols: [func('invoke', 0x4008_0001, 3)] });
  expect([0x4008_0000, 0x4008_0003].map(at)).toEqual([undefined, 'invoke+0x2']);
});

function func(name: string, address: number, sizeBytes: number): ElfSymbol {
  return { name, address, sizeBytes, isFunction: true };
}
