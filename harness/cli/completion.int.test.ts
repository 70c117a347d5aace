import { execFile, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';

const cli = join(import.meta.dirname, '..', '..', 'dist', 'cli.js');
const folder = mkdtempSync(join(tmpdir(), 'tickmark-shells-'));
afterAll(() => rmSync(folder, { recursive: true }));

mkdirSync(join(folder, 'suites', 'kws'), { recursive: true });
writeFileSync(join(folder, 'suites', 'kws', 'suite.yaml'), '');
writeFileSync(join(folder, 'app.elf'), '');
writeFileSync(join(folder, 'tickmark'), `#!/bin/sh\nexec '${process.execPath}' '${cli}' "$@"\n`);
chmodSync(join(folder, 'tickmark'), 0o755);
const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };

/** The lines that a real shell would offer for a command line with the cursor at its end. */
async function offered(shell: string, script: string, line: string): Promise<string[]> {
  const args = shell === 'fish' ? ['--no-config', '-c', script] : ['-c', script];
  const { stdout } = await promisify(execFile)(shell, args, {
    cwd: folder,
    env: { ...env, LINE: line },
    timeout: 30_000,
  });
  return stdout.split('\n').filter(found => found !== '');
}

const inBash = (line: string) =>
  offered(
    'bash',
    'source <(tickmark completion bash); COMP_LINE=$LINE COMP_POINT=${#LINE}; _tickmark; printf "%s\\n" "${COMPREPLY[@]}"',
    line,
  );

// compadd and _describe are zsh's own way to offer; outside of its line editor they can only be listened to
const inZsh = (line: string) =>
  offered(
    'zsh',
    `compdef() { :; }; source <(tickmark completion zsh)
    _describe() { print -rl -- "\${(@P)2%%:*}" }; compadd() { print -rl -- "\${(@P)@[-1]}" }
    words=("\${(@s: :)LINE}"); CURRENT=$#words; _tickmark`,
    line,
  );

const inFish = async (line: string) => {
  const lines = await offered('fish', 'tickmark completion fish | source; complete -C "$LINE"', line);
  return lines.map(each => each.split('\t')[0]);
};

const shells = { bash: inBash, zsh: inZsh, fish: inFish };

for (const [shell, complete] of Object.entries(shells)) {
  const isHere = spawnSync(shell, ['--version']).status === 0;
  test.skipIf(!isHere)(
    `${shell} completes commands, suites, targets and options (install ${shell} to run this)`,
    async () => {
      expect(await complete('tickmark comp')).toEqual(['completion']);
      expect(await complete('tickmark run ')).toContain('kws');
      expect(await complete('tickmark check k')).toEqual(['kws']);
      expect(await complete('tickmark run --target rp')).toEqual(['rp2040js-pico']);
      expect(await complete('tickmark run --str')).toEqual(['--strict']);
    },
  );
}

test('bash is given what follows the =, at which it breaks words', async () => {
  expect(await inBash('tickmark run --image rp2040js-pico=a')).toEqual(['app.elf']);
  expect(await inBash('tickmark run --target=rp')).toEqual(['rp2040js-pico']);
});

test('what is typed is never evaluated', async () => {
  await inBash('tickmark run $(touch evaluated) `touch evaluated` k');
  expect(spawnSync('ls', ['evaluated'], { cwd: folder }).status).not.toBe(0);
});

test('a shell waits little, and a completion that fails says nothing', () => {
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, '__complete', '--', 'run', '/nowhere/'], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect({ status, said: `${stdout}${stderr}` }).toEqual({ status: 0, said: '' });
  expect(performance.now() - started).toBeLessThan(1500); // 130 ms where nothing else runs
});
