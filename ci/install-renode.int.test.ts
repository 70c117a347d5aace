// The installer that CI jobs use, with a stand-in for curl: what it asks for, and what it refuses.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';

const archive = `renode-1.16.1.linux-${process.arch === 'arm64' ? 'arm64-' : ''}portable-dotnet.tar.gz`;

describe.skipIf(process.platform !== 'linux')('install-renode.sh', () => {
  test('installs what has the pinned checksum, says where, and asks for it once', () => {
    const desk = createDesk();
    desk.pin(desk.release);
    const installed = join(desk.folder, 'renode-1.16.1');
    expect(desk.install()).toMatchObject({ status: 0, stdout: `${installed}\n` });
    expect(spawnSync(join(installed, 'renode'), { encoding: 'utf8' }).stdout).toBe('Renode v1.16.1\n');
    expect(desk.install()).toMatchObject({ status: 0, stdout: `${installed}\n` });
    expect(desk.asked()).toEqual([`https://github.com/renode/renode/releases/download/v1.16.1/${archive}`]);
    expect(readdirSync(desk.folder)).toEqual(['renode-1.16.1']);
  });

  test('refuses what has another checksum, and leaves nothing of it', () => {
    const desk = createDesk(); // with the checksums of the real release
    const { status, stdout, stderr } = desk.install();
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain(`${archive}: FAILED`);
    expect(readdirSync(desk.folder)).toEqual([]);
  });
});

/** A copy of the installer with its checksums, an archive to install, and a `curl` that hands that over whatever it is asked for. */
function createDesk() {
  const root = mkdtempSync(join(tmpdir(), 'tickmark-renode-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const [bin, parts, folder] = ['bin', 'parts/renode_portable', 'installed'].map(name => join(root, name)) as [
    string,
    string,
    string,
  ];
  for (const path of [bin, parts, folder]) mkdirSync(path, { recursive: true });
  for (const name of ['install-renode.sh', 'renode.sha256'])
    copyFileSync(join(import.meta.dirname, name), join(root, name));
  writeExecutable(join(parts, 'renode'), 'echo "Renode v1.16.1"');
  const release = join(root, 'release.tar.gz');
  spawnSync('tar', ['-czf', release, '-C', join(root, 'parts'), 'renode_portable']);
  const log = join(root, 'asked');
  writeExecutable(
    join(bin, 'curl'),
    `while [ $# -gt 1 ]; do [ "$1" = --output ] && out=$2; shift; done; echo "$1" >>'${log}'; cp '${release}' "$out"`,
  );
  return {
    folder,
    release: readFileSync(release),
    asked: () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []),
    pin: (bytes: Uint8Array) =>
      writeFileSync(join(root, 'renode.sha256'), `${createHash('sha256').update(bytes).digest('hex')}  ${archive}\n`),
    install: () =>
      spawnSync('sh', [join(root, 'install-renode.sh'), folder], {
        encoding: 'utf8',
        env: { ...process.env, PATH: `${bin}:${process.env.PATH}` },
      }),
  };
}

function writeExecutable(path: string, script: string): void {
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}
