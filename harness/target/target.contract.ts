import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { expect, test } from 'vitest';
import { TargetError } from '../errors.ts';
import type { Link, Target } from './port.ts';

/** What the contract needs of a target: how to make one, and an image that sends `!` at boot and echoes each byte. */
export interface TargetContract {
  readonly target: () => Target;
  readonly image: () => string;
  /** RAM that the image leaves alone, and flash, where there is any: what a reset and a power cycle are told apart by. Needed where a link has them. */
  readonly ramAddress?: number;
  readonly flashAddress?: number;
  /** Resources that the target may hold while a link is open: threads, processes, ports. */
  readonly openResources: () => number;
}

/** Every target passes these. */
export function testTarget({ target, image, ramAddress, flashAddress, openResources }: TargetContract): void {
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

  /** Boots anew as told, and gives what RAM and flash hold then of what was written before. */
  const heldAfter = async (again: 'reset' | 'powerCycle', skip: (isMissing: boolean, why: string) => void) => {
    await using link = await target().open(image(), signal);
    const { memory } = link;
    skip(!link[again] || !memory, `this target has no ${again}, or no back door to see it by`);
    if (ramAddress === undefined) throw new TypeError(`a contract of a target with ${again} names RAM`);
    await link.write(Buffer.from('a'));
    expect(await read(link, 2)).toBe('!a');
    const mark = Buffer.from('held');
    for (const address of [ramAddress, flashAddress ?? ramAddress]) await memory?.write(address, mark);
    await link[again]?.();
    await link.write(Buffer.from('bc'));
    expect(await read(link, 3)).toBe('!bc');
    const held = async (address: number) => Buffer.from((await memory?.read(address, 4)) ?? []).equals(mark);
    return { ram: await held(ramAddress), ...(flashAddress !== undefined && { flash: await held(flashAddress) }) };
  };

  test('boots anew after a reset, with all that memory held', async ({ skip }) => {
    expect(Object.values(await heldAfter('reset', skip))).not.toContain(false);
  });

  test('boots anew after a power cycle, with what flash held and nothing in RAM', async ({ skip }) => {
    const flash = flashAddress === undefined ? {} : { flash: true };
    expect(await heldAfter('powerCycle', skip)).toEqual({ ram: false, ...flash });
  });

  test('a reset and a power cycle of a link that is closed reject', async ({ skip }) => {
    const link = await target().open(image(), signal);
    await link[Symbol.asyncDispose]();
    skip(!link.reset && !link.powerCycle, 'this target has neither');
    if (link.reset) await expect(link.reset()).rejects.toThrow(TargetError);
    if (link.powerCycle) await expect(link.powerCycle()).rejects.toThrow(TargetError);
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
