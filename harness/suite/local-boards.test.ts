import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Board } from './board.ts';
import { loadBoards } from './boards.ts';

const board = `board: desk
title: Desk
mcu: STM32L4R5ZIT6U
core: Cortex-M4
clock: 120 MHz
basis: silicon
target: { kind: serial, port: { usb: '0483:374b' }, baud: 115200 }
memory: { flash: 2 MiB, ram: 640 KiB }
flasher: { tool: openocd, config: [board/st_nucleo_l4.cfg, own.cfg] }
reset: [soft, probe]
firmware: build/app.elf
`;

/** The boards of a project: files by their path in it. */
function boardsOf(files: Readonly<Record<string, string>>): { boards: ReadonlyMap<string, Board>; project: string } {
  const project = mkdtempSync(join(tmpdir(), 'tickmark-local-'));
  onTestFinished(() => rmSync(project, { recursive: true }));
  for (const [path, text] of Object.entries({ 'boards/desk.yaml': board, ...files })) {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), text);
  }
  return { boards: loadBoards([join(project, 'boards'), join(project, 'packaged')], project), project };
}

test('local values are added to a board, map by map; lists and texts are replaced', () => {
  const { boards } = boardsOf({
    'boards.local.yaml': `desk:
  target: { port: { serial: 066CFF }, baud: 921600 }
  flasher: { probe: 066CFF }
  reset: [probe]
`,
  });
  expect(boards.get('desk')).toMatchObject({
    target: { kind: 'serial', port: { usb: '0483:374b', serial: '066CFF' }, baud: 921_600 },
    flasher: { tool: 'openocd', config: ['board/st_nucleo_l4.cfg', 'own.cfg'], probe: '066CFF' },
    reset: ['probe'],
  });
});

test('another tool, and a port that is named outright, take the place of what was there; nothing (~) takes it away', () => {
  const { boards } = boardsOf({
    'boards.local.yaml': `desk:
  target: { port: { url: 'tcp://127.0.0.1:9090' } }
  flasher: { tool: st-flash }
  firmware: ~
`,
  });
  const desk = boards.get('desk');
  expect(desk?.target).toMatchObject({ port: { url: 'tcp://127.0.0.1:9090' } });
  expect(desk?.target).not.toMatchObject({ port: { usb: '0483:374b' } });
  expect(desk?.flasher).toEqual({ tool: 'st-flash' });
  expect(desk?.firmware).toBeUndefined();
});

test('a further unit is the board that it is like, under its own name; the board itself stays as it is', () => {
  const { boards } = boardsOf({
    'boards.local.yaml': `desk-2: { like: desk, target: { port: { serial: 066DFF } } }
desk: { target: { port: { serial: 066CFF } } }
desk-3: { like: desk, title: The third }
`,
  });
  expect([...boards.keys()].sort()).toEqual(['desk', 'desk-2', 'desk-3']);
  expect(boards.get('desk-2')).toMatchObject({ title: 'Desk (desk-2)', target: { port: { serial: '066DFF' } } });
  expect(boards.get('desk')).toMatchObject({ title: 'Desk', target: { port: { serial: '066CFF' } } });
  expect(boards.get('desk-3')).toMatchObject({
    name: 'desk-3',
    title: 'The third',
    target: { port: { usb: '0483:374b' } },
  });
  expect(boards.get('desk-3')?.target).not.toMatchObject({ port: { serial: '066CFF' } });
});

test('a relative path is one from the file that it was written in', () => {
  const esptool = 'flasher: { tool: esptool, args: build/flasher_args.json }';
  const { boards, project } = boardsOf({
    'boards/desk.yaml': board.replace(
      /flasher: .*/,
      `${esptool}\npower: { switch: command, off: [./relay, ./off], on: [relay] }`,
    ),
    'boards/own.yaml': board.replace('desk', 'own'),
    'boards/own.cfg': '',
    'boards.local.yaml':
      'desk: { firmware: mine.elf, flasher: { args: mine.json } }\ntwo: { like: desk, power: { on: [bin/relay] } }\n',
  });
  expect(boards.get('desk')).toMatchObject({
    firmware: join(project, 'mine.elf'),
    flasher: { args: join(project, 'mine.json') },
    power: { off: [join(project, 'boards', 'relay'), './off'], on: ['relay'] },
  });
  expect(boards.get('two')).toMatchObject({
    firmware: join(project, 'boards', 'build', 'app.elf'),
    flasher: { args: join(project, 'boards', 'build', 'flasher_args.json') },
    power: { off: [join(project, 'boards', 'relay'), './off'], on: [join(project, 'bin', 'relay')] },
  });
  expect(boards.get('own')?.flasher).toMatchObject({
    config: ['board/st_nucleo_l4.cfg', join(project, 'boards', 'own.cfg')],
  });
});

test('local values are for the board that is used: one that it hides keeps out of it', () => {
  const { boards } = boardsOf({
    'packaged/desk.yaml': board.replace('flasher:', '# flasher:').replace(', probe', ''),
    'packaged/other.yaml': board.replace('desk', 'other'),
    'boards.local.yaml': 'desk: { flasher: { probe: 066CFF } }\nother: { title: Another }\n',
  });
  expect(boards.get('desk')?.flasher).toMatchObject({ probe: '066CFF' });
  expect(boards.get('other')?.title).toBe('Another');
});

test.each(['', '\n', '# desk:\n#   target: { port: { serial: 066CFF } }\n'])(
  'a file that says nothing (%j) changes nothing',
  text => {
    expect(boardsOf({ 'boards.local.yaml': text }).boards.get('desk')?.title).toBe('Desk');
  },
);

test('a board is given no other name: no suite would find it', () => {
  expect(() => boardsOf({ 'boards.local.yaml': 'desk: { board: bench }\n' })).toThrow(
    /boards\.local\.yaml:1:9: desk\.board: a board keeps its name.*`NEW: \{ like: desk \}`/,
  );
});
