import { expect, test } from 'vitest';
import { readArmAttributes } from './arm-attributes.ts';
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

test('attributes cut short at any byte say less, and never crash', () => {
  const whole = Buffer.from(sections.m55, 'hex');
  for (let end = 0; end < whole.length; end++) {
    const { architecture = 21 } = readArmAttributes(whole.subarray(0, end));
    expect([0, 21]).toContain(architecture);
  }
});

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
