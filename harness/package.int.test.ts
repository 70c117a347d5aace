// The package as another project gets it: packed, unpacked under node_modules, and used by its command and in its tests.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const checkout = fileURLToPath(new URL('..', import.meta.url));
const project = mkdtempSync(join(tmpdir(), 'tickmark-package-'));
const modules = join(project, 'node_modules');
const installed = join(modules, 'tickmark');
const suite = join('suites', 'vibration-anomaly');
const specs = fileURLToPath(new URL('fixtures/specs', import.meta.url));

/** As npm lays it out, without asking a registry: the package is a real folder, what it depends on is linked from the checkout. */
beforeAll(() => {
  mkdirSync(modules);
  const packed = execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', project], {
    cwd: checkout,
    encoding: 'utf8',
  });
  execFileSync('tar', ['-xzf', join(project, packed.trim()), '-C', modules]);
  execFileSync('mv', [join(modules, 'package'), installed]);
  for (const name of readdirSync(join(checkout, 'node_modules')))
    if (!name.startsWith('.') && name !== 'tickmark')
      symlinkSync(join(checkout, 'node_modules', name), join(modules, name));
  // a user's repository: the example suite with its specs, and specs of its own
  cpSync(join(checkout, suite), join(project, suite), { recursive: true, filter: file => !file.endsWith('.py') });
  cpSync(specs, project, { recursive: true });
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
});
afterAll(() => rmSync(project, { recursive: true }));

function tickmark(...args: readonly string[]) {
  const cli = join(installed, 'dist', 'cli.js');
  return spawnSync(process.execPath, [cli, ...args], { cwd: project, encoding: 'utf8' });
}

/** Playwright with none of this machine's programs: QEMU is not there, wherever the tests run. */
function playwright(...args: readonly string[]) {
  const cli = join(modules, '@playwright', 'test', 'cli.js');
  const env = { ...process.env, PATH: '' };
  return spawnSync(process.execPath, [cli, 'test', ...args], { cwd: project, encoding: 'utf8', env });
}

function tsc(...files: readonly string[]): string {
  const strict = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--types', 'node'];
  const args = [join(modules, 'typescript', 'bin', 'tsc'), ...strict, '--lib', 'es2023,esnext.disposable', ...files];
  return spawnSync(process.execPath, args, { cwd: project, encoding: 'utf8' }).stdout;
}

test('is small, and holds neither tests nor what was built from the firmware', () => {
  const files = readdirSync(installed, { recursive: true, encoding: 'utf8' });
  expect(files.filter(file => /\.test\.|\/fixtures\/|tsbuildinfo|firmware\/build|\.map$/.test(file))).toEqual([]);
  expect(files).toContain(join('boards', 'firmware', 'images', 'rp2040.elf'));
  const bytes = files.map(file => statSync(join(installed, file))).reduce((sum, { size }) => sum + size, 0);
  expect(bytes).toBeLessThan(5 << 20);
});

test('checks a suite with the boards it brings', () => {
  expect(tickmark('check', suite)).toMatchObject({ status: 0, stderr: '' });
});

test('lets users write tests of their own: the example specs pass', () => {
  const { stdout, status } = playwright('suites');
  expect(stdout).toMatch(/\b11 passed/);
  expect(status).toBe(0);
});

test("runs a user's specs on the target of their project, and skips what is not installed", () => {
  const { stdout, status } = playwright('good', 'absent');
  expect(stdout).toMatch(/ 2 skipped\n.*\b2 passed/);
  expect(status).toBe(0);
});

test('says in a spec that fails what was expected, of what, and where', () => {
  const { stdout, status } = playwright('bad');
  expect(status).toBe(1);
  expect(stdout).toMatch(
    /element 0 is 2 LSB off: expected -?\d+, got -?\d+; elements that differ: 1 \(allowed: 0 LSB\)/,
  );
  expect(stdout.match(/LSB off/g)).toHaveLength(1);
  expect(stdout).toMatch(/no vector 300[\s\S]*> +\d+ \|   await dut.infer\(300\)/);
  expect(stdout).toMatch(/memory.arena failed: arena [\d.]+ KiB, budget <= 1 KiB/);
  expect(stdout.match(/latency.silicon.p50 skipped: bounds silicon/g)).toHaveLength(2); // with .not as well
  expect(stdout).toContain('Error: it meets every budget');
  expect(stdout).toMatch(/Test timeout of 300ms exceeded[\s\S]*the test ended before the DUT had answered/);
});

test('brings the types that a spec in TypeScript is checked by, sound without skipLibCheck', () => {
  const wrong = "import { test } from 'tickmark';\ntest('x', async ({ dut }) => { await dut.infer('0'); });";
  writeFileSync(join(project, 'wrong.ts'), wrong);
  const examples = ['golden', 'inputs', 'budgets'].map(name => join(suite, 'tests', `${name}.spec.ts`));
  const found = tsc(...examples, 'good.spec.ts', 'bad.spec.ts', 'playwright.config.ts', 'wrong.ts')
    .trim()
    .split('\n');
  const ours = found.filter(line => !/^ |playwright-core\/types/.test(line)); // Playwright's own want a browser's
  expect(ours).toEqual([expect.stringMatching(/^wrong\.ts.*TS2345.*Argument of type 'string'/)]);
});

test('measures and judges a suite', () => {
  const { status, stdout, stderr } = tickmark('run', suite, '--no-html', '--out', 'run');
  expect(stderr).toBe('');
  expect(stdout).toMatch(/: \d+ passed(, \d+ skipped)?$/m); // emulators may be there or not
  expect(status).toBe(0);
});
