import type { Elf, ElfSymbol } from './elf.ts';

/** Memory an image sets aside, and the symbols that say so. */
export interface Reserve {
  readonly symbol: string;
  readonly bytes: number;
}

/**
 * The tensor arena: the largest object by one of the names that examples and generators give it, whether C, a C++ static or in an
 * anonymous namespace. Undefined when none is named so.
 */
export function arenaReserve({ symbols }: Elf): Reserve | undefined {
  const [largest] = symbols
    .filter(({ name, sizeBytes }) => sizeBytes > 0 && arenaName.test(name))
    .sort((a, b) => b.sizeBytes - a.sizeBytes);
  return largest && { symbol: plainName(largest.name), bytes: largest.sizeBytes };
}

/** The stack, by a symbol whose value is its size, or by two at its ends. Undefined when no linker script says it this way. */
export function stackReserve({ symbols }: Elf): Reserve | undefined {
  const named = new Map(symbols.map(symbol => [symbol.name, symbol]));
  const sized = stackSizes.map(name => named.get(name)).find(isSize);
  if (sized) return { symbol: sized.name, bytes: sized.address };
  for (const [bottom, top] of stackEnds) {
    const bytes = (named.get(top)?.address ?? 0) - (named.get(bottom)?.address ?? Number.POSITIVE_INFINITY);
    if (bytes > 0) return { symbol: `${bottom}…${top}`, bytes };
  }
  return undefined;
}

/** `tickmark_arena`, `g_tensor_arena`, `kTensorArena`, `_ZN12_GLOBAL__N_112tensor_arenaE`, `_ZZ5setupE12tensor_arena`, `tensor_arena.0`. */
const arenaName = /(tickmark_arena|tensor_?arena|model_arena)E?(\.\d+)?$/i;

/** STM32CubeMX, CMSIS start-up files, newlib. */
const stackSizes = ['_Min_Stack_Size', '__stack_size__', '__STACK_SIZE', '__stack_size', 'Stack_Size', '_stack_size'];

/** Tickmark, the Pico SDK (whose __StackLimit is the heap's), CMSIS, IAR, Arm's linker, and others that say it in so many words. */
const stackEnds = [
  ['__stack_bottom', '__stack_top'],
  ['__StackBottom', '__StackTop'],
  ['__StackLimit', '__StackTop'],
  ['_sstack', '_estack'],
  ['_stack_bottom', '_stack_top'],
  ['_stack_start', '_stack_end'],
  ['__stack_limit', '__stack'],
  ['CSTACK$$Base', 'CSTACK$$Limit'],
  ['Image$$ARM_LIB_STACK$$ZI$$Base', 'Image$$ARM_LIB_STACK$$ZI$$Limit'],
] as const;

const largestStackBytes = 16 << 20;

function isSize(symbol: ElfSymbol | undefined): symbol is ElfSymbol {
  return symbol !== undefined && symbol.address > 0 && symbol.address <= largestStackBytes;
}

/** The name inside a mangled one. */
function plainName(name: string): string {
  return name.startsWith('_Z') ? (/[a-z]*_?(tensor_?arena|tickmark_arena|model_arena)/i.exec(name)?.[0] ?? name) : name;
}
