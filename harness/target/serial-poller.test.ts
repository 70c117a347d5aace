import { EventEmitter } from 'node:events';
import type { SerialPort } from 'serialport';
import { expect, test } from 'vitest';
import { watchBothWays } from './serial-poller.ts';

const [readable, writable] = [1, 2];

/** As bindings-cpp 13 has it: what is asked for last replaces what was asked for before. */
class Poller extends EventEmitter {
  watched = 0;
  poll(events: number): void {
    this.watched = events;
  }
}

test('room to write is waited for while bytes are, and the other way round, each until it comes', () => {
  const poller = new Poller();
  watchBothWays({ port: { poller } } as unknown as SerialPort);
  poller.poll(writable);
  poller.poll(readable);
  expect(poller.watched).toBe(readable | writable);
  poller.emit('writable');
  poller.poll(readable);
  expect(poller.watched).toBe(readable);
  poller.poll(writable);
  expect(poller.watched).toBe(readable | writable);
});

test('a port that is watched in another way stays as it is', () => {
  expect(() => watchBothWays({ port: {} } as SerialPort)).not.toThrow();
  expect(() => watchBothWays({} as SerialPort)).not.toThrow();
});
