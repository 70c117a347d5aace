import { createHash } from 'node:crypto';
import { readNamed } from '../files.ts';
import { modelFacts } from '../model/facts.ts';
import { readModel } from '../model/tflite.ts';
import { imageLimitBytes } from '../runner/image.ts';
import { type CarriedModel, difference, isModel, type ModelFile, modelPlace, modelsIn } from '../runner/image-model.ts';
import { describeCore } from '../target/core.ts';
import { type Elf, readElf, sectionUse } from '../target/elf.ts';
import { arenaReserve, type Reserve, stackReserve } from '../target/reserves.ts';
import { formatQuantity } from '../units.ts';
import { say, sayJson, table } from './say.ts';

/** `tickmark image`: what is in a firmware's ELF file, and whether the model in it is a file's. */
export function showImage(path: string, { model, json }: { model?: string; json?: boolean }): void {
  const file = readNamed(path, imageLimitBytes);
  const facts = imageFacts(readElf(file, path), model === undefined ? undefined : readModelFile(model));
  const sha256 = createHash('sha256').update(file).digest('hex');
  if (json) sayJson({ file: path, sha256, ...facts });
  else say(asText(facts).join('\n'));
}

function readModelFile(file: string): ModelFile {
  const bytes = readNamed(file);
  return { file, bytes, model: readModel(bytes, file) };
}

type ImageFacts = ReturnType<typeof imageFacts>;

function imageFacts(elf: Elf, wanted: ModelFile | undefined) {
  return {
    core: describeCore(elf),
    buildId: elf.buildId ?? null,
    flashBytes: elf.flashBytes,
    ramBytes: elf.ramBytes,
    arena: arenaReserve(elf) ?? null,
    stack: stackReserve(elf) ?? null,
    models: modelsIn(elf).map(carried => carriedFacts(carried, wanted)),
    sections: elf.sections.flatMap(section => {
      const { name, address, sizeBytes } = section;
      const use = sectionUse(section);
      return use && sizeBytes > 0 ? [{ name, address, bytes: sizeBytes, use }] : [];
    }),
  };
}

function carriedFacts(carried: CarriedModel, wanted: ModelFile | undefined) {
  const { symbol, address, bytes } = carried;
  const { operators, macs } = modelFacts(carried.model);
  return {
    place: modelPlace(carried),
    address,
    symbol: symbol?.name ?? null,
    bytes: symbol?.bytes ?? null,
    sha256: symbol ? createHash('sha256').update(bytes).digest('hex') : null,
    operators: operators.length,
    macs,
    ...(wanted && comparedTo(wanted, carried)),
  };
}

function comparedTo(wanted: ModelFile, carried: CarriedModel) {
  const is = isModel(carried, wanted);
  return { is, comparison: is ? `it is ${wanted.file}` : difference(carried, wanted) };
}

function asText({ core, buildId, flashBytes, ramBytes, arena, stack, models, sections }: ImageFacts): string[] {
  return [
    `core      ${core}`,
    `build id  ${buildId ?? 'none: link with -Wl,--build-id=sha1'}`,
    `flash     ${formatQuantity(flashBytes, 'B')}`,
    `RAM       ${formatQuantity(ramBytes, 'B')}`,
    `arena     ${reserveText(arena)}`,
    `stack     ${reserveText(stack)}`,
    ...(models.length === 0 ? ['model     none: it is loaded at run time'] : models.map(modelText)),
    '',
    table([['section', 'address', 'bytes', 'in'], ...sections.map(sectionRow)]),
  ];
}

function reserveText(reserve: Reserve | null): string {
  return reserve ? `${formatQuantity(reserve.bytes, 'B')} (${reserve.symbol})` : 'not named by a symbol that is known';
}

function modelText({ place, bytes, sha256, operators, macs, comparison }: ImageFacts['models'][number]): string {
  const size = bytes === null ? 'size unknown, as no symbol tells' : formatQuantity(bytes, 'B');
  const hash = sha256 === null ? '' : `, SHA-256 ${sha256.slice(0, 16)}…`;
  const facts = `${place}: ${size}${hash}, ${operators} operators, ${macs.toLocaleString('en')} MACs`;
  return `model     ${facts}${comparison === undefined ? '' : `\n          ${comparison}`}`;
}

function sectionRow({ name, address, bytes, use }: ImageFacts['sections'][number]): (string | number)[] {
  return [name, `0x${address.toString(16).padStart(8, '0')}`, bytes, use];
}
