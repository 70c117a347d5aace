/** A machine of QEMU that the reference firmware has a port for. */
export interface QemuMachine {
  readonly program: QemuProgram;
  /** What chooses the machine and its core. */
  readonly arguments: readonly string[];
  /** The RAM that firmware may use; on these machines it is all RAM, code included. */
  readonly memory: readonly { readonly address: number; readonly bytes: number }[];
  /** What the core looks for when it starts, and where. */
  readonly start: { readonly address: number; readonly of: 'vector table' | 'code' };
  /** How firmware ends the machine, before the code that it gives: what an exit of QEMU without a word means. */
  readonly exit: string;
}

export type QemuProgram = 'qemu-system-arm' | 'qemu-system-riscv32';

/** What systems call the package that a program comes with. */
export function qemuPackages(program: QemuProgram): { debian: string; macos: string } {
  return { debian: program === 'qemu-system-arm' ? program : 'qemu-system-misc', macos: 'qemu' };
}

const ssram = [
  { address: 0x0000_0000, bytes: 4 << 20 },
  { address: 0x2000_0000, bytes: 4 << 20 },
];

/** Arm DAI 0385, 0386, 0500: memory maps of the MPS2's FPGA images. UART0 is the link. */
function mps2(name: string, psramAddress: number): QemuMachine {
  return {
    program: 'qemu-system-arm',
    arguments: ['-M', name],
    memory: [...ssram, { address: psramAddress, bytes: 16 << 20 }],
    start: { address: 0, of: 'vector table' },
    exit: 'semihosting exit',
  };
}

/**
 * The machine `virt`, which is no chip, with a core that has the instructions of an ESP32-C3's: RV32IMC. The last of its 48 MiB
 * are QEMU's, for the device tree. hw/riscv/virt.c: memory map; the 16550 at 0x10000000 is the link.
 */
const rv32: QemuMachine = {
  program: 'qemu-system-riscv32',
  arguments: ['-M', 'virt', '-cpu', 'rv32,a=false,f=false,d=false,s=false,h=false', '-m', '48M', '-bios', 'none'],
  memory: [{ address: 0x8000_0000, bytes: 32 << 20 }],
  start: { address: 0x8000_0000, of: 'code' },
  exit: 'the test device at 0x100000: code',
};

export const qemuMachines = {
  'mps2-an385': mps2('mps2-an385', 0x2100_0000),
  'mps2-an386': mps2('mps2-an386', 0x2100_0000),
  'mps2-an500': mps2('mps2-an500', 0x6000_0000),
  rv32,
} as const satisfies Record<string, QemuMachine>;

export type QemuMachineName = keyof typeof qemuMachines;
