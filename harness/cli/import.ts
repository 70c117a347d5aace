import { InputError } from '../errors.ts';
import { figure } from '../report/figures.ts';
import { protocolFor } from '../runner/adapters.ts';
import { importLog } from '../runner/import-log.ts';
import { surveyLog } from '../runner/survey-log.ts';
import type { Heard } from '../verdict/log/heard.ts';
import { type ImportPowerOptions, importPower } from './import-power.ts';
import { say, sayJson, table } from './say.ts';
import { sayImported } from './say-imported.ts';

/** What `tickmark import` takes; some of it belongs to one kind of file alone. */
export interface ImportOptions extends ImportPowerOptions {
  readonly baud?: string;
}

const ofTicks = ['baud'] as const;
const ofPower = ['windows', 'inferences', 'supply', 'accuracy', 'format', 'columns', 'column', 'rate'] as const;

/** `tickmark import`. Returns the exit code. Throws InputError for an option that is of the other kind of file. */
export function importFile(what: 'ticks' | 'power', file: string, options: ImportOptions): Promise<number> {
  const others = what === 'ticks' ? ofPower : ofTicks;
  const stray = others.find(key => options[key] !== undefined);
  if (stray === undefined) return what === 'ticks' ? importTicks(file, options) : importPower(file, options);
  const right = what === 'ticks' ? 'power' : 'ticks';
  throw new InputError(`is of ${right}, not of ${what}`, `--${stray}`, `leave it out, or write import ${right}`);
}

type Options = Pick<ImportOptions, 'suite' | 'target' | 'baud' | 'out' | 'html' | 'json'>;

/** `tickmark import ticks`: judges a log that somebody has kept by a suite; without one, says what is in it. Returns the exit code. */
async function importTicks(file: string, options: Options): Promise<number> {
  const interrupt = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupt.abort());
  const { suite, baud, target, out, html, json } = options;
  const rest = {
    html,
    ...(target !== undefined && { target }),
    ...(out !== undefined && { out }),
    ...(json !== undefined && { json }),
  };
  const rate = baudOption(baud);
  if (suite !== undefined) return judge(file, { ...rest, ...rate, suite }, interrupt.signal);
  const stray = (['target', 'out'] as const).find(key => options[key] !== undefined);
  if (stray) throw new InputError('needs a suite to judge by', `--${stray} ${options[stray]}`, 'name one with --suite');
  return survey(file, options.json ?? false, interrupt.signal);
}

function judge(
  file: string,
  options: Omit<Options, 'suite' | 'baud'> & { readonly suite: string; readonly baud?: number },
  signal: AbortSignal,
): Promise<number> {
  const { suite, target, baud, out, html, json = false } = options;
  const wanted = {
    cwd: process.cwd(),
    file,
    suite,
    html,
    ...(target !== undefined && { target }),
    ...(baud !== undefined && { baud }),
    ...(out !== undefined && { out }),
  };
  return sayImported(telling => importLog({ ...wanted, ...telling }, signal), { json, signal });
}

async function survey(file: string, json: boolean, signal: AbortSignal): Promise<number> {
  const { heard, clause } = await surveyLog(file, await protocolFor('log'), signal);
  const code = signal.aborted ? 130 : surveyCode(heard);
  if (json) sayJson({ ...asJson(heard), exitCode: code });
  else sayHeard(heard, clause);
  return code;
}

/** As of a run: a failing line is 1, and a log that nothing was found in is 3. */
function surveyCode({ failures, crashes, metrics }: Heard): number {
  if (failures.length + crashes.length > 0) return 1;
  return metrics.figures.length === 0 ? 3 : 0;
}

function asJson({ metrics, failures, warnings, crashes, leftOut }: Heard) {
  return {
    ...metrics,
    failures: linesOf(failures),
    warnings: linesOf(warnings),
    crashes: crashes.map(({ line, what, lines: count }) => ({ line, what, lines: count })),
    leftOut,
  };
}

function linesOf(alarms: Heard['failures']) {
  return alarms.map(({ line, text }) => ({ line, text }));
}

const shownLines = 20;

function sayHeard({ metrics, failures, warnings, crashes }: Heard, clause: string): void {
  const heading = ['figure', 'count', 'min', 'median', 'max', 'last'];
  const rows = metrics.figures.map(({ name, unit, count, min, median, max, last }) => [
    name,
    count,
    ...[min, median, max, last].map(value => figure(value, unit)),
  ]);
  if (rows.length > 0) say(table([heading, ...rows]));
  for (const [name, text] of Object.entries(metrics.facts)) say(`${name}: ${text}`);
  for (const { line, what, lines } of crashes.slice(0, shownLines))
    say(`crash in line ${line} (${lines} lines): ${what}`);
  for (const { line, text } of failures.slice(0, shownLines)) say(`failing line ${line}: ${text}`);
  for (const { line, text } of warnings.slice(0, shownLines)) say(`warning in line ${line}: ${text}`);
  say(clause);
}

function baudOption(text: string | undefined): { baud?: number } {
  if (text === undefined) return {};
  if (/^\d{1,8}$/.test(text) && Number(text) > 0) return { baud: Number(text) };
  throw new InputError('is no baud rate', `--baud ${text}`, 'write bits a second, such as 115200');
}
