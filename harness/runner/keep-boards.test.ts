import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PortAbsent } from '../errors.ts';
import { aBoard, aSuite } from '../fixtures/recordings.ts';
import { keepBoards, placeOf } from './keep-boards.ts';
import type { PlannedCase } from './plan.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tickmark-boards-'));
  vi.stubEnv('TICKMARK_LOCKS', join(folder, 'locks'));
  writeFileSync(join(folder, 'tty'), ''); // nobody opens it
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const never = new AbortController().signal;

function planned(
  id: string,
  board = id.split('@')[1] ?? '',
  port: Record<string, string> = { path: join(folder, 'tty') },
) {
  const target = { kind: 'serial', port } as const;
  return { id, suite: aSuite(), board: aBoard({ name: board, basis: 'silicon', target }) } as unknown as PlannedCase;
}

function keeping(cases: readonly PlannedCase[]) {
  return keepBoards({ tenant: { command: 'tickmark run', pid: process.pid }, cases, onWait: () => {} });
}

/** The same case on a board with a meter. */
function metered({ board, ...given }: PlannedCase, at = 'meter'): PlannedCase {
  const meter = { at: 'JP5', kind: 'ppk2', mode: 'source', port: { path: join(folder, at) } } as const;
  return { ...given, board: { ...board, meter, supplyMv: 3300 } };
}

const plugIn = (name: string) => writeFileSync(join(folder, name), '');

const locks = () => readdirSync(join(folder, 'locks'));

test('a board is kept from its first case to its last, and is the same one in each', async () => {
  const [one, two] = [planned('hum@desk'), planned('hiss@desk')];
  using boards = keeping([one, two]);
  const rig = await boards.rigFor(one, never);
  boards.settled(one);
  expect(locks()).toHaveLength(1);
  expect(await boards.rigFor(two, never)).toBe(rig);
  boards.settled(two);
  expect(locks()).toEqual([]);
});

test('where nobody knows what is to be run, it is kept to the end', async () => {
  {
    using boards = keeping([]);
    await boards.rigFor(planned('hum@desk'), never);
    boards.settled(planned('hum@desk'));
    expect(locks()).toHaveLength(1);
  }
  expect(locks()).toEqual([]);
});

test('two descriptions of one port are told, instead of one waiting for the other for ever', async () => {
  using boards = keeping([]);
  await boards.rigFor(planned('hum@desk'), never);
  const other = planned('hum@bench', 'bench', { path: `${folder}/../${folder.split('/').at(-1)}/tty` });
  await expect(boards.rigFor(other, never)).rejects.toThrow(/bench: has the same port as desk, .*tty/);
});

test('so they are when both are wanted at once, and the port is free again for who comes later', async () => {
  const [one, two] = [planned('hum@desk'), planned('hum@bench', 'bench', { path: `${folder}/./tty` })];
  using boards = keeping([one, two]);
  const both = [one, two].map(each => boards.rigFor(each, AbortSignal.timeout(2000)));
  const ends = await Promise.allSettled(both);
  expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  await expect(both[1]).rejects.toThrow(/bench: has the same port as desk/);
  boards.settled(one);
  await boards.rigFor(two, never);
});

test('a port that was waited for in vain may be asked for again', async () => {
  using others = keeping([]);
  await others.rigFor(planned('hum@desk'), never);
  using boards = keeping([]);
  const first = boards.rigFor(planned('hum@desk'), AbortSignal.abort(new Error('interrupted')));
  await expect(first).rejects.toThrow('interrupted');
  others[Symbol.dispose]();
  await boards.rigFor(planned('hum@desk'), never);
});

test('a board that is not plugged in is told as such, and an emulator is none', async () => {
  using boards = keeping([]);
  const absent = planned('hum@desk', 'desk', { path: join(folder, 'none') });
  await expect(boards.rigFor(absent, never)).rejects.toThrow(PortAbsent);
  expect(await boards.rigFor({ board: aBoard(), suite: aSuite() }, never)).toBeUndefined();
});

test('a meter is kept with its board, and free with it', async () => {
  plugIn('meter');
  const [one, two] = [metered(planned('hum@desk')), metered(planned('hiss@desk'))];
  using boards = keeping([one, two]);
  expect((await boards.rigFor(one, never))?.meterPort).toMatchObject({ path: join(folder, 'meter') });
  boards.settled(one);
  await boards.rigFor(two, never);
  expect(locks()).toHaveLength(2);
  boards.settled(two);
  expect(locks()).toEqual([]);
});

test('two boards on one meter are told, and the second one is let go of', async () => {
  for (const name of ['meter', 'tty2']) plugIn(name);
  const [one, two] = [planned('hum@desk'), planned('hum@bench', 'bench', { path: join(folder, 'tty2') })];
  using boards = keeping([one, two]);
  await boards.rigFor(metered(one), never);
  await expect(boards.rigFor(metered(two), never)).rejects.toThrow(
    /bench's meter: has the same port as desk's meter, .*meter\n.*describe each by a port of its own/,
  );
  expect(locks()).toHaveLength(2);
  boards.settled(one);
  await boards.rigFor(metered(two), never);
});

test('a board is no meter', async () => {
  using boards = keeping([]);
  const board = metered(planned('hum@desk'), 'tty');
  await expect(boards.rigFor(board, never)).rejects.toThrow(/desk: has the same port as desk's meter/);
  expect(locks()).toEqual([]);
});

test('a meter that is not plugged in leaves the case out, and the board to others', async () => {
  using boards = keeping([]);
  await expect(boards.rigFor(metered(planned('hum@desk')), never)).rejects.toThrow(PortAbsent);
  await boards.rigFor(planned('hum@desk'), never);
});

test('another process that has the meter is waited for', async () => {
  plugIn('meter');
  plugIn('tty2');
  using others = keeping([]);
  await others.rigFor(metered(planned('hum@bench', 'bench', { path: join(folder, 'tty2') })), never);
  using boards = keeping([]);
  const asked = boards.rigFor(metered(planned('hum@desk')), AbortSignal.abort(new Error('interrupted')));
  await expect(asked).rejects.toThrow('interrupted');
  others[Symbol.dispose]();
  await boards.rigFor(metered(planned('hum@desk')), never);
});

const at = (port: Record<string, string>) => placeOf(planned('hum@desk', 'desk', port).board);

test('a place is a port, in whatever order it is described, or an emulator’s name', () => {
  expect(at({ usb: '0483:374b', serial: '1' })).toBe(at({ serial: '1', usb: '0483:374b' }));
  expect(at({ usb: '0483:374b', serial: '1' })).not.toBe(at({ usb: '0483:374b', serial: '2' }));
  expect(placeOf(aBoard({ name: 'some' }))).toBe('target some');
});
