import { emitInstruction } from './instructions.ts';
import { exit, hex, jump, type MemoryMap, newTrace, type Trace } from './trace.ts';

/** A trace as a JavaScript function body, and what it takes at most before it looks up: instructions and cycles. */
export interface Translation {
  readonly source: string;
  readonly count: number;
  readonly cycles: number;
  /** Addresses of the instructions in it. */
  readonly addresses: ReadonlySet<number>;
}

/** Longer traces seldom get to their end, and take long to compile. */
const longest = 64;

/**
 * Translates the code from `start` on, along the way it falls through or jumps, until it jumps where nobody knows before. `fetch`
 * gives a halfword of code, undefined outside. Undefined when the very first instruction is none that can be translated.
 */
export function translate(
  start: number,
  map: MemoryMap,
  fetch: (address: number) => number | undefined,
): Translation | undefined {
  const straight = newTrace(start, map);
  let addresses = follow(straight, fetch);
  if (straight.count === 0) return undefined;
  let trace = straight;
  if (straight.comesBack) {
    trace = newTrace(start, map, straight);
    addresses = follow(trace, fetch);
  }
  const cycles = trace.cycles + 2; // a branch that is taken costs one more than the way past it
  return { source: sourceOf(trace, cycles), count: trace.count + 1, cycles, addresses };
}

function follow(trace: Trace, fetch: (address: number) => number | undefined): Set<number> {
  const seen = new Set<number>();
  let pc = trace.start;
  while (trace.count < longest && !seen.has(pc)) {
    trace.pc = pc;
    const opcode = fetch(pc);
    const next = opcode === undefined ? undefined : emitInstruction(trace, opcode, fetch(pc + 2) ?? 0);
    if (next === undefined) break;
    seen.add(pc);
    if (next === 'end') return seen;
    pc = next === 'next' ? pc + 2 : next.pc;
  }
  trace.lines.push(trace.count ? jump(trace, pc, trace.count, trace.cycles) : exit(trace, hex(pc)));
  return seen;
}

function sourceOf(trace: Trace, cycles: number): string {
  const body = trace.lines.join('\n');
  const registers = [...trace.reads].map(number => `let r${number} = R[${number}] | 0;`);
  const flags = ['n', 'z', 'c', 'v']
    .filter(name => new RegExp(`\\bf${name}\\b`).test(body))
    .map(name => `let f${name} = core.${name.toUpperCase()};`);
  const start = [...registers, ...flags].join('\n');
  if (!trace.loop) return `${start}\n${body}`;
  const limits = `const lastCount = room - ${trace.count + 1}, lastCycles = roomCycles - ${cycles}; let n = 0, c = 0;`;
  return `${start}\n${limits}\nfor (;;) {\n${body}\n}`;
}
