/** A stretch of a machine's memory. */
export interface MemoryPart {
  readonly address: number;
  readonly bytes: number;
  /** Flash: what it holds outlives the power. */
  readonly isFlash?: true;
}

/** A machine of QEMU that the reference firmware has a port for. */
export interface QemuMachine {
  readonly program: 'qemu-system-arm';
  /** The RAM that firmware may use; on these machines it is all RAM, code included. */
  readonly memory: readonly MemoryPart[];
}

const ssram = [
  { address: 0x0000_0000, bytes: 4 << 20 },
  { address: 0x2000_0000, bytes: 4 << 20 },
];

/** What systems call the package that `program` comes with. */
export const qemuPackages = { debian: 'qemu-system-arm', macos: 'qemu' } as const;

/** Arm DAI 0385, 0386, 0500: memory maps of the MPS2's FPGA images. UART0 is the link. */
export const qemuMachines = {
  'mps2-an385': { program: 'qemu-system-arm', memory: [...ssram, { address: 0x2100_0000, bytes: 16 << 20 }] },
  'mps2-an386': { program: 'qemu-system-arm', memory: [...ssram, { address: 0x2100_0000, bytes: 16 << 20 }] },
  'mps2-an500': { program: 'qemu-system-arm', memory: [...ssram, { address: 0x6000_0000, bytes: 16 << 20 }] },
} as const satisfies Record<string, QemuMachine>;

export type QemuMachineName = keyof typeof qemuMachines;
