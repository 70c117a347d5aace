import { existsSync, mkdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { InputError } from '../errors.ts';
import { notWritten, writeWhole } from '../files.ts';
import { missingFor } from '../runner/adapters.ts';
import { boardsFrom, chooseCases } from '../runner/select.ts';
import type { Board } from '../suite/board.ts';
import { openGolden } from '../verdict/reference.ts';
import { type Candidate, candidatesIn } from './candidates.ts';
import { type ScaffoldFile, type Surroundings, scaffold } from './scaffold.ts';
import { type Found, searchRepository } from './search.ts';

/** What `tickmark init` found and wrote. Paths are relative to the repository. */
export interface Initialized {
  readonly found: Found;
  readonly suites: readonly { readonly name: string; readonly model: string; readonly files: readonly string[] }[];
}

/**
 * Writes a suite for every quantized model of a repository, each in suites/NAME/, and reads them as a run would. Throws InputError, with
 * nothing written, when there is no such model, when a suite of the name is there, or when the model cannot be run.
 */
export async function initialize(repository: string): Promise<Initialized> {
  const found = searchRepository(repository);
  const candidates = candidatesIn(found);
  if (candidates.length === 0) throw nothingFound(found, repository);
  const boards = await boardsHere(repository);
  const planned = candidates.map(candidate => {
    const folder = join('suites', candidate.name);
    if (existsSync(join(repository, folder, 'suite.yaml')))
      throw new InputError('is there already', join(folder, 'suite.yaml'), 'remove it, or write the suite by hand');
    return { candidate, folder, files: scaffold(candidate, surroundings(candidate, { repository, found, boards })) };
  });
  for (const { path, name, model } of candidates) openGolden(model, path ?? name); // throws where no kernel is
  for (const { folder, files } of planned) write(join(repository, folder), files);
  chooseCases({ cwd: repository, suites: planned.map(({ folder }) => folder), targets: [] });
  return {
    found,
    suites: planned.map(({ candidate, folder, files }) => ({
      name: candidate.name,
      model: candidate.path ?? join(folder, 'model.tflite'),
      files: files.map(({ name }) => join(folder, name)),
    })),
  };
}

/** Emulated boards that can be run on this machine: a suite on them runs at once. */
async function boardsHere(repository: string): Promise<readonly Board[]> {
  const emulated = [...boardsFrom(repository).values()].filter(({ basis }) => basis !== 'silicon');
  const missing = await Promise.all(emulated.map(missingFor));
  return emulated.filter((_, index) => missing[index] === undefined).sort(embeddedFirst);
}

/** The one that needs nothing installed, wherever the repository is checked out next. */
function embeddedFirst(a: Board, b: Board): number {
  return Number(b.target.kind === 'rp2040js') - Number(a.target.kind === 'rp2040js');
}

function surroundings(
  candidate: Candidate,
  { repository, found, boards }: { repository: string; found: Found; boards: readonly Board[] },
): Surroundings {
  const roomy = boards.filter(board => hasRoom(board, candidate));
  const [board, ...others] = roomy.length > 0 ? roomy : boards;
  if (!board) throw new InputError('no emulated target can run here', repository, 'ask `tickmark doctor`');
  const schema = join('node_modules', 'tickmark', 'harness', 'suite', 'suite.schema.json');
  const up = relative(join(repository, 'suites', candidate.name), repository);
  return {
    up,
    target: board.name,
    basis: board.basis,
    others: others.map(({ name }) => name),
    images: found.images,
    ...(existsSync(join(repository, schema)) && { schema: `${up}/${schema}` }),
  };
}

/** Roughly: the reference firmware takes its part of both. */
function hasRoom({ memory }: Board, { bytes, arenaEstimateBytes }: Candidate): boolean {
  return bytes.length < memory.flashBytes - 256 * 1024 && arenaEstimateBytes < 0.6 * memory.ramBytes;
}

function write(folder: string, files: readonly ScaffoldFile[]): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw notWritten(folder, cause);
  }
  for (const { name, content } of files) writeWhole(join(folder, name), content);
}

function nothingFound({ models, images, unreadable }: Found, repository: string): InputError {
  const seen =
    models.length > 0
      ? `${models.map(({ path }) => path).join(', ')}: float32, and a target runs quantized models`
      : `no .tflite is in it, and ${images.length === 0 ? 'no linked firmware' : `none of its ${images.length} ELF files carries one`}`;
  const broken = unreadable.length > 0 ? `; not readable: ${unreadable.join('; ')}` : '';
  return new InputError(
    `holds no model to test: ${seen}${broken}`,
    repository,
    'put a fully int8 .tflite into it, or build the firmware first',
  );
}
