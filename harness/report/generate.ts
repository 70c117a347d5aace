import { type ExecFileException, execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { HarnessError, messageOf } from '../errors.ts';
import { allureCategories, allureResultsOf } from './allure.ts';
import { withoutAnalytics } from './analytics.ts';
import type { Reporter } from './port.ts';

const timeoutMs = 120_000;

/** Makes the HTML report of a run. */
export interface Generator {
  /** `allure-commandline 2.46.1` */
  readonly name: string;
  /** Reads `results` and writes `page`/index.html, one file that opens from disk. Both are absolute folders. */
  generate(folders: { readonly results: string; readonly page: string }, signal: AbortSignal): Promise<void>;
}

/** Writes allure-report/index.html and says which generator made it. A failure is a warning: the results and verdicts stand. */
export function htmlReporter(generatorFor: () => Promise<Generator>, signal: AbortSignal): Reporter {
  return {
    name: 'HTML',
    async onEnd(reported) {
      const generator = await generatorFor();
      const path = await generateReport(reported.folder, generator, signal);
      reported.announce({ kind: 'report', title: `Allure report, made by ${generator.name}`, path });
    },
  };
}

/**
 * The path of the report made from a run's allure-results, which replaces an older one only when it is whole. It makes no request
 * when it is opened. Throws HarnessError when the generator fails.
 */
export async function generateReport(folder: string, generator: Generator, signal: AbortSignal): Promise<string> {
  const draft = mkdtempSync(join(folder, '.allure-report-'));
  try {
    await generator.generate({ results: allureResultsOf(folder), page: draft }, signal);
    const page = join(draft, 'index.html');
    writeFileSync(page, withoutAnalytics(readFileSync(page, 'utf8')));
    return moveInto(join(folder, 'allure-report'), page);
  } catch (cause) {
    signal.throwIfAborted();
    throw new HarnessError(
      `no report was made: ${messageOf(cause)}`,
      generator.name,
      'the results are kept: mend this and run `tickmark report`',
      { cause },
    );
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

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
  return {
    name: `allure-commandline ${version}`,
    async generate({ results, page }, signal) {
      const generate = [
        'generate',
        '--clean',
        '--single-file',
        '--lang',
        'en',
        '--name',
        'Tickmark',
        '-o',
        page,
        results,
      ];
      // without ALLURE_NO_ANALYTICS the generator itself reports to its maker
      const quiet = { ...env, APP_HOME: home, ALLURE_NO_ANALYTICS: '1' };
      await run(java, ['-cp', classPath, 'io.qameta.allure.CommandLine', ...generate], {
        env: quiet,
        timeout: timeoutMs,
        signal,
      });
    },
  };
}

/** Allure 3 on this Node. */
export function allure3(env: NodeJS.ProcessEnv): Generator {
  const { folder, version } = packageOf('allure');
  return {
    name: `allure ${version}`,
    async generate({ results, page }, signal) {
      const config = join(page, 'allurerc.json');
      mkdirSync(page, { recursive: true });
      writeFileSync(config, JSON.stringify({ ...configuration(), categories: allureCategories() }));
      const generate = ['generate', '--config', config, '--cwd', page, '--output', page, results];
      await run(process.execPath, [join(folder, 'cli.js'), ...generate], { env, timeout: timeoutMs, signal });
    },
  };
}

const execute = promisify(execFile);

/** Runs a program without a shell; its error says what it printed last. */
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
  const {
    killed,
    stderr = '',
    stdout = '',
    message,
  }: Partial<ExecFileException> = failure instanceof Error ? failure : {};
  if (killed) return `it did not end within ${timeout / 1000} s`;
  const said = `${stderr}\n${stdout}`.trim().split('\n').slice(0, 4).join(' / ');
  return said || message?.split('\n')[0] || 'it failed without a word';
}

function moveInto(folder: string, page: string): string {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const path = join(folder, 'index.html');
  renameSync(page, path);
  return path;
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
