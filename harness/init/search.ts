import { createHash } from 'node:crypto';
import { type Dirent, readdirSync } from 'node:fs';
import { extname, join, relative } from 'node:path';
import { HarnessError, messageOf } from '../errors.ts';
import { readNamed } from '../files.ts';
import { type Model, readModel } from '../model/tflite.ts';
import { imageLimitBytes } from '../runner/image.ts';
import { type CarriedModel, modelsIn } from '../runner/image-model.ts';
import { readElf } from '../target/elf.ts';

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
  readonly models: readonly CarriedModel[];
  /** Whether the Tickmark agent is in it, as far as its symbols tell. */
  readonly hasAgent: boolean;
}

/** What a firmware repository has for a suite; `unreadable` are files that look right and cannot be read, with why. */
export interface Found {
  readonly models: readonly FoundModel[];
  readonly images: readonly FoundImage[];
  readonly unreadable: readonly string[];
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
  for (const path of filesUnder(folder)) {
    const isImage = imageEndings.includes(extname(path));
    if (!isImage && extname(path) !== '.tflite') continue;
    const name = relative(folder, path);
    try {
      if (isImage) images.push(imageAt(path, name));
      else models.push(modelAt(path, name));
    } catch (error) {
      if (!(error instanceof HarnessError)) throw error;
      unreadable.push(messageOf(error));
    }
  }
  return { models: models.filter(isFirst), images, unreadable };
}

function modelAt(path: string, name: string): FoundModel {
  const bytes = readNamed(path);
  return { path: name, bytes, model: readModel(bytes, name), sha256: sha256Of(bytes) };
}

function imageAt(path: string, name: string): FoundImage {
  const elf = readElf(readNamed(path, imageLimitBytes), name);
  const hasAgent = elf.symbols.some(symbol => symbol.name === 'tickmark_start');
  return { path: name, models: modelsIn(elf), hasAgent };
}

function isFirst({ sha256 }: FoundModel, index: number, all: readonly FoundModel[]): boolean {
  return all.findIndex(other => other.sha256 === sha256) === index;
}

/** Breadth first, so that what lies near is found before what lies deep. Links are not followed. */
function* filesUnder(folder: string): Generator<string> {
  let level = [folder];
  let seen = 0;
  for (let depth = 0; depth < deepest && level.length > 0; depth++) {
    const below: string[] = [];
    for (const each of level)
      for (const entry of entriesOf(each)) {
        if (++seen > mostEntries) return;
        if (entry.isFile()) yield join(each, entry.name);
        else if (entry.isDirectory() && !skippedFolders.has(entry.name)) below.push(join(each, entry.name));
      }
    level = below;
  }
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => a.name.localeCompare(b.name));
  } catch {
    return []; // not for us to see
  }
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
