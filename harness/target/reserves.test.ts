import { expect, test } from 'vitest';
import type { Elf, ElfSymbol } from './elf.ts';
import { arenaReserve, stackReserve } from './reserves.ts';

test.each([
  ['tickmark_arena', 'tickmark_arena'],
  ['tensor_arena', 'tensor_arena'],
  ['g_tensor_arena', 'g_tensor_arena'],
  ['tensor_arena.0', 'tensor_arena.0'],
  ['_ZL12tensor_arena', 'tensor_arena'],
  ['_ZN12_GLOBAL__N_112tensor_arenaE', 'tensor_arena'],
  ['_ZZ5setupvE12tensor_arena', 'tensor_arena'],
  ['_ZN4demoL12kTensorArenaE', 'kTensorArena'],
])('finds the arena by the symbol %s', (name, symbol) => {
  expect(arenaReserve(imageWith({ name, address: 0x2000_0000, sizeBytes: 10_240 }))).toEqual({ symbol, bytes: 10_240 });
});

test.each(['_ZL16kTensorArenaSize', 'tensor_arena_used', 'arena_of_combat'])('is not misled by %s', name => {
  expect(arenaReserve(imageWith({ name, address: 0x1000_0000, sizeBytes: 4 }))).toBeUndefined();
});

test('of several arenas the largest counts, and one without a size does not', () => {
  const image = imageWith(
    { name: 'tensor_arena', address: 0, sizeBytes: 0 },
    { name: 'g_tensor_arena', address: 0, sizeBytes: 100 },
    { name: 'tickmark_arena', address: 0, sizeBytes: 200 },
  );
  expect(arenaReserve(image)).toEqual({ symbol: 'tickmark_arena', bytes: 200 });
});

test('a stack is a size written as a symbol’s value, or what lies between two symbols', () => {
  expect(stackReserve(imageWith(at('_Min_Stack_Size', 0x400), at('_estack', 0x2002_0000)))).toEqual({
    symbol: '_Min_Stack_Size',
    bytes: 1024,
  });
  expect(stackReserve(imageWith(at('__stack_bottom', 0x2004_0000), at('__stack_top', 0x2004_2000)))?.bytes).toBe(8192);
});

test('with the Pico SDK, __StackLimit is the heap’s and does not count', () => {
  const image = imageWith(
    at('__StackLimit', 0x2004_2000),
    at('__StackBottom', 0x2004_1000),
    at('__StackTop', 0x2004_2000),
  );
  expect(stackReserve(image)).toEqual({ symbol: '__StackBottom…__StackTop', bytes: 4096 });
});

test('one end alone, or ends the wrong way round, say nothing', () => {
  expect(stackReserve(imageWith(at('_estack', 0x2002_0000)))).toBeUndefined();
  expect(stackReserve(imageWith(at('__StackLimit', 8), at('__StackTop', 4)))).toBeUndefined();
});

type Place = Omit<ElfSymbol, 'isFunction'>;

function at(name: string, address: number): Place {
  return { name, address, sizeBytes: 0 };
}

function imageWith(...places: readonly Place[]): Elf {
  const symbols = places.map(place => ({ ...place, isFunction: false }));
  return { entry: 0, machine: 40, flags: 0, segments: [], sections: [], symbols, flashBytes: 0, ramBytes: 0 };
}
