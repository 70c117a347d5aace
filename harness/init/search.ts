import { createHash } from 'node:crypto';
import { type Dirent, readdirSync, statSync } from 'node:fs';
import { extname, join, relative } from 'node:path';
import { HarnessError } from '../errors.ts';
import { readNamed } from '../files.ts';
import { type Model, readModel } from '../model/tflite.ts';
import { imageLimitBytes } from '../runner/image.ts';
import { type CarriedModel, modelsIn } from '../runner/image-model.ts';
import { type Elf, readElf } from '../target/elf.ts';

/** A `.tflite` in a repository. */
export interface FoundModel {
  /** Relative to the folder that was searched. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly model: Model;
  readonly sha256: string;
}

/** A linked firmware in a repository. */
export interface FoundImage {
  readonly path: string;
  readonly elf: Elf;
  readonly models: readonly CarriedModel[];
  /** Whether the Tickmark agent is in it, as far as its symbols tell. */
  readonly hasAgent: boolean;
}

/** What a firmware repository has for a suite; `unreadable` are files that look right and cannot be read, with why. */
export interface Found {
  readonly models: readonly FoundModel[];
  readonly images: readonly FoundImage[];
  readonly unreadable: readonly string[];
  /** Whether everything was looked at: a folder of hundreds of thousands of files is not. */
  readonly isWhole: boolean;
}

const imageEndings = ['.elf', '.axf', '.out'];
const skippedFolders = new Set(['node_modules', '.git', '.venv', 'venv', '__pycache__', 'allure-results']);
const mostEntries = 100_000;
const deepest = 12;

/** Looks for models and linked firmware under a folder; of files with the same bytes, the first is taken. */
export function searchRepository(folder: string): Found {
  const models: FoundModel[] = [];
  const images: FoundImage[] = [];
  const unreadable: string[] = [];
  const { files, isWhole } = filesUnder(folder);
  for (const path of files) {
    const ending = extname(path).toLowerCase();
    const isImage = imageEndings.includes(ending);
    if (!isImage && ending !== '.tflite') continue;
    const name = relative(folder, path);
    try {
      if (isImage) images.push(imageAt(path, name));
      else models.push(modelAt(path, name));
    } catch (error) {
      if (!(error instanceof HarnessError)) throw error;
      unreadable.push(`${error.where}: ${error.what}`);
    }
  }
  return { models: models.filter(isFirst), images, unreadable, isWhole };
}

function modelAt(path: string, name: string): FoundModel {
  const bytes = readNamed(path);
  return { path: name, bytes, model: readModel(bytes, name), sha256: sha256Of(bytes) };
}

function imageAt(path: string, name: string): FoundImage {
  const elf = readElf(readNamed(path, imageLimitBytes), name);
  const hasAgent = elf.symbols.some(symbol => symbol.name === 'tickmark_start');
  return { path: name, elf, models: modelsIn(elf), hasAgent };
}

function isFirst({ sha256 }: FoundModel, index: number, all: readonly FoundModel[]): boolean {
  return all.findIndex(other => other.sha256 === sha256) === index;
}

/** Breadth first, so that what lies near is found before what lies deep. Links to files are followed, those to folders may lead in circles. */
function filesUnder(folder: string): { readonly files: readonly string[]; readonly isWhole: boolean } {
  const files: string[] = [];
  let level = [folder];
  let seen = 0;
  for (let depth = 0; depth < deepest && level.length > 0; depth++) {
    const below: string[] = [];
    for (const each of level)
      for (const entry of entriesOf(each)) {
        if (++seen > mostEntries) return { files, isWhole: false };
        const path = join(each, entry.name);
        if (isFile(entry, path)) files.push(path);
        else if (entry.isDirectory() && !skippedFolders.has(entry.name)) below.push(path);
      }
    level = below;
  }
  return { files, isWhole: level.length === 0 };
}

function isFile(entry: Dirent, path: string): boolean {
  if (!entry.isSymbolicLink()) return entry.isFile();
  try {
    return statSync(path).isFile();
  } catch {
    return false; // it leads nowhere, or to itself
  }
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => a.name.localeCompare(b.name));
  } catch {
    return []; // not for us to see
  }
}

/** How two files are known to hold the same. */
export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
