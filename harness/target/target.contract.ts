import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { expect, test } from 'vitest';
import { TargetError } from '../errors.ts';
import type { Link, Target } from './port.ts';

/** What the contract needs of a target: how to make one, and an image that sends `!` at boot and echoes each byte. */
export interface TargetContract {
  readonly target: () => Target;
  readonly image: () => string;
  /** Resources that the target may hold while a link is open: threads, processes, ports. */
  readonly openResources: () => number;
}

/** Every target passes these. */
export function testTarget({ target, image, openResources }: TargetContract): void {
  const { signal } = new AbortController();

  test('sends from the first byte on, and echoes what is written', async () => {
    await using link = await target().open(image(), signal);
    await link.write(Buffer.from('abc'));
    expect(await read(link, 4)).toBe('!abc');
  });

  test('ends its bytes when the signal aborts, and disposal still leaves nothing open', async () => {
    const before = openResources();
    const abort = new AbortController();
    const link = await target().open(image(), abort.signal);
    abort.abort(new Error('interrupted'));
    await read(link, Number.POSITIVE_INFINITY);
    await expect(link.write(Uint8Array.of(1))).rejects.toThrow('interrupted');
    await link[Symbol.asyncDispose]();
    expect(openResources()).toBe(before);
  });

  test('does not open when the signal has aborted before', async () => {
    await expect(target().open(image(), AbortSignal.abort(new Error('interrupted')))).rejects.toThrow('interrupted');
  });

  test('leaves nothing open when the signal aborts while it opens', async () => {
    const before = openResources();
    const abort = new AbortController();
    const opening = target().open(image(), abort.signal);
    abort.abort(new Error('interrupted'));
    await expect(opening).rejects.toThrow('interrupted');
    expect(openResources()).toBe(before);
  });

  test('leaves nothing open when the signal aborts as soon as there is something', async () => {
    const before = openResources();
    const abort = new AbortController();
    using _started = onStart(() => abort.abort(new Error('interrupted')));
    await expect(target().open(image(), abort.signal)).rejects.toThrow('interrupted');
    expect(openResources()).toBe(before);
  });

  test('may be disposed twice, and leaves nothing open', async () => {
    const before = openResources();
    const link = await target().open(image(), signal);
    await link[Symbol.asyncDispose]();
    await link[Symbol.asyncDispose]();
    expect(['', '!']).toContain(await read(link, Number.POSITIVE_INFINITY)); // what it had sent may still be read
    await expect(link.write(Uint8Array.of(1))).rejects.toThrow(TargetError);
    expect(openResources()).toBe(before);
  });
}

/** Reads until there are `length` bytes, or the link ends. */
export async function read(link: Link, length: number): Promise<string> {
  let text = '';
  for await (const bytes of link.bytes) {
    text += Buffer.from(bytes).toString('latin1');
    if (text.length >= length) break;
  }
  return text;
}

/** Calls back when this process starts another, or a thread. */
function onStart(callback: () => void): Disposable {
  const channels = ['child_process', 'worker_threads'];
  for (const channel of channels) subscribe(channel, callback);
  return {
    [Symbol.dispose]() {
      for (const channel of channels) unsubscribe(channel, callback);
    },
  };
}
