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
  ['a meter that supplies it', { meter: { at: 'JP5', kind: 'ppk2', mode: 'source' } }],
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

const current = { idleMs: 1000, periodMs: 10_000, periods: 3, agreementPercent: 2, cells: {} };
const patient = (timeoutMs: number) => aSuite({ measure: { ...aSuite().measure, timeoutMs, current } });
const metered: Board = { ...bare, protocol: 'tickmark', meter: { at: 'JP5', kind: 'ppk2', mode: 'source' } };

test('a limit that what is waited for does not fit into is refused before anything runs', () => {
  expect(misfits(metered, patient(32_000))).toEqual([
    'twice an idle of 1 s and 3 periods of 10 s take 32 s on some-board, and the case has 32 s: raise `measure: { timeout }`',
  ]);
  expect(misfits(metered, patient(32_001))).toEqual([]);
});

test('where nothing is waited for, no limit is too short', () => {
  expect(misfits({ ...metered, meter: { at: 'JP5' } }, patient(1000))).toEqual([]);
  expect(misfits({ ...metered, protocol: 'log' }, patient(1000))).toEqual([]);
});

test('one boot asks for nothing, and an emulator is started afresh', () => {
  expect(misfits(bare, aSuite())).toEqual([]);
  expect(misfits({ ...bare, target: { kind: 'rp2040js' } })).toEqual([]);
});
