import { execFile } from 'node:child_process';
import { accessSync, constants, readdirSync, readFileSync, statSync } from 'node:fs';

/** The machine as the doctor sees it; a test has one of its own. Nothing here throws: what cannot be seen is not there. */
export interface System {
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  readonly nodeVersion: string;
  readonly env: NodeJS.ProcessEnv;
  /** The project's folder. */
  readonly cwd: string;
  /** What a program says to its arguments, on both streams; undefined where it cannot be started or fails. */
  run(program: string, args: readonly string[]): Promise<string | undefined>;
  read(path: string): string | undefined;
  /** Names in a folder, sorted; none where there is no such folder. */
  list(folder: string): readonly string[];
  /** Whether this user may read and write it. */
  isUsable(path: string): boolean;
  groupOf(path: string): number | undefined;
}

const answerMs = 10_000;

/** The machine that this runs on. */
export function thisSystem(): System {
  return {
    platform: process.platform,
    arch: process.arch,
    nodeVersion: process.versions.node,
    env: process.env,
    cwd: process.cwd(),
    run: (program, args) =>
      new Promise(resolve => {
        execFile(program, [...args], { timeout: answerMs }, (error, stdout, stderr) =>
          resolve(error ? undefined : `${stdout}${stderr}`),
        );
      }),
    read: path => orUndefined(() => readFileSync(path, 'utf8')),
    list: folder => orUndefined(() => readdirSync(folder).sort()) ?? [],
    isUsable: path => orUndefined(() => accessSync(path, constants.R_OK | constants.W_OK) ?? true) ?? false,
    groupOf: path => orUndefined(() => statSync(path).gid),
  };
}

function orUndefined<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
