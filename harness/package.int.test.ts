// The package as another project gets it: packed, unpacked under node_modules, and used by its command.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
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

/** The example specs as they would lie in a user's repository, and a spec of which every expectation fails. */
function withSpecs(): void {
  const from = join(checkout, 'suites', 'vibration-anomaly');
  const to = join(project, 'suites', 'vibration-anomaly');
  cpSync(from, to, { recursive: true, filter: file => !file.endsWith('.py') });
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(project, 'bad.spec.ts'), badSpec);
  writeFileSync(join(project, 'playwright.config.ts'), "export default { reporter: 'line', workers: 1 };");
}

const badSpec = `
import { expect, test } from 'tickmark';
test.use({ suite: 'suites/vibration-anomaly' });
test('fails', async ({ dut }) => {
  const inference = await dut.infer(0);
  expect.soft({ ...inference, output: Uint8Array.of(inference.golden[0] ^ 2) }).toMatchGolden();
  expect.soft({ ...inference, output: Uint8Array.of(inference.golden[0] ^ 2) }).toMatchGolden({ maxDiffLsb: 2 });
  await dut.infer(300);
});
test('misses', async ({ measure }) => {
  const measured = await measure();
  expect.soft(measured).toMeetBudget('memory.arena', '<= 1 KiB');
  expect.soft(measured).toMeetBudget('latency.silicon.p50', '<= 1 s');
  expect.soft(measured).not.toMeetBudgets();
});
`;

function playwright(...args: readonly string[]) {
  const cli = join(modules, '@playwright', 'test', 'cli.js');
  return spawnSync(process.execPath, [cli, 'test', ...args], { cwd: project, encoding: 'utf8' });
}

test('lets users write tests of their own: the example specs pass', () => {
  withSpecs();
  const { stdout, status } = playwright('suites');
  expect(stdout).toMatch(/\b11 passed/);
  expect(status).toBe(0);
});

test('says in a spec that fails what was expected, of what, and where', () => {
  withSpecs();
  const { stdout, status } = playwright('bad');
  expect(status).toBe(1);
  expect(stdout).toMatch(
    /element 0 is 2 LSB off: expected -?\d+, got -?\d+; elements that differ: 1 \(allowed: 0 LSB\)/,
  );
  expect(stdout.match(/LSB off/g)).toHaveLength(1);
  expect(stdout).toMatch(/no vector 300[\s\S]*> +8 \|   await dut.infer\(300\)/);
  expect(stdout).toMatch(/memory.arena failed: arena [\d.]+ KiB, budget <= 1 KiB/);
  expect(stdout).toContain('latency.silicon.p50 skipped: bounds silicon');
  expect(stdout).toContain('Error: it meets every budget');
});

test('brings the types that a spec in TypeScript is checked by', () => {
  withSpecs();
  const args = [
    '--noEmit',
    '--strict',
    '--module',
    'nodenext',
    '--target',
    'es2022',
    '--lib',
    'es2023,esnext.disposable',
  ];
  const specs = ['golden', 'inputs', 'budgets'].map(name => `suites/vibration-anomaly/tests/${name}.spec.ts`);
  const tsc = join(modules, 'typescript', 'bin', 'tsc');
  const check = (...files: readonly string[]) =>
    spawnSync(process.execPath, [tsc, ...args, '--skipLibCheck', ...files], { cwd: project, encoding: 'utf8' }).stdout;
  expect(check(...specs)).toBe('');
  writeFileSync(
    join(project, 'wrong.ts'),
    "import { test } from 'tickmark';\ntest('x', async ({ dut }) => { dut.infer('0'); });",
  );
  expect(check('wrong.ts')).toMatch(/TS2345.*Argument of type 'string'/);
});

test('measures and judges a suite', () => {
  const { status, stdout, stderr } = tickmark('run', suite, '--no-html', '--out', 'run');
  expect(stderr).toBe('');
  expect(stdout).toMatch(/: (2 passed|1 passed, 1 skipped)$/m); // QEMU may be there or not
  expect(status).toBe(0);
});
