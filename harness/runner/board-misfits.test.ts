import { expect, test } from 'vitest';
import { aBoard, aSuite } from '../fixtures/recordings.ts';
import type { Board } from '../suite/board.ts';
import { boardMisfits } from './board-misfits.ts';

const twice = aSuite({ measure: { ...aSuite().measure, boots: 2 } });
const target = { kind: 'serial', port: { path: '/dev/ttyACM0' } } as const;
const bare: Board = { ...aBoard(), target, protocol: 'log' };

const misfits = (board: Board, suite = twice) => [...boardMisfits(suite, board)].map(({ what }) => what);

test('a second boot of a board that nothing resets is refused before anything runs', () => {
  expect(misfits(bare)).toEqual([expect.stringMatching(/nothing resets some-board, .* booted 2 times/)]);
});

test.each<[string, Partial<Board>]>([
  ['the agent, which can be asked to', { protocol: 'tickmark' }],
  ['lines', { target: { ...target, lines: 'esp32' } }],
  ['a probe', { flasher: { tool: 'st-flash' } }],
  ['a power switch', { power: { switch: 'uhubctl', hub: '1-1', port: 3 } }],
])('%s will do', (_what, has) => {
  expect(misfits({ ...bare, ...has })).toEqual([]);
});

test.each<[string, Partial<Board>]>([
  ['a flasher that cannot reset', { flasher: { tool: 'dfu-util', usb: '0483:df11' } }],
  ['asking firmware without the agent', { reset: ['soft'] }],
  ['a switch that the ladder leaves out', { reset: ['soft'], power: { switch: 'uhubctl', hub: '1-1', port: 3 } }],
])('%s will not', (_what, has) => {
  expect(misfits({ ...bare, ...has })).toHaveLength(1);
});

test('one boot asks for nothing, and an emulator is started afresh', () => {
  expect(misfits(bare, aSuite())).toEqual([]);
  expect(misfits({ ...bare, target: { kind: 'rp2040js' } })).toEqual([]);
});
