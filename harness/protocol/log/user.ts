import { createContext, Script } from 'node:vm';
import { InputError } from '../../errors.ts';
import { isIdentity, unitOf } from '../../metric-names.ts';
import type { Finding } from './finding.ts';
import { keptBytes, type Line } from './line.ts';

/** What a suite says of the log that its firmware prints; patterns are regular expressions, held against a line without colours and prefixes. */
export interface LogPatterns {
  /** Ends the session. */
  readonly until?: string;
  /** Their named groups are metrics by their unit, or facts (`…_id`, `…_version`). */
  readonly metrics: readonly string[];
  readonly fail: readonly string[];
  /** Lines that nothing looks at; they stay in the evidence. */
  readonly ignore: readonly string[];
  /** What is sent on the telemetry channel: a match, or as many bytes as its group `bytes` says. */
  readonly uplink?: string;
}

/** What a user’s patterns say of one line; of one that is ignored nothing of it counts. */
export interface UserFinding {
  readonly isIgnored: boolean;
  readonly findings: readonly Finding[];
}

/** A pattern that takes longer than this on the lines of one piece of a log does not come to an end. */
const limitMs = 2000;
/** What a pattern looks at: a line's beginning. */
const mostCharacters = 4096;

/**
 * Holds lines against a suite's patterns. JavaScript's expressions may backtrack for ever, so they are given a time: throws InputError that
 * names the pattern and the line when it is over.
 */
export function userPatterns(
  written: LogPatterns,
  timeMs = limitMs,
): (lines: readonly Line[]) => readonly UserFinding[] {
  const compiled = compile(written);
  if (compiled.length === 0) return lines => lines.map(() => ({ isIgnored: false, findings: [] }));
  const within = timeLimit(timeMs);
  let at = { pattern: '', line: 0 };
  const look = (line: Line): UserFinding => {
    const text = line.plain.slice(0, mostCharacters);
    const findings: Finding[] = [];
    let isIgnored = false;
    for (const { source, regex, find } of compiled) {
      at = { pattern: source, line: line.number };
      const match = regex.exec(text);
      if (!match) continue;
      if (!find) isIgnored = true;
      else findings.push(...find(match, line));
    }
    return { isIgnored, findings };
  };
  return lines => {
    const all = within(() => lines.map(look));
    if (all) return all;
    // a machine that was busy looks the same: only a line that is slow by itself is blamed
    return lines.map(line => within(() => look(line)) ?? tooSlow(at));
  };
}

function tooSlow({ pattern, line }: { readonly pattern: string; readonly line: number }): never {
  throw new InputError(
    `the pattern /${pattern}/ did not come to an end on line ${line}: it tries the same text over and over`,
    'log patterns',
    'let no two repetitions match the same text: write [^ ]+ instead of (\\S+)+',
  );
}

interface Compiled {
  readonly source: string;
  readonly regex: RegExp;
  /** Absent: the line is ignored. */
  readonly find?: (match: RegExpExecArray, line: Line) => readonly Finding[];
}

function compile({ until, metrics, fail, ignore, uplink }: LogPatterns): readonly Compiled[] {
  const as = (source: string, find?: Compiled['find']): Compiled => ({
    source,
    regex: new RegExp(source, 'u'),
    ...(find && { find }),
  });
  return [
    ...ignore.map(source => as(source)),
    ...fail.map(source =>
      as(source, (_, { plain, number }) => [{ kind: 'fail', pattern: source, text: plain, line: number }]),
    ),
    ...metrics.map(source => as(source, groupsOf)),
    ...(uplink === undefined ? [] : [as(uplink, messageOf)]),
    ...(until === undefined ? [] : [as(until, (_, { number }) => [{ kind: 'end', line: number }])]),
  ];
}

/** What is heard from the middle of a line on tells another number, where nothing stands before it; so does what is left of a long line, at its end. */
function mayBeCut(text: string, { index, 0: whole, input }: RegExpExecArray, { number, plain, bytes }: Line): boolean {
  const isShortened = input.length < plain.length || bytes > keptBytes;
  if (isShortened && index + whole.length === input.length && whole.endsWith(text)) return true;
  return number === 1 && index === 0 && whole.startsWith(text);
}

function groupsOf(match: RegExpExecArray, line: Line): readonly Finding[] {
  const { groups = {} } = match;
  const { number } = line;
  return Object.entries(groups).flatMap(([name, text]): readonly Finding[] => {
    if (text === undefined || mayBeCut(text, match, line)) return [];
    if (isIdentity(name)) return [{ kind: 'fact', name, text, line: number }];
    const { unit, factor } = unitOf(name);
    const value = Number(text.replace(/,(?=\d{3}\b)/g, '')) * factor;
    return Number.isFinite(value) && text.trim() !== '' ? [{ kind: 'metric', name, value, unit, line: number }] : [];
  });
}

/** Never too few: where a number cannot be read, or a line was too long to be kept, all of the line counts. */
function messageOf(match: RegExpExecArray, line: Line): readonly Finding[] {
  const [whole] = match;
  const told = match.groups?.bytes?.replace(/,(?=\d{3}\b)/g, '');
  const isCut = mayBeCut(told ?? whole, match, line);
  const isReadable = !isCut && (told === undefined || /^\d+$/.test(told));
  const bytes = told === undefined ? Buffer.byteLength(whole) : Number(told);
  return [{ kind: 'message', bytes: isReadable ? bytes : line.bytes, line: line.number }];
}

/** Runs a function for so long at most; undefined when the time was over. Costs 75 µs a call. */
function timeLimit(ms: number): <T>(run: () => T) => T | undefined {
  const holder: { run?: () => unknown } = {};
  const script = new Script('run()');
  const context = createContext(holder);
  return <T>(run: () => T) => {
    holder.run = run;
    try {
      return script.runInContext(context, { timeout: ms }) as T;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return undefined;
      throw error;
    }
  };
}
