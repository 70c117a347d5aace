import { expect, test } from 'vitest';
import { readArmAttributes, readRiscvArchitecture } from './build-attributes.ts';
import { coreMisfit, describeCore } from './core.ts';
import type { Elf } from './elf.ts';

/** `.ARM.attributes` as GNU's linker wrote them. */
const sections = {
  m0plus: '412b00000061656162690001210000000536532d4d00060c074d09011204140115011703180119011a011e06',
  m3: '412c000000616561626900012200000005372d4d00060a074d09021204140115011703180119011a011e062201',
  m4f: '413300000061656162690001290000000537452d4d00060d074d09020a061204140115011703180119011a011b011c011e062201',
  m33: '4139000000616561626900012f00000005382d4d2e4d41494e000611074d09030a081204140115011703180119011a011b011c011e0622012e01',
  m55: '413d000000616561626900013300000005636f727465782d6d3535000615074d09030a081204140115011703180119011a011c011e06220126012e013002',
};

test.each([
  ['m0plus', 'Cortex-M0+', true],
  ['m0plus', 'Cortex-M4', true],
  ['m0plus', 'Cortex-M33', true],
  ['m3', 'Cortex-M0+', false],
  ['m3', 'Cortex-M3', true],
  ['m4f', 'Cortex-M4', true],
  ['m4f', 'Cortex-M7', true],
  ['m4f', 'Cortex-M3', false],
  ['m33', 'Cortex-M7', false],
  ['m33', 'Cortex-M55', true],
  ['m55', 'Cortex-M33', false],
  ['m4f', 'a core nobody has heard of', true],
  ['m4f', 'RV32IMC', false],
  ['m4f', 'Xtensa LX6', false],
] as const)('an image built for %s on a %s: %s', (built, core, runs) => {
  expect(coreMisfit(imageOf(sections[built]), core) === undefined).toBe(runs);
});

test('a misfit says what the image is for and what the board has', () => {
  expect(coreMisfit(imageOf(sections.m4f), 'Cortex-M0+')).toBe(
    'is built for Arm v7E-M with floating-point instructions, which a Cortex-M0+ does not execute',
  );
});

test('without attributes, the machine and the float ABI still tell', () => {
  const plain = { ...imageOf(''), arm: undefined };
  expect(coreMisfit(plain, 'Cortex-M0+')).toBeUndefined();
  expect(coreMisfit({ ...plain, flags: 0x0500_0400 }, 'Cortex-M0+')).toContain('floating-point');
  expect(coreMisfit({ ...plain, machine: 243 }, 'Cortex-M0+')).toContain('RISC-V');
  expect(describeCore({ ...plain, machine: 3 })).toBe('machine 3');
});

/** `.riscv.attributes` as GNU's assembler writes them. */
const riscv = {
  rv32imac: '413100000072697363760001270000000572763332693270315f6d3270305f613270315f633270305f7a6d6d756c31703000',
  rv32gc:
    '415000000072697363760001460000000572763332693270315f6d3270305f613270315f663270325f643270325f633270305f7a696373723270305f7a6966656e6365693270305f7a6d6d756c31703000',
  rv32imc: '412c00000072697363760001220000000572763332693270315f6d3270305f633270305f7a6d6d756c31703000',
  rv32ec: '411e00000072697363760001140000000572763332653170395f6332703000',
};

test.each([
  ['rv32imc', 'RV32IMC', true],
  ['rv32imac', 'RV32IMC', false],
  ['rv32gc', 'RV32IMC', false],
  ['rv32gc', 'RV32GC', true],
  ['rv32imc', 'RV32IMAC', true],
  ['rv32ec', 'RV32IMC', false],
  ['rv32imac', 'RISC-V', true],
  ['rv32imc', 'Cortex-M4', false],
] as const)('an image built for %s on a %s: %s', (built, core, runs) => {
  expect(coreMisfit(riscvImage(riscv[built]), core) === undefined).toBe(runs);
});

test('a RISC-V image is named by its architecture, where it tells', () => {
  expect(describeCore(riscvImage(riscv.rv32ec))).toBe('RISC-V rv32e1p9_c2p0');
  expect(describeCore(riscvImage(''))).toBe('RISC-V');
  expect(coreMisfit(riscvImage(''), 'RV32IMC')).toBeUndefined();
});

test('attributes cut short at any byte say less, and never crash', () => {
  const whole = Buffer.from(sections.m55, 'hex');
  for (let end = 0; end < whole.length; end++) {
    const { architecture = 21 } = readArmAttributes(whole.subarray(0, end));
    expect([0, 21]).toContain(architecture);
  }
});

function riscvImage(attributes: string): Elf {
  const architecture = readRiscvArchitecture(Buffer.from(attributes, 'hex'));
  return { ...imageOf(''), arm: undefined, machine: 243, ...(architecture !== undefined && { riscv: architecture }) };
}

function imageOf(attributes: string): Elf {
  const arm = readArmAttributes(Buffer.from(attributes, 'hex'));
  return {
    entry: 0,
    machine: 40,
    flags: 0x0500_0000,
    arm,
    segments: [],
    sections: [],
    symbols: [],
    flashBytes: 0,
    ramBytes: 0,
  };
}
