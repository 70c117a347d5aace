// The marker pin of a port, on the one emulator whose pins can be looked at to the cycle.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { GPIOPin, type RP2040 } from 'rp2040js';
import { afterEach, expect, test, vi } from 'vitest';
import { tickmarkProtocol } from '../../harness/protocol/tickmark.ts';
import { queueOf } from '../../harness/queue.ts';
import { readElf } from '../../harness/target/elf.ts';
import type { Link } from '../../harness/target/port.ts';
import { rp2040Machine } from '../../harness/target/rp2040-machine.ts';

const image = fileURLToPath(new URL('images/rp2040.elf', import.meta.url));
const model = readFileSync(new URL('../../suites/vibration-anomaly/anomaly_int8.tflite', import.meta.url));
const modelRegion = 0x1004_0000;
const markerPin = 2;

afterEach(() => void vi.restoreAllMocks());

test('the pin of the RP2040 is high for the ticks of each window, and less than 128 cycles longer', async () => {
  const edges = edgesOf(markerPin);
  const dut = await tickmarkProtocol().connect(startedImage(), AbortSignal.timeout(30_000));
  await dut.prepare(model.length);
  const ticks: number[] = [];
  for (const repeat of [1, 3]) ticks.push((await dut.infer(new Uint8Array(192).fill(3), { repeat })).ticks);

  expect(edges.map(({ isHigh }) => isHigh)).toEqual([true, false, true, false]);
  const pulses = [0, 2].map(at => (edges[at + 1]?.cycle ?? 0) - (edges[at]?.cycle ?? 0));
  for (const [window, pulse] of pulses.entries()) {
    expect(pulse).toBeGreaterThan(ticks[window] ?? 0);
    expect(pulse).toBeLessThan((ticks[window] ?? 0) + 128);
  }
});

interface Edge {
  readonly isHigh: boolean;
  readonly cycle: number;
}

/** The edges of a pin from now on, of any RP2040 in this process. */
function edgesOf(pin: number): readonly Edge[] {
  const edges: Edge[] = [];
  vi.spyOn(GPIOPin.prototype, 'checkForUpdates').mockImplementation(function (this: GPIOPin) {
    const isHigh = this.outputEnable && this.outputValue;
    if (this.index !== pin || isHigh === (edges.at(-1)?.isHigh ?? false)) return;
    edges.push({ isHigh, cycle: (this as unknown as { readonly rp2040: RP2040 }).rp2040.core.cycles });
  });
  return edges;
}

/** In this thread, with a model in its flash. It runs when it is written to, until it sleeps. */
function startedImage(): Link {
  const bytes = queueOf<Uint8Array>();
  const segments = readElf(readFileSync(image), image).segments.map(each => ({
    address: each.physicalAddress,
    bytes: each.bytes,
  }));
  const machine = rp2040Machine({
    segments: [...segments, { address: modelRegion, bytes: model }],
    flashBytes: 2 << 20,
    sramCodeBytes: 64 << 10,
    onByte: byte => bytes.push(Uint8Array.of(byte)),
  });
  const settle = (): void => {
    while (machine.run(1_000_000) === 'busy') continue;
  };
  settle();
  return {
    bytes,
    async write(frame) {
      for (let rest = frame; rest.length > 0; settle()) rest = rest.subarray(machine.receive(rest.subarray(0, 16)));
    },
    async [Symbol.asyncDispose]() {},
  };
}
