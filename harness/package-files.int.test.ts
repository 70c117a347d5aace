// What npm packs: small, whole where its pages point to, and of use to who forgot Playwright.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const checkout = join(import.meta.dirname, '..');

interface Packed {
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

function pack(): Packed {
  const said = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: checkout,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [packed] = JSON.parse(said) as readonly Packed[];
  if (!packed) throw new Error('npm packed nothing');
  return packed;
}

test('every link in the pages of the package leads to a file of the package', () => {
  const { files } = pack();
  const paths = files.map(({ path }) => path);
  const dead = paths
    .filter(path => path.endsWith('.md'))
    .flatMap(page => linksOf(page).filter(link => !leads(link, paths)));
  expect(dead).toEqual([]);
});

test('the package, with 13 images of firmware, is below 1.75 MB', () => {
  expect(pack().size).toBeLessThan(1.75e6);
});

test('without Playwright, a run says how to get it', () => {
  const project = mkdtempSync(join(tmpdir(), 'tickmark-lonely-'));
  onTestFinished(() => rmSync(project, { recursive: true }));
  const modules = join(project, 'node_modules');
  mkdirSync(modules);
  for (const name of readdirSync(join(checkout, 'node_modules')))
    if (!name.startsWith('.') && !['tickmark', '@playwright', 'playwright'].includes(name))
      symlinkSync(join(checkout, 'node_modules', name), join(modules, name));
  for (const part of ['dist', 'boards', 'harness/suite', 'harness/report', 'package.json'])
    cpSync(join(checkout, part), join(modules, 'tickmark', part), { recursive: true });
  const cli = join(modules, 'tickmark', 'dist', 'cli.js');
  const suite = join(checkout, 'suites', 'vibration-anomaly');
  const { status, stderr } = spawnSync(process.execPath, [cli, 'run', suite], { cwd: project, encoding: 'utf8' });
  expect([status, stderr]).toEqual([
    3,
    '@playwright/test: is not installed, and runs the cases\n  → npm install --save-dev @playwright/test\n',
  ]);
});

/** Relative links of a page, from the root of the package, without the place in the page. */
function linksOf(page: string): readonly string[] {
  const links = [...readFileSync(join(checkout, page), 'utf8').matchAll(/\]\(([^)#\s]+)[^)]*\)/g)];
  return links
    .map(([, link = '']) => link)
    .filter(link => !/^[a-z]+:/.test(link))
    .map(link => normalize(join(dirname(page), link)));
}

function leads(link: string, paths: readonly string[]): boolean {
  return (
    existsSync(join(checkout, link)) &&
    paths.some(path => path === link || path.startsWith(`${link.replace(/\/$/, '')}/`))
  );
}
