import { expect, test } from 'vitest';
import { codeAddress, flashImage, type Program } from './fixtures/firmware.ts';
import { poll, ticking } from './fixtures/programs.ts';
import { type Machine, rp2040Machine } from './rp2040-machine.ts';

/** Opcodes by their fixed bits, and the bits that may be anything: none that would make r4 to r7 a target. */
const opcodes = [
  ...[0x0000, 0x0800, 0x1000].map(bits => ({ bits, free: 0x7fb })), // shifts by a constant
  ...[0x1800, 0x1a00, 0x1c00, 0x1e00].map(bits => ({ bits, free: 0x1fb })), // ADDS, SUBS
  ...[0x2000, 0x2800, 0x3000, 0x3800].map(bits => ({ bits, free: 0x3ff })), // MOVS, CMP, ADDS, SUBS
  ...Array.from({ length: 16 }, (_, operation) => ({ bits: 0x4000 | (operation << 6), free: 0x3b })), // ANDS to MVNS
  ...[0x4400, 0x4500, 0x4600].map(bits => ({ bits, free: 0x7b })), // ADD, CMP, MOV with high registers
  ...[0xa000, 0xa800].map(bits => ({ bits, free: 0x33f })), // ADR, ADD from SP
  ...[0xb200, 0xb240, 0xb280, 0xb2c0, 0xba00].map(bits => ({ bits, free: 0x3b })), // SXTH to UXTB, REV
];
/** Loads and stores of r0 to r3 by r4 or the SP, and whole blocks of them. */
const memoryOpcodes = [
  ...[0x6820, 0x6020, 0x7820, 0x7020, 0x8820, 0x8020].map(bits => ({ bits, free: 0x7c3 })),
  ...[0x9000, 0x9800].map(bits => ({ bits, free: 0x33f })),
  ...[0xc400, 0xcc00].map(bits => ({ bits: bits | 1, free: 0x0f })),
];

test('translated code leaves registers, flags, cycles and memory as rp2040js does, in any program', () => {
  const random = randomNumbers(7);
  for (let round = 0; round < 100; round++) {
    const [interpreted, translated] = machinesFor(randomLoop(random));
    for (let slice = 0; slice < 6; slice++) {
      const [budget, data] = [1 + (random() % 3000), randomData(random)];
      for (const machine of [interpreted, translated]) machine.write(0x2000_0000, data);
      expect(translated.run(budget)).toBe(interpreted.run(budget));
      expect(translated.snapshot()).toEqual(interpreted.snapshot());
    }
    expect(Buffer.compare(sram(translated), sram(interpreted))).toBe(0);
  }
});

test.each([
  { what: 'an interrupt every 50,000 cycles that wakes a sleeping core', program: ticking },
  { what: 'an interrupt every 50,000 cycles in a computation', program: { ...ticking, code: computing(ticking.code) } },
  { what: 'a loop over a peripheral', program: poll },
])('translated code is interrupted where rp2040js is: $what', ({ program }) => {
  const [interpreted, translated] = machinesFor(program);
  for (let slice = 0; slice < 200; slice++) {
    const rest = interpreted.run(1009);
    expect(translated.run(1009)).toBe(rest);
    expect(translated.snapshot()).toEqual(interpreted.snapshot());
    for (const machine of [interpreted, translated]) if (rest === 'asleep') machine.clock.skipToAlarm();
  }
});

test('code that is written over is translated anew', () => {
  const addAndLoop = { code: [0x3001, 0xe7fd] }; // adds r0, #1; b .-2
  const [interpreted, translated] = machinesFor(addAndLoop);
  for (const immediate of [1, 2, 3]) {
    for (const machine of [interpreted, translated]) {
      machine.write(codeAddress, Uint8Array.of(immediate, 0x30));
      machine.run(10_000);
    }
    expect(translated.snapshot()).toEqual(interpreted.snapshot());
  }
});

function machinesFor(program: Program): [interpreted: Machine, translated: Machine] {
  const segments = [{ address: 0x1000_0100, bytes: flashImage(program) }];
  const machineWith = (translate: boolean): Machine =>
    rp2040Machine({ segments, flashBytes: 1 << 16, sramCodeBytes: 0, translate, onByte() {} });
  return [machineWith(false), machineWith(true)];
}

/**
 * A loop of random instructions with a branch and a call inside. r4 to r7 point into SRAM, anew in each round; r8 keeps where to.
 * The SP has room on both sides.
 */
function randomLoop(random: () => number): Program {
  const start = [0x4802, 0x4680, 0xb0ff, 0xe002, 0x46c0, 0x46c0, 0x0100, 0x2000]; // ldr r0, =0x20000100; mov r8, r0; sub sp, #508; b
  const pointers = [0x4644, 0x4645, 0x4646, 0x4647]; // mov r4, r8; … mov r7, r8
  const body = Array.from({ length: 20 + (random() % 30) }, () => randomOpcodes(random)).flat();
  const branch = 0xd000 | ((random() % 14) << 8) | (random() % 4);
  const call = [0xf000, 0xf801, 0xe002, 0xb40f, 0xbc0f, 0x4770]; // bl 1f; b 2f; 1: push {r0-r3}; pop {r0-r3}; bx lr; 2:
  const code = [...pointers, ...body.slice(0, 10), branch, ...body.slice(10), ...call];
  const back = 0xe000 | (-(code.length + 2) & 0x7ff);
  return { code: [...start, ...code, back] };
}

/** Mostly the numbers at which carries, overflows and shifts change their minds. */
function randomData(random: () => number): Uint8Array {
  const edges = [0, 1, 31, 32, 33, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];
  const word = (): number => edges[random() % 10] ?? Math.imul(random(), 0x9e37_79b1);
  return new Uint8Array(Uint32Array.from({ length: 256 }, word).buffer);
}

function randomOpcodes(random: () => number): number[] {
  if (random() % 8 === 0) return indexedAccess(random);
  const kinds = random() % 3 ? opcodes : memoryOpcodes;
  const { bits, free } = kinds[random() % kinds.length] ?? { bits: 0x46c0, free: 0 };
  return [bits | (random() & free)];
}

/** `uxtb r1, rX`, then a halfword or a byte at r4 + r1: aligned or not, both are read. */
function indexedAccess(random: () => number): number[] {
  const operation = [1, 2, 3, 5, 6, 7][random() % 6] ?? 2;
  return [0xb2c1 | ((random() % 4) << 3), 0x5000 | (operation << 9) | (1 << 6) | (4 << 3) | (random() % 4)];
}

/** The program with its WFI replaced by a step of a computation. */
function computing(code: readonly number[]): number[] {
  return code.map(opcode => (opcode === 0xbf30 ? 0x3301 : opcode));
}

function sram(machine: Machine): Uint8Array {
  return machine.read(0x2000_0000, 264 << 10) ?? new Uint8Array();
}

function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 8;
  };
}
