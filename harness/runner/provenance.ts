import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import type { Run } from '../report/results.ts';
import type { RunStart } from './plan.ts';

/** When, where, with which version, of which commit. */
export function describeRun(cwd: string): RunStart {
  const startedAt = new Date().toISOString();
  const [cpu] = cpus();
  return {
    id: `${startedAt.slice(0, 19).replace(/[-:]/g, '').replace('T', '-')}-${process.pid}`,
    startedAt,
    tickmarkVersion,
    node: process.versions.node,
    host: { platform: process.platform, arch: process.arch, cpu: cpu?.model ?? 'unknown', cores: cpus().length },
    git: gitState(cwd),
  };
}

/** This package's version. */
export const tickmarkVersion = (
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
).version;

/** The commit the working tree stands on, and whether tracked files differ from it; null outside a repository. */
function gitState(cwd: string): Run['git'] {
  try {
    const commit = git(cwd, 'rev-parse', 'HEAD').trim();
    return { commit, dirty: git(cwd, 'status', '--porcelain', '--untracked-files=no') !== '' };
  } catch {
    return null; // no git, no repository, or no commit: the run is just as good
  }
}

function git(cwd: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 5_000 });
}
