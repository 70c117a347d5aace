// The package as another project gets it: packed, unpacked under node_modules, and used by its command.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const checkout = fileURLToPath(new URL('..', import.meta.url));
const project = mkdtempSync(join(tmpdir(), 'tickmark-package-'));
const modules = join(project, 'node_modules');
const suite = join(checkout, 'suites', 'vibration-anomaly', 'suite.yaml');

/** As npm lays it out, without asking a registry: the package is a real folder, what it depends on is linked from the checkout. */
beforeAll(() => {
  mkdirSync(modules);
  const packed = execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', project], {
    cwd: checkout,
    encoding: 'utf8',
  });
  execFileSync('tar', ['-xzf', join(project, packed.trim()), '-C', modules]);
  execFileSync('mv', [join(modules, 'package'), join(modules, 'tickmark')]);
  for (const name of readdirSync(join(checkout, 'node_modules')))
    if (!name.startsWith('.') && name !== 'tickmark')
      symlinkSync(join(checkout, 'node_modules', name), join(modules, name));
});
afterAll(() => rmSync(project, { recursive: true }));

function tickmark(...args: readonly string[]) {
  const cli = join(modules, 'tickmark', 'dist', 'cli.js');
  return spawnSync(process.execPath, [cli, ...args], { cwd: project, encoding: 'utf8' });
}

test('is small, and holds neither tests nor what was built from the firmware', () => {
  const files = readdirSync(join(modules, 'tickmark'), { recursive: true, encoding: 'utf8' });
  expect(files.filter(file => /\.test\.|\/fixtures\/|tsbuildinfo|firmware\/build|\.map$/.test(file))).toEqual([]);
  expect(files).toContain(join('boards', 'firmware', 'images', 'rp2040.elf'));
});

test('checks a suite with the boards it brings', () => {
  expect(tickmark('check', suite)).toMatchObject({ status: 0, stderr: '' });
});

test('measures and judges a suite', () => {
  const { status, stdout, stderr } = tickmark('run', suite, '--no-html', '--out', 'run');
  expect(stderr).toBe('');
  expect(stdout).toContain('1 passed');
  expect(status).toBe(0);
});
