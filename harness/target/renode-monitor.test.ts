import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { TargetError } from '../errors.ts';
import { abortingRequest, dialogue } from './fixtures/renode-dialogue.ts';
import { type MonitorStreams, renodeMonitor } from './renode-monitor.ts';

const fixtures = join(import.meta.dirname, 'fixtures');

interface Line {
  readonly to?: string;
  readonly from?: string;
}

/** The streams of a Renode that says what one of version 1.16.1 said to the same questions, in pieces of `pieceBytes`. */
function recorded(pieceBytes: number): MonitorStreams {
  const lines = readFileSync(join(fixtures, 'renode-1.16.1.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as Line);
  const stdout = new PassThrough();
  const speak = () => {
    for (let said = lines[0]?.from; said !== undefined; said = lines[0]?.from) {
      lines.shift();
      for (let at = 0; at < said.length; at += pieceBytes) stdout.write(said.slice(at, at + pieceBytes));
    }
  };
  const stdin = new Writable({
    write(data: Buffer, _encoding, done) {
      const expected = lines.shift()?.to;
      done(
        expected === data.toString() ? null : new Error(`asked ${JSON.stringify(data.toString())}, not ${expected}`),
      );
      speak();
    },
  });
  speak();
  return { stdin, stdout };
}

const place = (file: string) => join('/tickmark/harness/target/fixtures', file);

test.each([1, 7, 4096])(
  'every answer of a real Renode is told from an error, in pieces of %d bytes',
  async pieceBytes => {
    const told: string[] = [];
    const monitor = renodeMonitor(recorded(pieceBytes), 'renode-x', state => told.push(state));
    const outcomes = await dialogue(monitor, place);
    await expect(`${outcomes.join('\n')}\n`).toMatchFileSnapshot(join(fixtures, 'renode-1.16.1.expected.txt'));
    const unanswered = monitor.ask(abortingRequest);
    await expect.poll(() => told.length).toBe(1);
    expect(told[0]).toMatch(/^sent=01 function=\S+ instructions=4 virtual-time=\S+ .* PC=0x50000000 /);
    monitor.end(new TargetError('the core stopped', 'renode-x', 'see the log'));
    await expect(unanswered).rejects.toThrow('the core stopped');
    await expect(monitor.ask('state')).rejects.toThrow('the core stopped');
  },
);

test('questions that come at once are answered in their order', async () => {
  const asked: string[] = [];
  const stdout = new PassThrough();
  const stdin = new Writable({
    write(data: Buffer, _encoding, done) {
      asked.push(data.toString());
      done();
    },
  });
  const monitor = renodeMonitor({ stdin, stdout }, 'r', () => {});
  const answers = Promise.allSettled([monitor.ask('one'), monitor.ask('two'), monitor.ask('three')]);
  expect(asked).toEqual(['one\n', 'two\n', 'three\n']);
  stdout.write('a model prints this\ntickmark ok 1\ntickmark no such thing\ntickmark ok\n');
  expect((await answers).map(each => (each.status === 'fulfilled' ? each.value : String(each.reason)))).toEqual([
    '1',
    expect.stringContaining('Renode says: such thing'),
    '',
  ]);
});
