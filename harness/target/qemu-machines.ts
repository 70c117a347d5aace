/** A stretch of a machine's memory. */
export interface MemoryPart {
  readonly address: number;
  readonly bytes: number;
  /** Flash: what it holds outlives the power. */
  readonly isFlash?: true;
}

/** A machine of QEMU that the reference firmware has a port for. */
export interface QemuMachine {
  readonly program: QemuProgram;
  /** What chooses the machine and its core. @default `-M` and its name */
  readonly arguments?: readonly string[];
  /** Where the core looks for its vector table at reset, or on RISC-V for its first instruction. */
  readonly startAddress: number;
  /** The memory that firmware may use, code included; all of it can be written from outside, flash too. */
  readonly memory: readonly MemoryPart[];
  /** The UART that is the link, by its place in QEMU's order. @default 0 */
  readonly uart?: number;
}

export type QemuProgram = 'qemu-system-arm' | 'qemu-system-riscv32';

const mps2: Omit<QemuMachine, 'memory'> = { program: 'qemu-system-arm', startAddress: 0 };
const ssram = [
  { address: 0x0000_0000, bytes: 4 << 20 },
  { address: 0x2000_0000, bytes: 4 << 20 },
];

/** What systems call the package that a program comes with. */
export function qemuPackages(program: QemuProgram): { debian: string; macos: string } {
  return { debian: program === 'qemu-system-arm' ? program : 'qemu-system-misc', macos: 'qemu' };
}

/**
 * Arm DAI 0385, 0386, 0500, 0505 and 0547: memory maps of the FPGA images of MPS2 and MPS3; those of AN505 by their Secure addresses.
 * netduinoplus2 is an STM32F405, of whose 192 KiB of RAM this is what an STM32F407 has at that place; USART2 is the link.
 * rv32 is the machine `virt`, which is no chip, with a core that has the instructions of an ESP32-C3's. The last of its 48 MiB are QEMU's, for
 * the device tree. hw/riscv/virt.c: memory map.
 */
export const qemuMachines = {
  'mps2-an385': { ...mps2, memory: [...ssram, { address: 0x2100_0000, bytes: 16 << 20 }] },
  'mps2-an386': { ...mps2, memory: [...ssram, { address: 0x2100_0000, bytes: 16 << 20 }] },
  'mps2-an500': { ...mps2, memory: [...ssram, { address: 0x6000_0000, bytes: 16 << 20 }] },
  'mps2-an505': {
    program: 'qemu-system-arm',
    startAddress: 0x1000_0000,
    memory: [
      { address: 0x1000_0000, bytes: 4 << 20 },
      { address: 0x3800_0000, bytes: 4 << 20 },
      { address: 0x8000_0000, bytes: 16 << 20 },
    ],
  },
  'mps3-an547': {
    ...mps2,
    memory: [
      { address: 0x0000_0000, bytes: 512 << 10 },
      { address: 0x2000_0000, bytes: 512 << 10 },
      { address: 0x2100_0000, bytes: 4 << 20 },
      { address: 0x6000_0000, bytes: 16 << 20 },
    ],
  },
  netduinoplus2: {
    program: 'qemu-system-arm',
    startAddress: 0x0800_0000,
    memory: [
      { address: 0x0800_0000, bytes: 1 << 20, isFlash: true },
      { address: 0x2000_0000, bytes: 128 << 10 },
    ],
    uart: 1,
  },
  rv32: {
    program: 'qemu-system-riscv32',
    arguments: ['-M', 'virt', '-cpu', 'rv32,a=false,f=false,d=false,s=false,h=false', '-m', '48M', '-bios', 'none'],
    startAddress: 0x8000_0000,
    memory: [{ address: 0x8000_0000, bytes: 32 << 20 }],
  },
} as const satisfies Record<string, QemuMachine>;

export type QemuMachineName = keyof typeof qemuMachines;
