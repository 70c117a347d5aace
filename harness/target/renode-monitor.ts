import type { Readable, Writable } from 'node:stream';
import { TargetError } from '../errors.ts';

/** Renode's monitor on the standard streams of its process (`--console --plain`). Whatever is asked is answered in the order of the calls. */
export interface RenodeMonitor {
  /** What a command of the monitor says; rejects with a TargetError that quotes Renode where it says that something is wrong. */
  command(text: string): Promise<string>;
  /** Hands the monitor over to Tickmark's end inside Renode (renode/bridge.py): from then on, `ask` it. */
  enter(command: string): Promise<void>;
  /** The bridge's answer to a request of one line; rejects with a TargetError for what it refuses. */
  ask(request: string): Promise<string>;
  /** Rejects what is asked and what will be, with this reason. */
  end(reason: unknown): void;
}

export interface MonitorStreams {
  readonly stdin: Writable;
  readonly stdout: Readable;
}

/** What came of a question: what was said, or what is wrong with it in Renode's words. */
type Outcome = { readonly said: string; readonly fault?: never } | { readonly fault: string };

interface Question {
  readonly text: string;
  /** The outcome, once the last of these lines tells it. */
  readonly outcome: (lines: readonly string[]) => Outcome | undefined;
  readonly resolve: (said: string) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * A client of the monitor. `where` is the target's name; `onLost` is called with the core's state when the bridge says that the core has
 * aborted: then Renode answers nothing any more.
 * https://renode.readthedocs.io/en/latest/basic/monitor-syntax.html
 */
export function renodeMonitor(
  { stdin, stdout }: MonitorStreams,
  where: string,
  onLost: (state: string) => void,
): RenodeMonitor {
  const questions: Question[] = [];
  let heard: string[] = [];
  let rest = '';
  let asked = 0;
  let ended: { readonly reason: unknown } | undefined;

  stdout.setEncoding('utf8').on('data', (text: string) => {
    const pieces = (rest + text).split('\n');
    rest = (pieces.pop() ?? '').slice(-mostCharacters);
    for (const line of pieces) take(line.replaceAll('\r', ''));
  });

  const take = (line: string): void => {
    if (line.startsWith(lostMark)) return onLost(line.slice(lostMark.length));
    heard.push(line);
    if (heard.length > mostLines) heard = heard.slice(-mostLines / 2);
    const [question] = questions;
    const outcome = question?.outcome(heard);
    if (!question || !outcome) return;
    questions.shift();
    heard = [];
    if (outcome.fault === undefined) question.resolve(outcome.said);
    else question.reject(new TargetError(`Renode says: ${outcome.fault}`, where, fix));
  };
  const put = ({ text, outcome }: Pick<Question, 'text' | 'outcome'>): Promise<string> =>
    new Promise((resolve, reject) => {
      if (ended) return reject(ended.reason);
      questions.push({ text, outcome, resolve, reject });
      stdin.write(text);
    });
  const nextEnd = (): string => `end of answer ${++asked}`;

  return {
    command(text) {
      const end = nextEnd();
      return put({ text: `${text}\necho "${end}"\n`, outcome: lines => outcomeBefore(end, lines) });
    },
    async enter(text) {
      const end = nextEnd();
      // The bridge reads the second line away; where it does not come to be, the monitor answers it.
      const outcome = (lines: readonly string[]) => bridgeOutcome(lines) ?? outcomeBefore(end, lines);
      await put({ text: `${text}\necho "${end}"\n`, outcome });
    },
    ask: request => put({ text: `${request}\n`, outcome: bridgeOutcome }),
    end(reason) {
      ended ??= { reason };
      for (const question of questions.splice(0)) question.reject(ended.reason);
    },
  };
}

/** Far more than any answer has: what calls itself Renode may talk without end. A line may be a whole memory. */
const mostLines = 20_000;
const mostCharacters = 64 << 20;

const fix = 'mend what it names, in the board file, the platform or the image';
const lostMark = 'tickmark lost ';

/** The monitor tells a command's end by its prompt, which a command may print as well: so the end is what it is asked to say next. */
function outcomeBefore(end: string, lines: readonly string[]): Outcome | undefined {
  if (lines.at(-1) !== end) return undefined;
  const said = lines
    .slice(0, -1)
    .filter(line => !echo.test(line))
    .join('\n')
    .trim();
  const fault = faultIn(said);
  return fault === undefined ? { said } : { fault };
}

/** A command as the monitor repeats it, behind its prompt. */
const echo = /^\([^()\s]+\) /;

/** The monitor has no status, only words. */
function faultIn(said: string): string | undefined {
  const [, command, why] = /^There was an error executing command '(.*)'\n([\s\S]*)/m.exec(said) ?? [];
  if (why !== undefined) return `${why}\n(to \`${command}\`)`;
  return faults.map(fault => fault.exec(said)?.[1]).find(found => found !== undefined);
}

/** Each from the line that begins so to the end: a fault in a .repl file comes with its place and the line. */
const faults = [
  /^(No such command or device: [\s\S]*)/m,
  /^(Could not tokenize here:[\s\S]*)/m,
  /^(Errors during compilation or loading:[\s\S]*)/m,
  /^(Failed to download [\s\S]*)/m,
  /^(Command \S+ failed, returning [\s\S]*)/m,
];

function bridgeOutcome(lines: readonly string[]): Outcome | undefined {
  const [, kind, said = ''] = /^tickmark (ok|no) ?(.*)$/.exec(lines.at(-1) ?? '') ?? [];
  if (kind === undefined) return undefined;
  return kind === 'ok' ? { said } : { fault: said };
}
