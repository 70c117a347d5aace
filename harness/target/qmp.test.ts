import { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { TargetError } from '../errors.ts';
import { type QmpEvent, qmpClient } from './qmp.ts';

/** As QEMU 7.2 said it. */
const greeting =
  '{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, "package": "Debian"}, "capabilities": ["oob"]}}\r\n';
const resetEvent =
  '{"timestamp": {"seconds": 1795653079, "microseconds": 480962}, "event": "RESET", "data": {"guest": false, "reason": "host-qmp-system-reset"}}\r\n';
const panic =
  '{"timestamp": {"seconds": 1, "microseconds": 2}, "event": "GUEST_PANICKED", "data": {"action": "pause"}}\r\n';

/** A client, what it has written, and QEMU's words for it. */
function connected() {
  const written: { execute: string; id: number }[] = [];
  const events: QmpEvent[] = [];
  const stream = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      written.push(JSON.parse(chunk.toString()));
      done();
    },
  });
  const qmp = qmpClient(stream, 'q', event => void events.push(event));
  return { qmp, written, events, says: (text: string) => void stream.push(text) };
}

test('leaves the negotiation first, and tells answers by their ids, in whatever pieces they come', async () => {
  const { qmp, written, says } = connected();
  const answers = Promise.all([qmp.execute('query-name'), qmp.execute('query-status')]);
  expect(written.map(({ execute }) => execute)).toEqual(['qmp_capabilities', 'query-name', 'query-status']);
  const [capabilities, name, status] = written.map(({ id }) => id);
  says(`${greeting}{"return": {}, "id": ${capabilities}}\r\n{"return": "second", "id": ${status}}\r\n{"ret`);
  says(`urn": "first", "id": ${name}}\r\n`);
  expect(await answers).toEqual(['first', 'second']);
});

test('a command that is refused is an error with what QEMU says', async () => {
  const { qmp, written, says } = connected();
  const refused = qmp.execute('nonsense').catch((error: unknown) => error);
  says(`{"error": {"class": "CommandNotFound", "desc": "not found"}, "id": ${written[1]?.id}}\r\n`);
  expect(await refused).toBeInstanceOf(TargetError);
  expect(String(await refused)).toContain('q: QEMU refused nonsense: not found (CommandNotFound)');
});

test('events are told, and one that is waited for is the next of its kind', async () => {
  const { qmp, events, says } = connected();
  const reset = qmp.next('RESET', ({ guest }) => guest === false);
  says(panic);
  says(resetEvent.replace('false', 'true'));
  says(resetEvent);
  expect((await reset).data).toEqual({ guest: false, reason: 'host-qmp-system-reset' });
  expect(events.map(({ name }) => name)).toEqual(['GUEST_PANICKED', 'RESET', 'RESET']);
});

test('what ends the channel ends all that waits', async () => {
  const { qmp } = connected();
  const waiting = [qmp.execute('query-name'), qmp.next('RESET', () => true)];
  qmp.end(new TargetError('QEMU is gone', 'q', 'run it again'));
  for (const each of [...waiting, qmp.execute('query-name'), qmp.next('RESET', () => true)])
    await expect(each).rejects.toThrow('QEMU is gone');
});

test('a line that is no JSON ends the channel with it', async () => {
  const { qmp, says } = connected();
  const waiting = qmp.execute('query-name');
  says('HTTP/1.1 400 Bad Request\r\n');
  await expect(waiting).rejects.toThrow("q: QEMU's control channel says what is no JSON");
});
