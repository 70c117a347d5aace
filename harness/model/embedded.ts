import { InputError } from '../errors.ts';
import { type Model, readModel } from './tflite.ts';

/** A model that lies in a larger piece of memory, such as a firmware's flash. */
export interface EmbeddedModel {
  readonly offset: number;
  /** From the model's first byte to the end of the memory: the format does not say how long a model is. */
  readonly bytes: Uint8Array;
  readonly model: Model;
}

const identifier = Buffer.from('TFL3'); // bytes 4 to 7 of a .tflite
const identifierOffset = 4;

/** Firmware has the letters a few times; a file made of them would take minutes. */
const mostCandidates = 200;

/** Every `.tflite` in some memory that can be read as a whole model, in order. The letters alone are no model: runtimes hold them too. */
export function* findModels(memory: Uint8Array): Generator<EmbeddedModel> {
  const bytes = Buffer.from(memory.buffer, memory.byteOffset, memory.byteLength);
  let candidates = 0;
  for (let at = bytes.indexOf(identifier); at >= 0; at = bytes.indexOf(identifier, at + 1)) {
    if (++candidates > mostCandidates) return;
    const offset = at - identifierOffset;
    const model = offset >= 0 ? modelIn(memory.subarray(offset)) : undefined;
    if (model) yield { offset, bytes: memory.subarray(offset), model };
  }
}

function modelIn(bytes: Uint8Array): Model | undefined {
  try {
    const model = readModel(bytes, 'memory');
    return model.operators.length > 0 ? model : undefined;
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/** Where two models part: the first byte that differs, and the constant tensor of `ours` that it is in. */
export function firstDifference(
  ours: { readonly bytes: Uint8Array; readonly model: Model },
  theirs: Uint8Array,
): { readonly byte: number; readonly tensor?: { readonly index: number; readonly name: string } } {
  let byte = 0;
  while (byte < ours.bytes.length && ours.bytes[byte] === theirs[byte]) byte++;
  const tensor = ours.model.tensors.find(({ data }) => {
    const start = (data?.byteOffset ?? 0) - ours.bytes.byteOffset;
    return data !== undefined && byte >= start && byte < start + data.length;
  });
  return { byte, ...(tensor && { tensor: { index: tensor.index, name: tensor.name } }) };
}
