import type { RP2040 } from 'rp2040js';
import { translate } from './translate.ts';

/** Runs hot code of a core as JavaScript. */
export interface Translator {
  /**
   * Executes whole traces from the PC on while they fit into `room` instructions and end before `roomCycles` cycles are over.
   * Returns how many instructions that were; 0 when the interpreter has to execute the next one. `isTarget` says that the PC was
   * reached by a branch: places where code begins are what is counted, and translated once they are hot.
   */
  run(room: number, roomCycles: number, isTarget: boolean): number;
  /** To be called when memory was written past the core. */
  forget(address: number, length: number): void;
}

export interface CodeRanges {
  /** Bytes of flash and of SRAM, from their start on, that may hold code. */
  readonly flashBytes: number;
  readonly sramBytes: number;
}

interface Block {
  readonly count: number;
  readonly cycles: number;
  readonly run: (room: number, roomCycles: number) => number;
}

const flashBase = 0x1000_0000;
const sramBase = 0x2000_0000;
const hotAfter = 24;

/**
 * A translator for `mcu`: no instruction is executed that can change an interrupt, reach a peripheral, or be seen by anyone else,
 * so that at its ends the core is in the state in which rp2040js would have left it, to the cycle.
 */
export function translatorFor(mcu: RP2040, code: CodeRanges): Translator {
  const { core } = mcu;
  const flashSlots = code.flashBytes >>> 1;
  const slots = flashSlots + (code.sramBytes >>> 1);
  const heat = new Uint8Array(slots);
  const isTranslated = new Uint8Array(slots);
  const blocks: (Block | 'interpret' | undefined)[] = Array.from({ length: slots });
  const views = [core, core.registers, ...viewsOf(mcu.sram), ...viewsOf(mcu.flash)];
  const map = {
    sramBase,
    sramBytes: mcu.sram.length,
    flashBase,
    flashBytes: mcu.flash.length,
    storeBase: sramBase + code.sramBytes,
  };
  watchStores();
  return { run, forget };

  function run(room: number, roomCycles: number, isTarget: boolean): number {
    const endCycle = core.cycles + roomCycles;
    let executed = 0;
    let isHead = isTarget;
    while (true) {
      const block = blockAt(core.registers[15] ?? 0, isHead);
      if (!block || block.count > room - executed) return executed;
      const left = endCycle - core.cycles;
      if (block.cycles >= left) return executed;
      const count = block.run(room - executed, left);
      if (count === 0) return executed;
      executed += count;
      isHead = true;
    }
  }

  function blockAt(pc: number, isHead: boolean): Block | undefined {
    const slot = slotOf(pc);
    if (slot === undefined) return undefined;
    const block = blocks[slot];
    if (block === 'interpret') return undefined;
    if (block || !isHead || (heat[slot] = (heat[slot] ?? 0) + 1) < hotAfter) return block;
    const compiled = compile(pc & ~1);
    blocks[slot] = compiled ?? 'interpret';
    return compiled;
  }

  function compile(pc: number): Block | undefined {
    const translation = translate(pc, map, address =>
      slotOf(address) === undefined ? undefined : mcu.readUint16(address),
    );
    if (!translation) return undefined;
    for (const address of translation.addresses) isTranslated[slotOf(address) ?? 0] = 1;
    const body = `return function trace(room, roomCycles) {\n${translation.source}\n}`;
    // oxlint-disable-next-line typescript/no-implied-eval -- the text is ours: numbers and register names, nothing of the image
    const make = new Function('core', 'R', 'S8', 'S16', 'S32', 'F8', 'F16', 'F32', body);
    return { count: translation.count, cycles: translation.cycles, run: make(...views) as Block['run'] };
  }

  function slotOf(address: number): number | undefined {
    const inFlash = (address - flashBase) >>> 0;
    if (inFlash < code.flashBytes) return inFlash >>> 1;
    const inSram = (address - sramBase) >>> 0;
    return inSram < code.sramBytes ? flashSlots + (inSram >>> 1) : undefined;
  }

  function forget(address: number, length: number): void {
    for (let offset = 0; offset < length; offset++) {
      const slot = slotOf(address + offset);
      if (slot === undefined || !isTranslated[slot]) continue;
      blocks.fill(undefined);
      isTranslated.fill(0);
      heat.fill(0);
      return;
    }
  }

  /** Traces never store where code may be: such stores come through here, and so does DMA. */
  function watchStores(): void {
    const bytesOf = { writeUint8: 1, writeUint16: 2, writeUint32: 4 } as const;
    for (const name of ['writeUint8', 'writeUint16', 'writeUint32'] as const) {
      const execute = mcu[name].bind(mcu);
      mcu[name] = (address, value) => {
        execute(address, value);
        forget(address, bytesOf[name]);
      };
    }
  }
}

/** Bytes, halfwords and words of one memory. Words are signed, as JavaScript's bit operations are. */
function viewsOf({ buffer }: Uint8Array<ArrayBuffer>): [Uint8Array, Uint16Array, Int32Array] {
  return [new Uint8Array(buffer), new Uint16Array(buffer), new Int32Array(buffer)];
}
