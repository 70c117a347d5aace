import type { SerialPort } from 'serialport';

/** What `@serialport/bindings-cpp` watches a port with on Linux and macOS; Windows has none. */
interface Poller {
  poll(events: number): void;
  on(event: 'readable' | 'writable', listener: () => void): void;
}

const flags = { readable: 1, writable: 2 } as const;

/**
 * Has a port watched for room to write and for bytes to read at once. bindings-cpp 13 (poller.cpp: `uv_poll_start` with the new events alone)
 * forgets the one when it is asked for the other, until that has come: a write that waits for room while the board is silent never ends.
 */
export function watchBothWays(port: SerialPort): void {
  const { poller } = (port.port ?? {}) as { readonly poller?: Poller };
  if (!poller) return;
  const poll = poller.poll.bind(poller);
  let wanted = 0;
  for (const event of ['readable', 'writable'] as const) poller.on(event, () => (wanted &= ~flags[event]));
  poller.poll = events => {
    wanted |= events;
    poll(wanted);
  };
}
