import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import { ModelRefused } from '../errors.ts';
import { readNamed, writeWhole } from '../files.ts';
import type { Job, JobImage } from '../measure/session.ts';
import { type Elf, readElf } from '../target/elf.ts';
import { elfWithPart } from '../target/elf-with-part.ts';
import { imageLimitBytes } from './image.ts';
import type { PlannedCase } from './plan.ts';

/**
 * What a case runs: its image as it was read, and on a board of silicon the reference firmware with the suite's model in its flash, as a file in `folder`. A
 * board has no back door, and the model region of its firmware takes no WRITE. It is the same build, and proves the model as any image does
 * that carries one. Throws ModelRefused where the model has no room there.
 */
export function imageToRun(
  { board }: Pick<PlannedCase, 'board'>,
  { image, model }: Pick<Job, 'image' | 'model'>,
  folder: string,
): JobImage | undefined {
  if (!image || !model || image.isOwn || image.carriesModel || board.target.kind !== 'serial') return image;
  const file = readNamed(image.path, imageLimitBytes);
  const region = modelRegionOf(readElf(file, image.path));
  const isInFlash = region !== undefined && region.address - region.firstAddress < board.memory.flashBytes;
  return isInFlash ? withModel({ image, file, model, region, folder }) : image;
}

interface Joining {
  readonly image: JobImage;
  readonly file: Uint8Array;
  readonly model: Uint8Array;
  readonly region: ModelRegion;
  readonly folder: string;
}

function withModel({ image, file, model, region, folder }: Joining): JobImage {
  if (model.length > region.sizeBytes)
    throw new ModelRefused(
      `the model has ${model.length} bytes, the board has room for ${region.sizeBytes}`,
      image.file,
      'use a smaller model, or a board with more flash',
    );
  const whole = elfWithPart(file, { physicalAddress: region.address, bytes: model });
  const sha256 = createHash('sha256').update(whole).digest('hex');
  const path = join(folder, `${basename(image.path, '.elf')}-${sha256.slice(0, 16)}.elf`);
  writeWhole(path, whole);
  return { ...image, path, sha256, carriesModel: true };
}

interface ModelRegion {
  readonly address: number;
  readonly sizeBytes: number;
  /** Where the image itself begins. */
  readonly firstAddress: number;
}

/** Where the linker script of a port keeps the model; undefined for an image without that. */
function modelRegionOf({ symbols, segments }: Elf): ModelRegion | undefined {
  const addressOf = (name: string): number | undefined => symbols.find(symbol => symbol.name === name)?.address;
  const [address, end] = [addressOf('__tickmark_model_start'), addressOf('__tickmark_model_end')];
  if (address === undefined || end === undefined) return undefined;
  const firstAddress = Math.min(...segments.map(({ physicalAddress }) => physicalAddress));
  return { address, sizeBytes: end - address, firstAddress };
}
