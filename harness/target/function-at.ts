import type { Elf } from './elf.ts';

/** The function that an address of the running firmware lies in: `reference_invoke+0x12`; undefined where no symbol tells. */
export type FunctionAt = (address: number) => string | undefined;

const armMachine = 40;

/** Looks addresses up in an image's symbols. Arm's have the Thumb bit, in symbols as in return addresses. */
export function functionsOf({ machine, symbols }: Pick<Elf, 'machine' | 'symbols'>): FunctionAt {
  const plain = (address: number): number => (machine === armMachine ? (address & ~1) >>> 0 : address);
  const functions = symbols
    .filter(({ isFunction }) => isFunction)
    .map(({ name, address, sizeBytes }) => ({ name, start: plain(address), sizeBytes }))
    .sort((a, b) => a.start - b.start);

  return given => {
    const address = plain(given);
    const index = functions.findLastIndex(({ start }) => start <= address);
    const found = functions[index];
    if (!found) return undefined;
    // What is written in assembly often states no size: it goes on to the next function.
    const end = found.sizeBytes > 0 ? found.start + found.sizeBytes : functions[index + 1]?.start;
    return end === undefined || address >= end ? undefined : `${found.name}+0x${(address - found.start).toString(16)}`;
  };
}
