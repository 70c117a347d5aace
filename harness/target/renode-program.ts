import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { messageOf } from '../errors.ts';
import { findProgram } from './program.ts';

/** How Renode is started: a program and what comes before Renode's own arguments. */
export interface RenodeCommand {
  readonly program: string;
  readonly args: readonly string[];
}

/** Why there is no Renode that can be used, and what to do. */
export interface MissingRenode {
  readonly what: string;
  readonly fix: string;
}

export type FoundRenode =
  | { readonly command: RenodeCommand; readonly version: string; readonly missing?: never }
  | { readonly missing: MissingRenode };

export const howToGetRenode =
  'unpack the portable release v1.16.1 of https://github.com/renode/renode/releases, and put it on PATH or its folder in RENODE_PATH';

/** What Tickmark's end inside Renode is known to need; older ones were not looked at. Tried with 1.16.1. */
const leastVersion = [1, 15] as const;

const versionMs = 20_000;

/**
 * The Renode that RENODE_PATH names (an executable, a `Renode.dll`, a `Renode.exe`, or the folder of one), or else that on PATH; it is asked
 * for its version. Rejects with what it said where it does not start, or with the reason of `signal`.
 */
export async function findRenode(signal: AbortSignal, env: NodeJS.ProcessEnv = process.env): Promise<FoundRenode> {
  const located = locate(env);
  if ('what' in located) return { missing: located };
  const limits = { signal, timeout: versionMs, killSignal: 'SIGKILL' } as const;
  const { stdout } = await promisify(execFile)(located.program, [...located.args, '--version'], limits).catch(
    (cause: unknown) => {
      signal.throwIfAborted();
      throw new Error(`${[located.program, ...located.args].join(' ')} --version: ${messageOf(cause).trim()}`, {
        cause,
      });
    },
  );
  const version = /v(\d+\.\d+\.\d+)/.exec(stdout)?.[1] ?? '';
  if (isOlder(version)) return { missing: missing(`Renode ${version} is older than ${leastVersion.join('.')}`) };
  return { command: located, version: version || 'of unknown version' };
}

/** Why there is no Renode here, and how to change that; undefined when there is one, whose version nobody has asked for. */
export function missingRenode(): string | undefined {
  const located = locate(process.env);
  return 'what' in located ? `${located.what}: ${located.fix}` : undefined;
}

/** Where Renode lies, without asking it anything, or why nowhere. */
function locate(env: NodeJS.ProcessEnv): RenodeCommand | MissingRenode {
  const { RENODE_PATH: named } = env;
  if (named === undefined || named === '') {
    const program = findProgram('renode', env);
    return program === undefined ? missing('Renode is not installed') : { program, args: [] };
  }
  const path = [named, ...files.map(file => join(named, file))].find(isFile);
  if (path === undefined) return missing(`RENODE_PATH is ${named}, where no Renode is`);
  return commandFor(path, env);
}

function missing(what: string): MissingRenode {
  return { what, fix: howToGetRenode };
}

/** The portable release, a build by .NET, one by Mono; each also as it lies in a source tree. */
const names = ['renode', 'Renode.dll', 'renode.dll', 'Renode.exe'];
const files = [
  ...names,
  ...names.slice(1).flatMap(name => [join('bin', name), join('output', 'bin', 'Release', name)]),
];

function commandFor(path: string, env: NodeJS.ProcessEnv): RenodeCommand | MissingRenode {
  const runtime = runtimes[extname(path)];
  if (runtime === undefined) return { program: path, args: [] };
  const program = findProgram(runtime.program, env);
  return program === undefined
    ? { what: `${path} needs ${runtime.program}, which is not installed`, fix: runtime.install }
    : { program, args: [path] };
}

const runtimes: Readonly<Record<string, { readonly program: string; readonly install: string }>> = {
  '.dll': { program: 'dotnet', install: 'get it from https://dotnet.microsoft.com/download' },
  '.exe': { program: 'mono', install: 'apt-get install mono-complete, or brew install mono' },
};

function isOlder(version: string): boolean {
  const [major = Number.POSITIVE_INFINITY, minor = 0] = version === '' ? [] : version.split('.').map(Number);
  return major < leastVersion[0] || (major === leastVersion[0] && minor < leastVersion[1]);
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
