import { type ExecFileException, execFile } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { HarnessError } from '../errors.ts';
import { allureCategories } from './allure.ts';
import { historyFile, keptRuns, restoreHistory } from './history.ts';

/** Makes the HTML report of a run. */
export interface Generator {
  /** `allure-commandline 2.46.1` */
  readonly name: string;
  /** Writes `page`/index.html, one file that opens from disk. Throws what the generator said when it fails. */
  generate(folders: GeneratorFolders, signal: AbortSignal): Promise<void>;
}

/** Absolute folders: Allure results to read, where the page goes, scratch space, and the report before this one if there is one. */
export interface GeneratorFolders {
  readonly results: string;
  readonly page: string;
  readonly scratch: string;
  readonly previous: string | null;
}

const timeoutMs = 120_000;
/** The generator ends before Java's optimizing compiler would pay: without it, half the time for 5 cases and for 5,000. */
const javaOptions = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'];

/** allure-commandline where a Java runtime answers, else allure 3, which needs nothing but Node. */
export async function generatorHere(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<Generator> {
  const java = env.JAVA_HOME ? join(env.JAVA_HOME, 'bin', 'java') : 'java';
  const answers = await run(java, ['-version'], { env, timeout: 10_000, signal }).then(
    () => true,
    () => false,
  );
  signal.throwIfAborted();
  return answers ? allureCommandline(java, env) : allure3(env);
}

/** Allure 2 on the given Java runtime, started without the package's shell script: the same on every system. */
export function allureCommandline(java: string, env: NodeJS.ProcessEnv): Generator {
  const { folder, version } = packageOf('allure-commandline');
  const home = join(folder, 'dist');
  const classPath = [join(home, 'lib', '*'), join(home, 'lib', 'config')].join(delimiter);
  // without ALLURE_NO_ANALYTICS the generator itself reports to its maker
  const quiet = { ...env, APP_HOME: home, ALLURE_NO_ANALYTICS: '1' };
  return {
    name: `allure-commandline ${version}`,
    async generate({ results, page, scratch, previous }, signal) {
      if (previous) restoreHistory(previous, scratch, keptRuns(results));
      const options = ['--single-file', '--lang', 'en', '--name', 'Tickmark', '-o', page];
      const program = ['-cp', classPath, 'io.qameta.allure.CommandLine', 'generate'];
      const args = [...javaOptions, ...program, ...options, results, scratch];
      await run(java, args, { env: quiet, timeout: timeoutMs, signal });
    },
  };
}

/** Allure 3 on this Node. */
export function allure3(env: NodeJS.ProcessEnv): Generator {
  const { folder, version } = packageOf('allure');
  return {
    name: `allure ${version}`,
    async generate({ results, page, scratch, previous }, signal) {
      const config = join(scratch, 'allurerc.json');
      const historyPath = join(page, historyFile);
      if (previous && existsSync(join(previous, historyFile))) copyFileSync(join(previous, historyFile), historyPath);
      const history = { historyPath, historyLimit: keptRuns(results) };
      writeFileSync(config, JSON.stringify({ ...configuration(), categories: allureCategories(), ...history }));
      const args = ['generate', '--config', config, '--cwd', scratch, '--output', page, results];
      await run(process.execPath, [join(folder, 'cli.js'), ...args], { env, timeout: timeoutMs, signal });
    },
  };
}

const execute = promisify(execFile);

/** Runs a program without a shell; its error says what it printed. */
async function run(
  program: string,
  args: readonly string[],
  options: { env: NodeJS.ProcessEnv; timeout: number; signal: AbortSignal },
): Promise<void> {
  try {
    await execute(program, args, { ...options, killSignal: 'SIGKILL', maxBuffer: 16 * 1024 ** 2 });
  } catch (cause) {
    options.signal.throwIfAborted();
    throw new Error(explain(cause, options.timeout), { cause });
  }
}

/** What execFile's error tells: whether the time ran out, and what the program said. */
function explain(failure: unknown, timeout: number): string {
  const error: Partial<ExecFileException> = failure instanceof Error ? failure : {};
  if (error.killed) return `it did not end within ${timeout / 1000} s`;
  const said = `${error.stderr ?? ''}\n${error.stdout ?? ''}`.trim().split('\n').slice(0, 4).join(' / ');
  return said || error.message?.split('\n')[0] || 'it failed without a word';
}

function configuration(): object {
  const options: object = JSON.parse(readFileSync(new URL('../../reports/allurerc.json', import.meta.url), 'utf8'));
  return options;
}

function packageOf(name: string): { folder: string; version: string } {
  const path = manifestOf(name);
  const { version }: { version: string } = JSON.parse(readFileSync(path, 'utf8'));
  return { folder: dirname(path), version };
}

/** `exports` may hide a package's package.json from `require.resolve`, so it is looked for where Node looks. */
function manifestOf(name: string): string {
  const require = createRequire(import.meta.url);
  for (const folder of require.resolve.paths(name) ?? []) {
    const path = join(folder, name, 'package.json');
    if (existsSync(path)) return path;
  }
  throw new HarnessError('is not installed', name, 'run `npm install` again without leaving packages out');
}
