import type { Worker } from 'node:worker_threads';
import { Worker as Thread } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { InputError, TargetError } from '../errors.ts';
import { firmwareFile, type Program } from './fixtures/firmware.ts';
import { breaking, computing, echo, hanging, misreading, poll, running, ticking } from './fixtures/programs.ts';
import type { Link } from './port.ts';
import { rp2040Target } from './rp2040.ts';
import { read, testTarget } from './target.contract.ts';

const { signal } = new AbortController();
const threads = new Set<Worker>();
const target = rp2040Target({
  startThread(url, options) {
    const thread = new Thread(url, options);
    threads.add(thread);
    thread.on('exit', () => threads.delete(thread));
    return thread;
  },
});

testTarget({
  target: () => target,
  image: () => firmwareFile(echo),
  ramAddress: 0x2003_0000,
  flashAddress: 0x1010_0000,
  openResources: () => threads.size,
});

test.each(['reset', 'powerCycle'] as const)('a %s ends a long computation', async again => {
  await using link = await open(computing);
  const sent = await read(link, 1);
  await link[again]?.();
  expect(await read(link, 1)).toBe(sent);
});

test('counts the instructions of every boot', async () => {
  await using link = await open(echo);
  await read(link, 1);
  const first = await link.counters?.();
  await link.reset?.();
  await read(link, 1);
  expect((await link.counters?.())?.instructions).toBe(2 * (first?.instructions ?? 0));
});

test('names the emulator and its version', () => {
  expect(target.emulator).toMatch(/^rp2040js \d+\.\d+\.\d+$/);
});

test('loses no byte of a write that is longer than the receive FIFO', async () => {
  await using link = await open(echo);
  const text = Array.from({ length: 1000 }, (_, at) => String.fromCharCode(32 + (at % 90))).join('');
  await link.write(Buffer.from(text, 'latin1'));
  expect(await read(link, 1001)).toBe(`!${text}`);
});

test('hands bytes to firmware that polls and never sleeps', async () => {
  await using link = await open(poll);
  const text = 'polled '.repeat(20);
  await link.write(Buffer.from(text));
  expect(await read(link, text.length)).toBe(text);
});

test('wakes a sleeping core by SysTick', async () => {
  await using link = await open(ticking);
  expect(await read(link, 5)).toBe('ttttt');
});

test('an idle core takes no time of the host', async () => {
  await using link = await open(echo);
  await read(link, 1);
  const first = await link.counters?.();
  const cpu = process.cpuUsage();
  await new Promise(resolve => setTimeout(resolve, 300));
  const { user, system } = process.cpuUsage(cpu);
  expect(await link.counters?.()).toEqual(first);
  expect((user + system) / 1000).toBeLessThan(100);
});

test('executes the same instructions in every run, whenever the host writes', async () => {
  const counts = await Promise.all([0, 1, 20].map(pauseMs => instructionsFor(pauseMs)));
  expect(new Set(counts).size).toBe(1);
});

test.each([
  { program: running, says: 'no code there at pc=0x30000000' },
  { program: breaking, says: 'breakpoint 7 at pc=0x10000202' },
  { program: { ...misreading, handlers: {} }, says: 'read from invalid memory address: 30000000 at pc=0x10000202' },
  { program: hanging, says: 'the core hangs at 0x10000202 with interrupts off' },
  { program: { code: [0xffff, 0xffff] }, says: 'undefined instruction at pc=0x10000200' },
])('ends with "$says"', async ({ program, says }) => {
  await using link = await open(program);
  const loss = await read(link, 1).catch((error: unknown) => error);
  expect(loss).toBeInstanceOf(TargetError);
  expect(String(loss)).toContain(says);
  await expect(link.write(Uint8Array.of(1))).rejects.toBe(loss);
});

test("runs the firmware's own HardFault handler before it gives up", async () => {
  await using link = await open(misreading);
  const bytes = link.bytes[Symbol.asyncIterator]();
  expect(Buffer.from((await bytes.next()).value ?? []).toString()).toBe('F');
  await expect(bytes.next()).rejects.toThrow('after a fault: read from invalid memory address');
});

test('an abort ends a long computation at once', async () => {
  const abort = new AbortController();
  const link = await target.open(firmwareFile(computing), abort.signal);
  await read(link, 1);
  const startedMs = performance.now();
  abort.abort();
  await link[Symbol.asyncDispose]();
  expect(performance.now() - startedMs).toBeLessThan(500);
});

test('reads and writes flash and SRAM by the back door, also while the core computes, and nothing else', async () => {
  await using link = await open(computing);
  await read(link, 1);
  for (const address of [0x1010_0000, 0x2004_1ff8]) {
    await link.memory?.write(address, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
    expect(await link.memory?.read(address + 2, 4)).toEqual(Uint8Array.of(3, 4, 5, 6));
  }
  for (const address of [0x0, 0x101f_fff9, 0x2004_1ff9, 0x4003_4000])
    await expect(link.memory?.read(address, 8)).rejects.toThrow(TargetError);
});

test('a thread that is lost ends the bytes and everything else with the reason', async () => {
  await using link = await open(echo);
  await read(link, 1);
  const pending = link.counters?.();
  for (const thread of threads) void thread.terminate();
  await expect(read(link, 1)).rejects.toThrow("the emulator's thread ended with code 1");
  await expect(Promise.all([pending, link.counters?.()])).rejects.toThrow(TargetError);
});

test('refuses an image that is not for this chip', async () => {
  const path = firmwareFile({ code: [], handlers: { 1: 0x1000_0000 } });
  await expect(target.open(path, signal)).rejects.toThrow(InputError);
  await expect(target.open(path, signal)).rejects.toThrow('no vector table at 0x10000100');
  await expect(target.open('missing.elf', signal)).rejects.toThrow('cannot be read: ENOENT');
});

async function open(program: Program): Promise<Link> {
  return target.open(firmwareFile(program), signal);
}

/** How many instructions the echo of two writes takes, when the second comes `pauseMs` after the first. */
async function instructionsFor(pauseMs: number): Promise<number | undefined> {
  await using link = await open(echo);
  await link.write(Buffer.from('first'));
  if (pauseMs) await new Promise(resolve => setTimeout(resolve, pauseMs));
  await link.write(Buffer.from('second'));
  await read(link, '!firstsecond'.length);
  return (await link.counters?.())?.instructions;
}
