import { exit, type Flags, hex, jump, keep, leaveUnless, read, setFlags, type Trace, write } from './trace.ts';

/** What comes after an instruction: the next one, a known place (the trace goes on there), or nothing: the trace has ended. */
export type Next = 'next' | 'end' | { readonly pc: number };

/** Writes the JavaScript of one instruction. `opcode2` is the halfword behind it. */
type Emit = (trace: Trace, opcode: number, opcode2: number) => Next;

interface Instruction {
  /** The upper bits of the opcode, from bit `shift` on. */
  readonly shift: number;
  readonly bits: number;
  readonly emit: Emit;
}

const SP = 13;
const LR = 14;
const PC = 15;

/**
 * What can be translated: the arithmetic, the branches, and loads and stores that go to SRAM or flash. All else is left to rp2040js. Results, flags
 * and cycles are those of `executeInstruction`, quirks included (a shift by register of 0 sets the carry, STR of LR in PUSH is
 * free). Encodings: ARMv6-M manual, A5.2.
 */
const instructions: readonly Instruction[] = [
  { shift: 11, bits: 0b00000, emit: shiftLeft },
  { shift: 11, bits: 0b00001, emit: shiftRight },
  { shift: 11, bits: 0b00010, emit: shiftRightSigned },
  { shift: 9, bits: 0b0001100, emit: (t, op) => add(t, op & 7, read(t, (op >> 3) & 7), read(t, (op >> 6) & 7)) },
  { shift: 9, bits: 0b0001101, emit: (t, op) => subtract(t, op & 7, read(t, (op >> 3) & 7), read(t, (op >> 6) & 7)) },
  { shift: 9, bits: 0b0001110, emit: (t, op) => add(t, op & 7, read(t, (op >> 3) & 7), `${(op >> 6) & 7}`) },
  { shift: 9, bits: 0b0001111, emit: (t, op) => subtract(t, op & 7, read(t, (op >> 3) & 7), `${(op >> 6) & 7}`) },
  { shift: 11, bits: 0b00100, emit: moveImmediate },
  { shift: 11, bits: 0b00101, emit: (t, op) => subtract(t, undefined, read(t, (op >> 8) & 7), `${op & 0xff}`) },
  { shift: 11, bits: 0b00110, emit: (t, op) => add(t, (op >> 8) & 7, read(t, (op >> 8) & 7), `${op & 0xff}`) },
  { shift: 11, bits: 0b00111, emit: (t, op) => subtract(t, (op >> 8) & 7, read(t, (op >> 8) & 7), `${op & 0xff}`) },
  { shift: 6, bits: 0b0100000000, emit: (t, op) => logic(t, op, (a, b) => `${a} & ${b}`) },
  { shift: 6, bits: 0b0100000001, emit: (t, op) => logic(t, op, (a, b) => `${a} ^ ${b}`) },
  { shift: 6, bits: 0b0100000010, emit: shiftLeftByRegister },
  { shift: 6, bits: 0b0100000011, emit: shiftRightByRegister },
  { shift: 6, bits: 0b0100000100, emit: shiftRightSignedByRegister },
  { shift: 6, bits: 0b0100000101, emit: addWithCarry },
  { shift: 6, bits: 0b0100000110, emit: subtractWithCarry },
  {
    shift: 6,
    bits: 0b0100001000,
    emit: (t, op) => flagsOf(t, keep(t, `${read(t, op & 7)} & ${read(t, (op >> 3) & 7)}`)),
  },
  { shift: 6, bits: 0b0100001001, emit: (t, op) => subtract(t, op & 7, '0', read(t, (op >> 3) & 7)) },
  { shift: 6, bits: 0b0100001010, emit: (t, op) => subtract(t, undefined, read(t, op & 7), read(t, (op >> 3) & 7)) },
  { shift: 6, bits: 0b0100001011, emit: (t, op) => add(t, undefined, read(t, op & 7), read(t, (op >> 3) & 7)) },
  { shift: 6, bits: 0b0100001100, emit: (t, op) => logic(t, op, (a, b) => `${a} | ${b}`) },
  { shift: 6, bits: 0b0100001101, emit: (t, op) => logic(t, op, (a, b) => `Math.imul(${a}, ${b})`) },
  { shift: 6, bits: 0b0100001110, emit: (t, op) => logic(t, op, (a, b) => `${a} & ~${b}`) },
  { shift: 6, bits: 0b0100001111, emit: (t, op) => logic(t, op, (_, b) => `~${b}`) },
  { shift: 8, bits: 0b01000100, emit: addHigh },
  { shift: 8, bits: 0b01000101, emit: compareHigh },
  { shift: 8, bits: 0b01000110, emit: moveHigh },
  { shift: 7, bits: 0b010001110, emit: branchExchange },
  { shift: 7, bits: 0b010001111, emit: branchLinkExchange },
  { shift: 11, bits: 0b01001, emit: loadLiteral },
  { shift: 9, bits: 0b0101000, emit: (t, op) => store(t, op & 7, indexed(t, op), 4) },
  { shift: 9, bits: 0b0101001, emit: (t, op) => store(t, op & 7, indexed(t, op), 2) },
  { shift: 9, bits: 0b0101010, emit: (t, op) => store(t, op & 7, indexed(t, op), 1) },
  { shift: 9, bits: 0b0101011, emit: (t, op) => load(t, op & 7, indexed(t, op), 1, value => `${value} << 24 >> 24`) },
  { shift: 9, bits: 0b0101100, emit: (t, op) => load(t, op & 7, indexed(t, op), 4) },
  { shift: 9, bits: 0b0101101, emit: (t, op) => load(t, op & 7, indexed(t, op), 2) },
  { shift: 9, bits: 0b0101110, emit: (t, op) => load(t, op & 7, indexed(t, op), 1) },
  { shift: 9, bits: 0b0101111, emit: (t, op) => load(t, op & 7, indexed(t, op), 2, value => `${value} << 16 >> 16`) },
  { shift: 11, bits: 0b01100, emit: (t, op) => store(t, op & 7, displaced(t, op, 4), 4) },
  { shift: 11, bits: 0b01101, emit: (t, op) => load(t, op & 7, displaced(t, op, 4), 4) },
  { shift: 11, bits: 0b01110, emit: (t, op) => store(t, op & 7, displaced(t, op, 1), 1) },
  { shift: 11, bits: 0b01111, emit: (t, op) => load(t, op & 7, displaced(t, op, 1), 1) },
  { shift: 11, bits: 0b10000, emit: (t, op) => store(t, op & 7, displaced(t, op, 2), 2) },
  { shift: 11, bits: 0b10001, emit: (t, op) => load(t, op & 7, displaced(t, op, 2), 2) },
  { shift: 11, bits: 0b10010, emit: (t, op) => store(t, (op >> 8) & 7, onStack(t, op), 4) },
  { shift: 11, bits: 0b10011, emit: (t, op) => load(t, (op >> 8) & 7, onStack(t, op), 4) },
  { shift: 11, bits: 0b10100, emit: (t, op) => plain(t, (op >> 8) & 7, `${(t.pc & ~3) + 4 + ((op & 0xff) << 2)}`) },
  { shift: 11, bits: 0b10101, emit: (t, op) => plain(t, (op >> 8) & 7, onStack(t, op)) },
  { shift: 7, bits: 0b101100000, emit: (t, op) => plain(t, SP, `${read(t, SP)} + ${(op & 0x7f) << 2} & ~3`) },
  { shift: 7, bits: 0b101100001, emit: (t, op) => plain(t, SP, `${read(t, SP)} - ${(op & 0x7f) << 2} & ~3`) },
  { shift: 6, bits: 0b1011001000, emit: (t, op) => plain(t, op & 7, `${read(t, (op >> 3) & 7)} << 16 >> 16`) },
  { shift: 6, bits: 0b1011001001, emit: (t, op) => plain(t, op & 7, `${read(t, (op >> 3) & 7)} << 24 >> 24`) },
  { shift: 6, bits: 0b1011001010, emit: (t, op) => plain(t, op & 7, `${read(t, (op >> 3) & 7)} & 0xffff`) },
  { shift: 6, bits: 0b1011001011, emit: (t, op) => plain(t, op & 7, `${read(t, (op >> 3) & 7)} & 0xff`) },
  { shift: 9, bits: 0b1011010, emit: push },
  { shift: 9, bits: 0b1011110, emit: pop },
  { shift: 11, bits: 0b11000, emit: storeMultiple },
  { shift: 11, bits: 0b11001, emit: loadMultiple },
  { shift: 12, bits: 0b1101, emit: branchIf },
  { shift: 11, bits: 0b11100, emit: branch },
  { shift: 11, bits: 0b11110, emit: branchLink },
];

const byOpcode: (Instruction | undefined)[] = [];

/** Translates one instruction; undefined when the interpreter has to execute it. */
export function emitInstruction(trace: Trace, opcode: number, opcode2: number): Next | undefined {
  const instruction = (byOpcode[opcode] ??= instructions.find(({ shift, bits }) => opcode >> shift === bits));
  return instruction && isTranslatable(opcode, opcode2) ? instruction.emit(trace, opcode, opcode2) : undefined;
}

/** What the table's bits leave in: SVC and UDF look like conditional branches, MSR and barriers like BL; and the PC as an operand. */
function isTranslatable(opcode: number, opcode2: number): boolean {
  const [source, target] = [(opcode >> 3) & 15, ((opcode >> 4) & 8) | (opcode & 7)];
  if (opcode >> 12 === 0b1101) return ((opcode >> 9) & 7) !== 0b111;
  if (opcode >> 11 === 0b11110) return opcode2 >> 14 === 0b11 && ((opcode2 >> 12) & 1) === 1;
  if (opcode >> 7 === 0b010001110) return source !== PC && (opcode & 7) === 0;
  if (opcode >> 7 === 0b010001111) return source < LR && (opcode & 7) === 0;
  if (opcode >> 10 === 0b010001) return source !== PC && target !== PC;
  return true;
}

/** Executed; costs `cycles`. */
function done(trace: Trace, cycles = 1): Next {
  trace.cycles += cycles;
  trace.count++;
  return 'next';
}

function plain(trace: Trace, target: number, value: string): Next {
  write(trace, target, `(${value}) | 0`);
  return done(trace);
}

function flagsOf(trace: Trace, result: string, others: Partial<Flags> = {}): Next {
  setFlags(trace, { n: `${result} < 0`, z: `${result} === 0`, ...others });
  return done(trace);
}

function logic(trace: Trace, opcode: number, combine: (a: string, b: string) => string): Next {
  const result = keep(trace, combine(read(trace, opcode & 7), read(trace, (opcode >> 3) & 7)));
  write(trace, opcode & 7, result);
  return flagsOf(trace, result);
}

function moveImmediate(trace: Trace, opcode: number): Next {
  const value = opcode & 0xff;
  write(trace, (opcode >> 8) & 7, `${value}`);
  setFlags(trace, { n: 'false', z: `${value === 0}` });
  return done(trace);
}

function add(trace: Trace, target: number | undefined, left: string, right: string): Next {
  const [a, b] = [keep(trace, left), keep(trace, right)];
  const result = keep(trace, `(${a} + ${b}) | 0`);
  if (target !== undefined) write(trace, target, result);
  return flagsOf(trace, result, {
    c: `${result} >>> 0 < ${a} >>> 0`,
    v: `((${a} ^ ${result}) & (${b} ^ ${result})) < 0`,
  });
}

function subtract(trace: Trace, target: number | undefined, left: string, right: string): Next {
  const [a, b] = [keep(trace, left), keep(trace, right)];
  const result = keep(trace, `(${a} - ${b}) | 0`);
  if (target !== undefined) write(trace, target, result);
  const [c, v] = [`${a} >>> 0 >= ${b} >>> 0`, `((${a} ^ ${b}) & (${a} ^ ${result})) < 0`];
  return flagsOf(trace, result, { c, v, compared: [a, b] });
}

function addWithCarry(trace: Trace, opcode: number): Next {
  const [a, b] = [keep(trace, read(trace, (opcode >> 3) & 7)), keep(trace, read(trace, opcode & 7))];
  const carry = keep(trace, `(${trace.flags.c}) ? 1 : 0`);
  const [right, result] = [keep(trace, `(${b} + ${carry}) | 0`), keep(trace, `(${a} + ${b} + ${carry}) | 0`)];
  write(trace, opcode & 7, result);
  const c = keep(trace, `(${a} >>> 0) + (${b} >>> 0) + ${carry} > 0xffffffff`);
  return flagsOf(trace, result, { c, v: `((${a} ^ ${result}) & (${right} ^ ${result})) < 0` });
}

function subtractWithCarry(trace: Trace, opcode: number): Next {
  const [a, b] = [keep(trace, read(trace, opcode & 7)), keep(trace, read(trace, (opcode >> 3) & 7))];
  const borrow = keep(trace, `(${trace.flags.c}) ? 0 : 1`);
  const [right, result] = [keep(trace, `(${b} + ${borrow}) | 0`), keep(trace, `(${a} - ${b} - ${borrow}) | 0`)];
  write(trace, opcode & 7, result);
  const c = keep(trace, `(${a} >>> 0) >= (${b} >>> 0) + ${borrow}`);
  return flagsOf(trace, result, { c, v: `((${a} ^ ${right}) & (${a} ^ ${result})) < 0` });
}

function shiftLeft(trace: Trace, opcode: number): Next {
  const places = (opcode >> 6) & 31;
  const value = keep(trace, read(trace, (opcode >> 3) & 7));
  const result = keep(trace, `${value} << ${places}`);
  write(trace, opcode & 7, result);
  return flagsOf(trace, result, places ? { c: `(${value} & ${1 << (32 - places)}) !== 0` } : {});
}

function shiftRight(trace: Trace, opcode: number): Next {
  const places = (opcode >> 6) & 31 || 32;
  const value = keep(trace, read(trace, (opcode >> 3) & 7));
  const result = keep(trace, places < 32 ? `${value} >>> ${places} | 0` : '0');
  write(trace, opcode & 7, result);
  return flagsOf(trace, result, { c: `(${value} >>> ${places - 1} & 1) !== 0` });
}

function shiftRightSigned(trace: Trace, opcode: number): Next {
  const places = (opcode >> 6) & 31 || 32;
  const value = keep(trace, read(trace, (opcode >> 3) & 7));
  const result = keep(trace, `${value} >> ${Math.min(places, 31)}`);
  write(trace, opcode & 7, result);
  return flagsOf(trace, result, { c: `(${value} & ${1 << (places - 1)}) !== 0` });
}

function shiftLeftByRegister(trace: Trace, opcode: number): Next {
  const [places, value] = shiftOperands(trace, opcode);
  const result = keep(trace, `${places} >= 32 ? 0 : ${value} << ${places}`);
  write(trace, opcode & 7, result);
  const c = keep(trace, `${places} ? (${value} & (1 << (32 - ${places}))) !== 0 : ${trace.flags.c}`);
  return flagsOf(trace, result, { c });
}

function shiftRightByRegister(trace: Trace, opcode: number): Next {
  const [places, value] = shiftOperands(trace, opcode);
  const result = keep(trace, `${places} < 32 ? ${value} >>> ${places} | 0 : 0`);
  write(trace, opcode & 7, result);
  return flagsOf(trace, result, { c: `${places} <= 32 && (${value} >>> (${places} - 1) & 1) !== 0` });
}

function shiftRightSignedByRegister(trace: Trace, opcode: number): Next {
  const [given, value] = shiftOperands(trace, opcode);
  const places = keep(trace, `${given} < 32 ? ${given} : 32`);
  const result = keep(trace, `${value} >> (${places} < 32 ? ${places} : 31)`);
  write(trace, opcode & 7, result);
  return flagsOf(trace, result, { c: `(${value} & (1 << (${places} - 1))) !== 0` });
}

function shiftOperands(trace: Trace, opcode: number): [places: string, value: string] {
  return [keep(trace, `${read(trace, (opcode >> 3) & 7)} & 0xff`), keep(trace, read(trace, opcode & 7))];
}

function addHigh(trace: Trace, opcode: number): Next {
  const target = highTarget(opcode);
  return plain(trace, target, aligned(target, `${read(trace, target)} + ${read(trace, (opcode >> 3) & 15)}`));
}

function moveHigh(trace: Trace, opcode: number): Next {
  const target = highTarget(opcode);
  return plain(trace, target, aligned(target, read(trace, (opcode >> 3) & 15)));
}

function compareHigh(trace: Trace, opcode: number): Next {
  return subtract(trace, undefined, read(trace, highTarget(opcode)), read(trace, (opcode >> 3) & 15));
}

function highTarget(opcode: number): number {
  return ((opcode >> 4) & 8) | (opcode & 7);
}

function aligned(register: number, value: string): string {
  return register === SP ? `${value} & ~3` : value;
}

function indexed(trace: Trace, opcode: number): string {
  return `${read(trace, (opcode >> 3) & 7)} + ${read(trace, (opcode >> 6) & 7)}`;
}

function displaced(trace: Trace, opcode: number, scale: number): string {
  return `${read(trace, (opcode >> 3) & 7)} + ${((opcode >> 6) & 31) * scale}`;
}

function onStack(trace: Trace, opcode: number): string {
  return `${read(trace, SP)} + ${(opcode & 0xff) << 2}`;
}

type Width = 1 | 2 | 4;

function element(array: 'S' | 'F', width: Width, offset: string): string {
  return `${array}${8 * width}[${offset}${width > 1 ? ` >>> ${width >> 1}` : ''}]`;
}

function isWithin(offset: string, bytes: number, width: Width): string {
  return `${offset} < ${bytes}${width > 1 ? ` && (${offset} & ${width - 1}) === 0` : ''}`;
}

/** From SRAM or flash; from anywhere else rp2040js loads. */
function load(trace: Trace, target: number, address: string, width: Width, extend = (value: string) => value): Next {
  const { sramBase, sramBytes, flashBase, flashBytes } = trace.map;
  const at = keep(trace, `(${address}) | 0`);
  const offset = keep(trace, `(${at} - ${sramBase}) >>> 0`);
  const value = `v${trace.temporaries++}`;
  trace.lines.push(
    `let ${value}; if (${isWithin(offset, sramBytes, width)}) ${value} = ${element('S', width, offset)}; else {`,
    `const flash = (${at} - ${flashBase}) >>> 0;`,
    `if (${isWithin('flash', flashBytes, width)}) ${value} = ${element('F', width, 'flash')}; else ${exit(trace, hex(trace.pc))} }`,
  );
  write(trace, target, extend(value));
  return done(trace, 2);
}

function store(trace: Trace, source: number, address: string, width: Width): Next {
  const { sramBase, sramBytes, storeBase } = trace.map;
  const at = keep(trace, `(${address}) | 0`);
  const value = read(trace, source);
  leaveUnless(trace, isWithin(`((${at} - ${storeBase}) >>> 0)`, sramBase + sramBytes - storeBase, width));
  trace.lines.push(`${element('S', width, `(${at} - ${sramBase})`)} = ${value};`);
  return done(trace, 2);
}

function loadLiteral(trace: Trace, opcode: number): Next {
  const { sramBase, sramBytes, flashBase } = trace.map;
  const address = ((trace.pc + 4) & ~3) + ((opcode & 0xff) << 2);
  const inSram = address - sramBase >= 0 && address - sramBase < sramBytes;
  const value = inSram ? `S32[${(address - sramBase) >>> 2}]` : `F32[${(address - flashBase) >>> 2}]`;
  write(trace, (opcode >> 8) & 7, value);
  return done(trace, 2);
}

function push(trace: Trace, opcode: number): Next {
  const registers = listed(opcode & 0xff);
  const stored = opcode & 0x100 ? [...registers, LR] : registers;
  const base = keep(trace, `(${read(trace, SP)} - ${4 * stored.length}) | 0`);
  storeAll(trace, base, stored);
  write(trace, SP, base);
  return done(trace, 1 + registers.length);
}

function storeMultiple(trace: Trace, opcode: number): Next {
  const [pointer, registers] = [(opcode >> 8) & 7, listed(opcode & 0xff)];
  const base = keep(trace, read(trace, pointer));
  storeAll(trace, base, registers);
  if (!registers.includes(pointer)) write(trace, pointer, `(${base} + ${4 * registers.length}) | 0`);
  return done(trace, 1 + registers.length);
}

function storeAll(trace: Trace, base: string, registers: readonly number[]): void {
  const { sramBase, sramBytes, storeBase } = trace.map;
  const values = registers.map(register => read(trace, register));
  leaveUnless(trace, fits(base, storeBase, sramBase + sramBytes - storeBase, registers.length));
  const index = keep(trace, `(${base} - ${sramBase}) >>> 2`);
  values.forEach((value, at) => trace.lines.push(`S32[${index} + ${at}] = ${value};`));
}

function pop(trace: Trace, opcode: number): Next {
  const registers = listed(opcode & 0xff);
  const returns = (opcode & 0x100) !== 0;
  const words = registers.length + (returns ? 1 : 0);
  const base = keep(trace, read(trace, SP));
  const index = loadable(trace, base, words);
  const target = returns && returnTarget(trace, `S32[${index} + ${registers.length}]`);
  registers.forEach((register, at) => write(trace, register, `S32[${index} + ${at}]`));
  write(trace, SP, `(${base} + ${4 * words}) | 0`);
  done(trace, 1 + registers.length + (returns ? 2 : 0));
  if (!target) return 'next';
  trace.lines.push(exit(trace, target));
  return 'end';
}

function loadMultiple(trace: Trace, opcode: number): Next {
  const [pointer, registers] = [(opcode >> 8) & 7, listed(opcode & 0xff)];
  const base = keep(trace, read(trace, pointer));
  const index = loadable(trace, base, registers.length);
  registers.forEach((register, at) => write(trace, register, `S32[${index} + ${at}]`));
  if (!registers.includes(pointer)) write(trace, pointer, `(${base} + ${4 * registers.length}) | 0`);
  return done(trace, 1 + registers.length);
}

/** The index of `words` words from `base` on, which have to be in SRAM. */
function loadable(trace: Trace, base: string, words: number): string {
  const { sramBase, sramBytes } = trace.map;
  leaveUnless(trace, fits(base, sramBase, sramBytes, words));
  return keep(trace, `(${base} - ${sramBase}) >>> 2`);
}

function fits(base: string, start: number, bytes: number, words: number): string {
  return `(${base} & 3) === 0 && (${base} - ${start}) >>> 0 <= ${bytes - 4 * words}`;
}

function listed(bits: number): number[] {
  return [0, 1, 2, 3, 4, 5, 6, 7].filter(register => bits & (1 << register));
}

/** An address to go to that is no return from an exception. */
function returnTarget(trace: Trace, value: string): string {
  const address = keep(trace, value);
  leaveUnless(trace, `${address} >>> 28 !== 15`);
  return `${address} & ~1`;
}

function branchExchange(trace: Trace, opcode: number): Next {
  const target = returnTarget(trace, read(trace, (opcode >> 3) & 15));
  done(trace, 2);
  trace.lines.push(exit(trace, target));
  return 'end';
}

function branchLinkExchange(trace: Trace, opcode: number): Next {
  const target = keep(trace, `${read(trace, (opcode >> 3) & 15)} & ~1`);
  write(trace, LR, `${(trace.pc + 2) | 1}`);
  done(trace, 2);
  trace.lines.push(exit(trace, target));
  return 'end';
}

function branchLink(trace: Trace, opcode: number, opcode2: number): Next {
  const sign = (opcode >> 10) & 1;
  const [i1, i2] = [1 - (sign ^ ((opcode2 >> 13) & 1)), 1 - (sign ^ ((opcode2 >> 11) & 1))];
  const distance =
    (sign ? 0xff << 24 : 0) | (i1 << 23) | (i2 << 22) | ((opcode & 0x3ff) << 12) | ((opcode2 & 0x7ff) << 1);
  write(trace, LR, `${(trace.pc + 4) | 1}`);
  done(trace, 3);
  return { pc: trace.pc + 4 + distance };
}

function branch(trace: Trace, opcode: number): Next {
  done(trace, 2);
  return { pc: trace.pc + 4 + ((opcode << 21) >> 20) };
}

function branchIf(trace: Trace, opcode: number): Next {
  const target = trace.pc + 4 + ((opcode << 24) >> 23);
  const taken = jump(trace, target, trace.count + 1, trace.cycles + 2);
  trace.lines.push(`if (${condition(trace.flags, (opcode >> 8) & 15)}) ${taken}`);
  return done(trace);
}

/** ARMv6-M manual, A6.3. */
function condition(flags: Flags, code: number): string {
  const { n, z, c, v, compared } = flags;
  const [a, b] = compared ?? [];
  const general = [z, c, n, v, `(${c}) && !(${z})`, `(${n}) === (${v})`, `(${n}) === (${v}) && !(${z})`];
  const comparisons = [
    `${a} === ${b}`,
    `${a} >>> 0 >= ${b} >>> 0`,
    n,
    v,
    `${a} >>> 0 > ${b} >>> 0`,
    `${a} >= ${b}`,
    `${a} > ${b}`,
  ];
  const holds = (compared ? comparisons : general)[code >> 1] ?? 'true';
  return code & 1 ? `!(${holds})` : holds;
}
