import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { InputError } from '../errors.ts';
import { readNamed } from '../files.ts';

/** What goes where, and how the flash chip is used. */
export interface EspPlan {
  readonly files: readonly { readonly offset: number; readonly path: string }[];
  readonly settings: { readonly mode?: string; readonly freq?: string; readonly size?: string };
  readonly chip?: string;
}

const mostJsonBytes = 1 << 20;
const mostFiles = 64;

/** The list that an ESP-IDF build leaves beside its ELF file, if it does. */
export function argsBeside(imagePath: string): string | undefined {
  const path = join(dirname(imagePath), 'flasher_args.json');
  return existsSync(path) ? path : undefined;
}

/**
 * Reads ESP-IDF's flasher_args.json; its files lie beside it. Throws InputError, also for encrypted parts, and where its application is not of
 * the ELF file.
 */
export function readFlasherArgs(argsPath: string, imagePath: string): EspPlan {
  const written =
    parseObject(readNamed(argsPath, mostJsonBytes).toString('utf8')) ?? noPlan('is no JSON object', argsPath);
  expectPlain(written, argsPath);
  const files = filesOf(written, argsPath);
  const app = textIn(objectIn(written, 'app'), 'file');
  if (app !== undefined) checkBuild(resolve(dirname(argsPath), app), imagePath);
  const settings = objectIn(written, 'flash_settings');
  return {
    files: files.toSorted((a, b) => a.offset - b.offset),
    settings: {
      ...withText('mode', textIn(settings, 'flash_mode')),
      ...withText('freq', textIn(settings, 'flash_freq')),
      ...withText('size', textIn(settings, 'flash_size')),
    },
    ...withText('chip', textIn(objectIn(written, 'extra_esptool_args'), 'chip')),
  };
}

function noPlan(what: string, argsPath: string): never {
  throw new InputError(what, argsPath, 'name the flasher_args.json that `idf.py build` writes into its build folder');
}

function filesOf(written: Json, argsPath: string): EspPlan['files'] {
  const listed = Object.entries(objectIn(written, 'flash_files') ?? noPlan('has no flash_files', argsPath));
  if (listed.length === 0 || listed.length > mostFiles) noPlan(`has ${listed.length} flash_files`, argsPath);
  return listed.map(([offset, file]) => {
    if (!/^0x[0-9a-fA-F]{1,8}$/.test(offset) || typeof file !== 'string' || file === '')
      return noPlan(`flash_files has ${JSON.stringify({ [offset]: file })}, not an offset and a file`, argsPath);
    const path = resolve(dirname(argsPath), file);
    if (!existsSync(path)) noPlan(`there is no ${path}, which it names`, argsPath);
    return { offset: Number.parseInt(offset, 16), path };
  });
}

function expectPlain(written: Json, argsPath: string): void {
  if (!Object.values(written).some(part => textIn(asObject(part), 'encrypted') === 'true')) return;
  throw new InputError(
    'asks for flash encryption, which is not done here: it can burn fuses',
    argsPath,
    'flash the board by `idf.py`, and leave `flasher` out of its board file',
  );
}

// esp_app_desc_t lies behind the headers of the image and of its first segment (ESP-IDF, esp_app_desc.h)
const description = { at: 32, magic: 0xabcd5432, elfHashAt: 32 + 144, elfHashBytes: 32 };

/** An application says which ELF file it was made from: flashing another build's would only be found out after the flash. */
function checkBuild(appPath: string, imagePath: string): void {
  const app = readNamed(appPath);
  const { at, magic, elfHashAt, elfHashBytes } = description;
  if (app.length < elfHashAt + elfHashBytes || app.readUInt32LE(at) !== magic) return;
  const of = app.toString('hex', elfHashAt, elfHashAt + elfHashBytes);
  if (/^0+$/.test(of)) return;
  const elf = createHash('sha256').update(readNamed(imagePath)).digest('hex');
  if (of === elf) return;
  throw new InputError(
    `was made from another ELF file (SHA-256 ${of.slice(0, 12)}…) than ${imagePath} (${elf.slice(0, 12)}…)`,
    appPath,
    'build again, and name the ELF file that lies in that build folder, as the build left it',
  );
}

type Json = Readonly<Record<string, unknown>>;

function parseObject(text: string): Json | undefined {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function objectIn(object: Json | undefined, key: string): Json | undefined {
  return asObject(object?.[key]);
}

function asObject(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}

/** A word that can be an argument, and no option. */
function textIn(object: Json | undefined, key: string): string | undefined {
  const value = object?.[key];
  return typeof value === 'string' && /^[\w./][^\0\n]*$/.test(value) ? value : undefined;
}

function withText<Key extends string>(key: Key, text: string | undefined): Partial<Record<Key, string>> {
  return text === undefined ? {} : ({ [key]: text } as Record<Key, string>);
}
