/** Who set a flag last, as a JavaScript expression over values that do not change any more. */
export interface Flags {
  readonly n: string;
  readonly z: string;
  readonly c: string;
  readonly v: string;
  /** The two sides, when all four come from one subtraction: its conditions are plain comparisons. */
  readonly compared?: readonly [string, string];
}

export type FlagName = 'n' | 'z' | 'c' | 'v';
export const flagNames: readonly FlagName[] = ['n', 'z', 'c', 'v'];

/** Where RAM may be written without a look at the code in it, and where it may be read. */
export interface MemoryMap {
  readonly sramBase: number;
  readonly sramBytes: number;
  readonly flashBase: number;
  readonly flashBytes: number;
  /** Stores below this leave the trace: there is code. */
  readonly storeBase: number;
}

/** A trace being written: straight code with exits, which becomes the body of one function. */
export interface Trace {
  readonly start: number;
  readonly map: MemoryMap;
  readonly lines: string[];
  readonly reads: Set<number>;
  readonly writes: Set<number>;
  readonly flagWrites: Set<FlagName>;
  /** What a first pass found the loop to change; undefined when the trace does not come back to its start. */
  readonly loop?: LoopState;
  flags: Flags;
  /** Of the instruction being translated, and what was executed before it on the straight path. */
  pc: number;
  cycles: number;
  count: number;
  temporaries: number;
  comesBack: boolean;
}

export interface LoopState {
  readonly writes: ReadonlySet<number>;
  readonly flagWrites: ReadonlySet<FlagName>;
}

/** A trace with nothing in it yet. */
export function newTrace(start: number, map: MemoryMap, loop?: LoopState): Trace {
  return {
    start,
    map,
    lines: [],
    reads: new Set(loop?.writes),
    writes: new Set(loop?.writes),
    flagWrites: new Set(loop?.flagWrites),
    ...(loop && { loop }),
    flags: { n: 'fn', z: 'fz', c: 'fc', v: 'fv' },
    pc: start,
    cycles: 0,
    count: 0,
    temporaries: 0,
    comesBack: false,
  };
}

/** Register `number` as an int32. */
export function read(trace: Trace, number: number): string {
  trace.reads.add(number);
  return `r${number}`;
}

export function write(trace: Trace, number: number, value: string): void {
  trace.reads.add(number);
  trace.writes.add(number);
  trace.lines.push(`r${number} = ${value};`);
}

/** A constant with the value that `expression` has now. */
export function keep(trace: Trace, expression: string): string {
  const name = `t${trace.temporaries++}`;
  trace.lines.push(`const ${name} = ${expression};`);
  return name;
}

export function setFlags(trace: Trace, flags: Partial<Flags>): void {
  const { compared: _, ...others } = trace.flags;
  trace.flags = { ...others, ...flags };
  for (const name of flagNames) if (flags[name] !== undefined) trace.flagWrites.add(name);
}

/** Leaves the trace for `target`, an expression, `count` instructions and `cycles` cycles after its start. */
export function exit(trace: Trace, target: string, count = trace.count, cycles = trace.cycles): string {
  const flags = [...trace.flagWrites].map(name => `core.${name.toUpperCase()} = ${trace.flags[name]};`);
  const registers = [...trace.writes].map(number => `R[${number}] = r${number};`);
  const total = trace.loop ? 'n + ' : '';
  const spent = trace.loop ? 'c + ' : '';
  return `{ ${flags.join(' ')} ${registers.join(' ')} R[15] = ${target}; core.cycles += ${spent}${cycles}; return ${total}${count}; }`;
}

/** Leaves the trace before the present instruction, for the interpreter to execute it. */
export function leaveUnless(trace: Trace, condition: string): void {
  trace.lines.push(`if (!(${condition})) ${exit(trace, hex(trace.pc))}`);
}

/** To `target`, `count` instructions and `cycles` cycles after the start: back to it in a loop, else out. */
export function jump(trace: Trace, target: number, count: number, cycles: number): string {
  if (target !== trace.start) return exit(trace, hex(target), count, cycles);
  trace.comesBack = true;
  const names = [...trace.flagWrites];
  const carried = names.map(name => `const next_${name} = ${trace.flags[name]};`).join(' ');
  const assigned = names.map(name => `f${name} = next_${name};`).join(' ');
  const again = 'if (n <= lastCount && c < lastCycles) continue;';
  return `{ ${carried} ${assigned} n += ${count}; c += ${cycles}; ${again} ${exitAtStart(trace)} }`;
}

/** The flags have been carried into their variables, and the counts have been added. */
function exitAtStart(trace: Trace): string {
  const flags = { n: 'fn', z: 'fz', c: 'fc', v: 'fv' };
  return exit({ ...trace, flags }, hex(trace.start), 0, 0);
}

export function hex(value: number): string {
  return `0x${(value >>> 0).toString(16)}`;
}
