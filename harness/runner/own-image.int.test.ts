// A user's own firmware on the emulator: the reference image with a model linked into it stands for it, so that no compiler is needed.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { elfWithPart } from '../target/elf-with-part.ts';
import { createProject, type Project } from './fixtures/project.ts';

const checkout = fileURLToPath(new URL('../..', import.meta.url));
const reference = readFileSync(join(checkout, 'boards/firmware/images/rp2040.elf'));
const model = readFileSync(join(checkout, 'suites/vibration-anomaly/anomaly_int8.tflite'));
const target = 'rp2040js-pico';
const modelAddress = 0x1004_0000;

test('firmware with the suite’s model in it is measured as it is, and its model counts once', async () => {
  using project = createProject();
  project.suite('hum');
  writeBytes(project, 'app.elf', carrying(model));
  const run = await project.run('run', '--no-html', '--out', 'own', '--image', `${target}=app.elf`);
  expect(run).toMatchObject({ code: 0, stderr: '' });

  expect(await project.run('run', '--no-html', '--out', 'reference')).toMatchObject({ code: 0 });
  const [own, theirs] = ['own', 'reference'].map(name => project.results(name).cases[0]);
  expect(own?.provenance).toMatchObject({ imageFile: 'app.elf', isOwnImage: true });
  expect(theirs?.provenance).toMatchObject({ imageFile: 'rp2040.elf', isOwnImage: false });
  expect(own?.metrics.golden).toEqual(theirs?.metrics.golden);
  expect(own?.metrics.latency?.ticks).toEqual(theirs?.metrics.latency?.ticks);
  expect(own?.metrics.memory?.flashBytes).toBe(theirs?.metrics.memory?.flashBytes);
  expect(project.read('own/plan.json')).toContain(join(project.folder, 'app.elf'));
});

test('`firmware:` in a suite names it as well, and --image goes before it', async () => {
  using project = createProject();
  project.suite('hum', ['targets:', `firmware: { ${target}: ../../app.elf }\ntargets:`]);
  writeBytes(project, 'app.elf', carrying(model));
  writeBytes(project, 'other.elf', reference);
  const listed = async (...more: readonly string[]) =>
    (JSON.parse((await project.run('list', '--json', ...more)).stdout) as { cases: { firmware: unknown }[] }).cases[0]
      ?.firmware;
  expect(await listed()).toEqual({ path: join(project.folder, 'app.elf'), isOwn: true, protocol: 'tickmark' });
  const other = await listed('--image', `${target}=other.elf`);
  expect(other).toEqual({ path: join(project.folder, 'other.elf'), isOwn: true, protocol: 'tickmark' });
});

const other = Buffer.from(model);
other[other.length - 900] ^= 1;

test.each([
  { what: 'another model', elf: carrying(other), says: [/another model/, /differ from byte [\d,]+ on/, /SHA-256/] },
  { what: 'no build id', elf: withoutBuildId(), says: [/has no GNU build id/, /-Wl,--build-id/] },
  { what: 'another processor', elf: patched(18, 243), says: [/RISC-V/, /Cortex-M0\+/] },
  { what: 'floating-point code', elf: patched(37, 4), says: [/floating-point/, /Cortex-M0\+/] },
  { what: 'no ELF at all', elf: Buffer.from('a thesis'), says: [/app\.elf/] },
])('firmware with $what is refused before anything is measured', async ({ elf, says }) => {
  using project = createProject();
  project.suite('hum');
  writeBytes(project, 'app.elf', elf);
  for (const command of ['check', 'run']) {
    const { code, stderr } = await project.run(command, '--image', `${target}=app.elf`);
    expect(code).toBe(2);
    for (const words of says) expect(stderr).toMatch(words);
    expect(stderr.match(/app\.elf/g)).toHaveLength(1);
    expect(stderr).not.toContain('tickmark check');
  }
});

test('an image for a target that no suite has is refused, with the one that was meant', async () => {
  using project = createProject();
  project.suite('hum');
  const { code, stderr } = await project.run('check', '--image', 'rp2040js-pica=app.elf');
  expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining(`Did you mean "${target}"?`) });
});

test.each([
  [['--image', `${target}=.`], /cannot be read \(EISDIR\)\n {2}→ it is a folder: name a file in it/],
  [
    ['--image', `${target}=app.elf`, '--target', 'qemu-mps2-an386'],
    /no case that was chosen runs there\n {2}→ choose the target too/,
  ],
  [['--target', 'qemu-mps2-an500'], /no suite declares the target.*\n {2}→ add it to `targets` there, or name one of/],
  [
    ['--target', target, 'hum'],
    /--target hum: is a suite.*\n {2}→ name suites before --target, or put -- between them/,
  ],
])('%j is refused with the way out', async (args, says) => {
  using project = createProject();
  project.suite('hum', ['targets: [', 'targets: [qemu-mps2-an386, ']);
  writeBytes(project, 'app.elf', reference);
  const { code, stderr } = await project.run('list', ...args);
  expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringMatching(says) });
});

test('`tickmark image` says what is in firmware, and whether its model is a file’s', async () => {
  using project = createProject();
  writeBytes(project, 'app.elf', carrying(other));
  writeBytes(project, 'mine.tflite', model);
  const { code, stdout } = await project.run('image', 'app.elf', '--model', 'mine.tflite');
  expect(code).toBe(0);
  expect(stdout).toMatch(/arena +184 KiB \(tickmark_arena\)/);
  expect(stdout).toMatch(/the one at 0x10040000 .* is not mine\.tflite .*they differ from byte/);
  const { stdout: json } = await project.run('image', 'app.elf', '--json');
  expect(JSON.parse(json)).toMatchObject({ core: 'Arm v6-M', models: [{ address: modelAddress, operators: 7 }] });
});

function carrying(bytes: Uint8Array): Uint8Array {
  return elfWithPart(reference, { physicalAddress: modelAddress, bytes });
}

function patched(at: number, value: number): Uint8Array {
  const elf = Buffer.from(reference);
  elf[at] = value;
  return elf;
}

/** The name of the note is no longer GNU. */
function withoutBuildId(): Uint8Array {
  const elf = Buffer.from(reference);
  const note = elf.indexOf('\x04\0\0\0\x14\0\0\0\x03\0\0\0GNU\0', 0, 'latin1');
  elf.write('gnu', note + 12);
  return elf;
}

function writeBytes({ folder }: Project, path: string, bytes: Uint8Array): void {
  writeFileSync(join(folder, path), bytes);
}
