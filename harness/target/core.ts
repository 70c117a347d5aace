import type { Elf } from './elf.ts';

const armFloatAbi = 0x400; // EF_ARM_ABI_FLOAT_HARD

/** ELF's numbers of machines (e_machine), by how the name of a core begins. */
const machines = [
  { number: 40, name: 'Arm', cores: /^cortex/i },
  { number: 94, name: 'Xtensa', cores: /xtensa/i },
  { number: 243, name: 'RISC-V', cores: /^(rv32|risc-?v)/i },
];

/** Tag_CPU_arch of the build attributes. */
const architectures = new Map([
  [10, 'v7-M'],
  [11, 'v6-M'],
  [12, 'v6-M'],
  [13, 'v7E-M'],
  [16, 'v8-M Baseline'],
  [17, 'v8-M Mainline'],
  [21, 'v8.1-M Mainline'],
]);

interface Core {
  readonly core: RegExp;
  readonly hasFpu: boolean;
  /** Architectures whose code it executes. */
  readonly executes: readonly string[];
}

const v7 = ['v6-M', 'v7-M'];
const v8 = [...v7, 'v7E-M', 'v8-M Baseline', 'v8-M Mainline'];

/** Arm's Technical Reference Manuals. The FPU is an option of most that may have one; those without it refuse its code at run time. */
const cores: readonly Core[] = [
  { core: /^cortex-m[01]\+?\b/i, hasFpu: false, executes: ['v6-M'] },
  { core: /^cortex-m3\b/i, hasFpu: false, executes: v7 },
  { core: /^cortex-m[47]f?\b/i, hasFpu: true, executes: [...v7, 'v7E-M'] },
  { core: /^cortex-m23\b/i, hasFpu: false, executes: ['v6-M', 'v8-M Baseline'] },
  { core: /^cortex-m3[35]/i, hasFpu: true, executes: v8 },
  { core: /^cortex-m(52|55|85)/i, hasFpu: true, executes: [...v8, 'v8.1-M Mainline'] },
];

/** `Arm v7E-M, with floating-point instructions`: what an image asks of a core, as far as its ELF file tells. */
export function describeCore(elf: Elf): string {
  if (elf.riscv !== undefined) return `RISC-V ${elf.riscv}`;
  const architecture = architectures.get(elf.arm?.architecture ?? -1);
  return [machineName(elf.machine), architecture, usesFpu(elf) ? 'with floating-point instructions' : undefined]
    .filter(part => part !== undefined)
    .join(' ');
}

/** Why a core cannot execute an image; undefined when it can, or the file does not tell. */
export function coreMisfit(elf: Elf, core: string): string | undefined {
  const machine = machines.find(({ cores: named }) => named.test(core));
  const known = cores.find(each => each.core.test(core));
  const architecture = architectures.get(elf.arm?.architecture ?? -1);
  const isOther =
    (machine && machine.number !== elf.machine) ||
    (known && architecture !== undefined && !known.executes.includes(architecture)) ||
    (known && !known.hasFpu && usesFpu(elf)) ||
    asksMoreOfRiscv(elf, core);
  return isOther ? `is built for ${describeCore(elf)}, which a ${core} does not execute` : undefined;
}

/** Whether an image may contain instructions of an extension that a core such as RV32IMC has not in its name. */
function asksMoreOfRiscv({ riscv }: Elf, core: string): boolean {
  const has = /^rv32([a-z]+)/i.exec(core)?.[1]?.toLowerCase().replace('g', 'imafd');
  const asked = riscv?.split('_').flatMap(part => /^(?:rv32)?([a-y])\d*p?\d*$/.exec(part)?.[1] ?? []);
  return has !== undefined && asked !== undefined && asked.some(extension => !has.includes(extension));
}

function machineName(machine: number): string {
  return machines.find(({ number }) => number === machine)?.name ?? `machine ${machine}`;
}

function usesFpu({ machine, flags, arm }: Elf): boolean {
  return machine === 40 && ((flags & armFloatAbi) !== 0 || (arm?.floatingPoint ?? 0) !== 0);
}
