import { RP2040 } from 'rp2040js';
import { type CycleClock, cycleClock } from './rp2040-clock.ts';
import { translatorFor } from './thumb/translator.ts';

/** What of the image goes where in flash. */
export interface LoadedSegment {
  readonly address: number;
  readonly bytes: Uint8Array;
}

export interface MachineOptions {
  readonly segments: readonly LoadedSegment[];
  /** What the board has of the 16 MiB that the chip can address. */
  readonly flashBytes: number;
  /** How much of the SRAM, from its start on, may hold code that the image copies there. */
  readonly sramCodeBytes: number;
  /** What memory holds besides at boot, over the image: what it kept over a reset. @default nothing */
  readonly kept?: readonly LoadedSegment[];
  /** Off to have every instruction interpreted by rp2040js: the measure of what translated code must do. @default true */
  readonly translate?: boolean;
  readonly onByte: (byte: number) => void;
}

/** Why `run` came back: the budget is used up, the core sleeps until an interrupt, or it will never do anything sensible again. */
export type Rest = 'busy' | 'asleep' | 'dead';

/** An RP2040 that runs when told to. Same calls, same instructions, same cycles. */
export interface Machine {
  readonly clock: CycleClock;
  readonly instructions: number;
  /** The reason after `run` returned 'dead'. */
  readonly death: string;
  run(instructions: number): Rest;
  /** Puts as many bytes as fit into the UART's receive FIFO [32]; returns how many. */
  receive(bytes: Uint8Array): number;
  /** Registers, flags and times: what two machines that did the same must agree in. */
  snapshot(): readonly (number | boolean)[];
  /** Undefined where no flash or SRAM is. */
  read(address: number, length: number): Uint8Array | undefined;
  /** Whether flash or SRAM is there to write. */
  write(address: number, bytes: Uint8Array): boolean;
  /** All of its flash, and of its SRAM. */
  contents(): { readonly flash: LoadedSegment; readonly sram: LoadedSegment };
}

const flashBase = 0x1000_0000;
const sramBase = 0x2000_0000;
/** The second-stage boot loader takes the first 256 bytes; rp2040js has no boot ROM that would run it. */
const vectorTable = flashBase + 0x100;
const hardFault = 3;
const branchToSelf = 0xe7fe;
const receiveFifoFull = 1 << 6; // UARTFR.RXFF

/**
 * rp2040js as a DUT: the image in flash, started from its vector table, with the HardFault that rp2040js lacks. Throws a
 * RangeError when a segment or the vector table is not in flash or SRAM. RP2040 datasheet, 2.4 and 2.8; ARMv6-M manual, B1.5.
 */
export function rp2040Machine(options: MachineOptions): Machine {
  const clock = cycleClock();
  const mcu = new RP2040(clock);
  const { core } = mcu;
  let instructions = 0;
  let violation: string | undefined; // what the present instruction did wrong
  let firstFault: string | undefined;
  let death = '';
  let isTarget = true;
  let sinceTrace = 0; // instructions interpreted

  clock.follow(core, mcu.clkSys);
  mcu.addClockListener(hz => clock.follow(core, hz));
  const [uart] = mcu.uart;
  uart.onByte = options.onByte;
  mcu.onBreak = code => (violation = `breakpoint ${code}`);
  mcu.logger = {
    debug() {},
    info() {},
    warn: (component, message) => (violation ??= violationIn(component, message)),
    error: (_component, message) => (violation ??= message),
  };

  const memory = (address: number, length: number): Uint8Array | undefined =>
    within(mcu.flash, flashBase, options.flashBytes, address, length) ??
    within(mcu.sram, sramBase, mcu.sram.length, address, length);
  const isExecutable = (address: number): boolean =>
    (address - flashBase) >>> 0 < options.flashBytes || (address - sramBase) >>> 0 < mcu.sram.length;

  const codeEnd = Math.max(0, ...options.segments.map(({ address, bytes }) => address + bytes.length - flashBase));
  const code = { flashBytes: Math.min(codeEnd, options.flashBytes), sramBytes: options.sramCodeBytes };
  const translator = options.translate === false ? undefined : translatorFor(mcu, code);

  boot();
  return {
    clock,
    get instructions() {
      return instructions;
    },
    get death() {
      return death;
    },
    run,
    receive(bytes) {
      let taken = 0;
      // The FIFO drops what it has no room for without a word.
      while (taken < bytes.length && !(uart.flags & receiveFifoFull)) uart.feedByte(bytes[taken++] ?? 0);
      return taken;
    },
    snapshot() {
      const { registers, N, Z, C, V, cycles } = core;
      // rp2040js leaves the Thumb bit in the PC of a handler, translated code does not.
      return [...registers.subarray(0, 15), core.PC & ~1, N, Z, C, V, cycles, clock.nanos, instructions];
    },
    read: (address, length) => memory(address, length)?.slice(),
    write(address, bytes) {
      const place = memory(address, bytes.length);
      place?.set(bytes);
      translator?.forget(address, bytes.length);
      return place !== undefined;
    },
    contents: () => ({
      flash: { address: flashBase, bytes: mcu.flash.slice(0, options.flashBytes) },
      sram: { address: sramBase, bytes: mcu.sram.slice() },
    }),
  };

  function boot(): void {
    for (const segment of [...options.segments, ...(options.kept ?? [])]) {
      const place = memory(segment.address, segment.bytes.length);
      if (!place)
        throw new RangeError(
          `the image has ${segment.bytes.length} bytes for ${hex(segment.address)}, where this board has no flash or SRAM`,
        );
      place.set(segment.bytes);
    }
    const [stack, reset] = [mcu.readUint32(vectorTable), mcu.readUint32(vectorTable + 4)];
    if (!memory(stack - 4, 4) || !(reset & 1) || !isExecutable(reset))
      throw new RangeError(`the image has no vector table at ${hex(vectorTable)}, behind the second-stage boot loader`);
    core.VTOR = vectorTable;
    core.SP = stack;
    core.PC = reset & ~1;
  }

  function run(budget: number): Rest {
    const end = instructions + budget;
    while (instructions < end) {
      if (death) return 'dead';
      if (core.waiting && !isWoken()) return 'asleep';
      if (!translated(end - instructions)) interpret();
    }
    if (isHanging())
      death = `the core hangs at ${hex(core.PC)} ${firstFault ? `after a fault: ${firstFault}` : 'with interrupts off'}`;
    return death ? 'dead' : 'busy';
  }

  /** Whether hot code has been executed. It takes no interrupt, and ends before an alarm is due. */
  function translated(room: number): boolean {
    if (!translator || core.interruptsUpdated) return false;
    const count = translator.run(room, clock.dueCycle - core.cycles, isTarget);
    instructions += count;
    if (count > 0) sinceTrace = 0;
    isTarget = count > 0;
    return count > 0;
  }

  function interpret(): void {
    const pc = core.PC;
    if (!isExecutable(pc)) return enterHardFault(pc, 'no code there');
    core.executeInstruction();
    instructions++;
    // Code begins where a branch goes to, and behind what stopped a trace: a peripheral most often.
    isTarget = ((core.PC - pc) & ~1) >>> 0 > 4 || ++sinceTrace === 1;
    if (core.cycles >= clock.dueCycle) clock.fire();
    if (violation !== undefined) enterHardFault(pc, violation);
  }

  /** An interrupt that was pending before the sleep began ends it too, and SysTick does: rp2040js looks at neither. */
  function isWoken(): boolean {
    if (core.checkForInterrupts()) core.waiting = false;
    return !core.waiting;
  }

  /** As the core would: the firmware's handler runs and may report it. A fault within is a lockup. */
  function enterHardFault(pc: number, what: string): void {
    const at = `${what} at pc=${hex(pc)}`;
    const isNested = core.IPSR === hardFault;
    violation = undefined;
    firstFault ??= at;
    if (!isNested && isExecutable(mcu.readUint32(core.VTOR + 4 * hardFault))) {
      core.PC = pc & ~1;
      core.waiting = false;
      core.exceptionEntry(hardFault);
    }
    if (core.IPSR !== hardFault || isNested || violation !== undefined)
      death = `the core faulted: ${firstFault}${isNested ? `, then ${at}` : ''}`;
  }

  /** `b .` that no interrupt can leave: the usual end of a default handler or of a failed assertion. */
  function isHanging(): boolean {
    return (
      (core.PM || core.IPSR !== 0) &&
      !core.waiting &&
      isExecutable(core.PC) &&
      mcu.readUint16(core.PC & ~1) === branchToSelf
    );
  }
}

/** rp2040js logs what a core would fault on, and carries on. */
function violationIn(component: string, message: string): string | undefined {
  if (component === 'CortexM0Core' && message.includes('not implemented')) return 'undefined instruction';
  if (component === 'RP2040' && /invalid memory|undefined address/.test(message)) return message.toLowerCase();
  return undefined;
}

function within(
  store: Uint8Array,
  base: number,
  size: number,
  address: number,
  length: number,
): Uint8Array | undefined {
  const offset = address - base;
  return offset >= 0 && offset + length <= size ? store.subarray(offset, offset + length) : undefined;
}

function hex(address: number): string {
  return `0x${(address >>> 0).toString(16).padStart(8, '0')}`;
}
