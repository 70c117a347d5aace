import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import { ModelRefused, TargetError } from '../errors.ts';
import { readNamed, writeWhole } from '../files.ts';
import type { JobImage } from '../measure/session.ts';
import { readElf } from '../target/elf.ts';
import { elfWithPart } from '../target/elf-with-part.ts';
import { imageLimitBytes } from './image.ts';

/**
 * The reference firmware with the suite's model in its flash, as a file in `folder`: a board has no back door, and the model region of its
 * firmware takes no WRITE. It is the same build, and proves the model as any image does that carries one. Throws ModelRefused where the model
 * has no room there.
 */
export function imageWithModel(image: JobImage, model: Uint8Array, folder: string): JobImage {
  const file = readNamed(image.path, imageLimitBytes);
  const { address, sizeBytes } = modelRegionOf(file, image);
  if (model.length > sizeBytes)
    throw new ModelRefused(
      `the model has ${model.length} bytes, the board has room for ${sizeBytes}`,
      image.file,
      'use a smaller model, or a board with more flash',
    );
  const whole = elfWithPart(file, { physicalAddress: address, bytes: model });
  const sha256 = createHash('sha256').update(whole).digest('hex');
  const path = join(folder, `${basename(image.path, '.elf')}-${sha256.slice(0, 16)}.elf`);
  writeWhole(path, whole);
  return { ...image, path, sha256, carriesModel: true };
}

/** Where the linker script of a port keeps the model. */
function modelRegionOf(file: Uint8Array, image: JobImage): { readonly address: number; readonly sizeBytes: number } {
  const { symbols } = readElf(file, image.path);
  const addressOf = (name: string): number | undefined => symbols.find(symbol => symbol.name === name)?.address;
  const [start, end] = ['__tickmark_model_start', '__tickmark_model_end'].map(addressOf);
  if (start !== undefined && end !== undefined) return { address: start, sizeBytes: end - start };
  throw new TargetError('does not say where a model goes', image.path, 'keep the symbols of its linker script in it');
}
