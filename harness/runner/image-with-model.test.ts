import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ModelRefused } from '../errors.ts';
import type { JobImage } from '../measure/session.ts';
import { readElf } from '../target/elf.ts';
import { imageWithModel } from './image-with-model.ts';

const images = join(import.meta.dirname, '..', '..', 'boards', 'firmware', 'images');
const image = (name: string): JobImage => ({
  path: join(images, name),
  file: name,
  isOwn: false,
  sha256: '',
  functionAt: () => undefined,
  flashBytes: 100,
  ramBytes: 200,
  carriesModel: false,
});

test.each([
  ['stm32f4.elf', 0x0802_0000, 896],
  ['nrf52840.elf', 0x0002_0000, 896],
  ['rp2040.elf', 0x1004_0000, 1792],
])('%s carries a model where its port keeps it, and is the same build', (name, address, roomKib) => {
  const folder = mkdtempSync(join(tmpdir(), 'tickmark-model-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const model = new Uint8Array(1000).fill(7);
  const whole = imageWithModel(image(name), model, folder);
  expect(whole).toMatchObject({ carriesModel: true, isOwn: false, file: name, flashBytes: 100, ramBytes: 200 });
  expect(readdirSync(folder)).toEqual([`${name.replace('.elf', '')}-${whole.sha256.slice(0, 16)}.elf`]);
  const [before, after] = [join(images, name), whole.path].map(path =>
    readElf(new Uint8Array(readFileSync(path)), path),
  );
  expect(after?.buildId).toBe(before?.buildId);
  expect(after?.segments.at(-1)).toMatchObject({ physicalAddress: address, bytes: model });

  const tooMuch = new Uint8Array(roomKib * 1024 + 1);
  expect(() => imageWithModel(image(name), tooMuch, folder)).toThrow(ModelRefused);
  expect(() => imageWithModel(image(name), tooMuch, folder)).toThrow(`room for ${roomKib * 1024}`);
});
