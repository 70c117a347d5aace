import type { Status } from '../verdict/result.ts';

/** Where a person reads: process.stdout, or a test's stand-in. */
export interface Terminal {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Colours for one terminal, or none. */
export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly status: (status: Status, text: string) => string;
}

/** NO_COLOR wins over FORCE_COLOR (no-color.org); else a terminal that is not dumb gets colours. */
export function paintFor(terminal: Terminal, env: NodeJS.ProcessEnv): Paint {
  const wanted = wantsColour(terminal, env);
  const wrap = (code: number, end: number) => (text: string) =>
    wanted ? `\u001b[${code}m${text}\u001b[${end}m` : text;
  const colours = {
    passed: wrap(32, 39),
    failed: wrap(31, 39),
    broken: wrap(33, 39),
    inconclusive: wrap(35, 39),
    skipped: wrap(90, 39),
  };
  return { bold: wrap(1, 22), dim: wrap(2, 22), status: (status, text) => colours[status](text) };
}

function wantsColour(terminal: Terminal, env: NodeJS.ProcessEnv): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return terminal.isTTY === true && env.TERM !== 'dumb';
}

/** Text of others made harmless for a terminal: control characters, escapes included, show as pictures; a line break stays. */
export function harmless(text: string): string {
  return text.replace(/(?!\n)\p{Cc}/gu, character => {
    const code = character.charCodeAt(0);
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : '␡';
  });
}
