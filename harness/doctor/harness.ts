import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Finding } from './finding.ts';
import type { System } from './system.ts';

const leastNode = [20, 19] as const;

/** What the harness itself runs on: the system, Node, Playwright. */
export function checkHarness(system: System): Finding[] {
  return [checkSystem(system), checkNode(system), checkPlaywright(system)];
}

function checkSystem(system: System): Finding {
  const { platform, arch } = system;
  const about = { about: 'harness', name: 'System' };
  const isArch = arch === 'x64' || arch === 'arm64';
  if (platform === 'win32')
    return {
      ...about,
      state: 'warning',
      detail: 'Windows',
      fix: 'work in WSL 2: sockets and signals are those of Unix',
    };
  if ((platform !== 'linux' && platform !== 'darwin') || !isArch)
    return {
      ...about,
      state: 'warning',
      detail: `${platform} ${arch} is untried`,
      fix: 'use Linux, macOS or WSL on x64 or arm64',
    };
  return { ...about, state: 'found', detail: `${systemName(system)} ${arch}` };
}

function systemName(system: System): string {
  if (system.platform === 'darwin') return 'macOS';
  return isWsl(system) ? 'WSL' : 'Linux';
}

/** Windows' Linux says so in its kernel's version. */
export function isWsl(system: System): boolean {
  return /microsoft/i.test(system.read('/proc/version') ?? '');
}

function checkNode({ nodeVersion }: System): Finding {
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number);
  const isNew = major > leastNode[0] || (major === leastNode[0] && minor >= leastNode[1]);
  const about = { about: 'harness', name: 'Node', detail: nodeVersion, isNeeded: true };
  return isNew
    ? { ...about, state: 'found' }
    : { ...about, state: 'warning', fix: `install Node ${leastNode.join('.')} or newer` };
}

/** Two copies of Playwright cannot work together: what the user's tests import must be what Tickmark runs. */
function checkPlaywright({ cwd }: System): Finding {
  const about = { about: 'harness', name: 'Playwright test', isNeeded: true };
  const fix = 'npm install --save-dev @playwright/test';
  const ours = playwrightAt(fileURLToPath(import.meta.url));
  if (!ours) return { ...about, state: 'missing', detail: 'is not installed', fix };
  const users = playwrightAt(join(cwd, 'package.json'));
  if (users && users.path !== ours.path) {
    const detail = `two copies: ${ours.path} and ${users.path}`;
    return { ...about, state: 'warning', detail, fix: 'keep one: npm dedupe, or install tickmark in this project' };
  }
  const misfit = playwrightMisfit(ours.version);
  if (misfit !== undefined) return { ...about, state: 'warning', detail: misfit, fix: `${fix}@1` };
  return { ...about, state: 'found', detail: ours.version };
}

function playwrightAt(from: string): { readonly path: string; readonly version: string } | undefined {
  const require = createRequire(from);
  try {
    const path = require.resolve('@playwright/test/package.json');
    return { path, version: (require(path) as { version: string }).version };
  } catch {
    return undefined;
  }
}

/** Why a version of Playwright is none that Tickmark was made for; undefined when it is. */
export function playwrightMisfit(version: string): string | undefined {
  const [, ...least] = /^>=(\d+)\.(\d+)\.\d+ <(\d+)$/.exec(playwrightRange) ?? [];
  const [leastMajor = 0, leastMinor = 0, beyond = 0] = least.map(Number);
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isFit = major < beyond && (major > leastMajor || (major === leastMajor && minor >= leastMinor));
  return isFit ? undefined : `${version}, and Tickmark runs with ${playwrightRange}`;
}

const { peerDependencies } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  peerDependencies: Record<string, string>;
};
const playwrightRange = peerDependencies['@playwright/test'] ?? '';
