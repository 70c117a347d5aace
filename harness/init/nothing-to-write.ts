import { InputError } from '../errors.ts';
import type { Model } from '../model/tflite.ts';
import type { PassedOver } from './passed-over.ts';
import type { Found } from './search.ts';

/** The error for a repository that gets no suite: what was seen in it, and why that was not enough. */
export function nothingToWrite(found: Found, passedOver: readonly PassedOver[], repository: string): InputError {
  if (passedOver.length > 0) {
    const reasons = passedOver.map(({ model, why }) => `${model} ${why}`);
    return new InputError(
      `has no model left to write a suite for: ${reasons.join('; ')}`,
      repository,
      'run the suites that are there (`tickmark run`), or write one by hand',
    );
  }
  const reasons = [...found.models.map(({ path, model }) => `${path} ${inputText(model)}`), ...found.unreadable];
  const seen = reasons.length > 0 ? reasons.join('; ') : `${modelsText(found)}, and ${imagesText(found)}`;
  return new InputError(
    `holds no model to test: ${seen}`,
    repository,
    'put a fully quantized .tflite into it, or build the firmware first',
  );
}

function inputText({ inputs, tensors }: Model): string {
  const types = [...new Set(inputs.flatMap(index => tensors[index]?.type ?? []))];
  return `takes ${types.join(' and ') || 'no input'}, and a target runs what takes int8, uint8 or int16`;
}

function modelsText({ isWhole }: Found): string {
  return isWhole ? 'no .tflite is in it' : 'no .tflite was found before the search ended: it has too many files';
}

function imagesText({ images }: Found): string {
  if (images.length === 0) return 'no linked firmware';
  return images.length === 1 ? 'its ELF file carries none' : `none of its ${images.length} ELF files carries one`;
}
