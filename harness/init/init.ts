import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { missingFor } from '../runner/adapters.ts';
import { boardsFrom, chooseCases } from '../runner/select.ts';
import type { Board } from '../suite/board.ts';
import { type Candidate, candidatesIn } from './candidates.ts';
import { firmwareFor } from './firmware.ts';
import { nothingToWrite } from './nothing-to-write.ts';
import { type PassedOver, sift } from './passed-over.ts';
import { type Surroundings, scaffold } from './scaffold.ts';
import { type Found, searchRepository } from './search.ts';
import { type PlannedSuite, writeSuites } from './write-suites.ts';

/** What `tickmark init` found and wrote. Paths are relative to the repository. */
export interface Initialized {
  readonly found: Found;
  readonly passedOver: readonly PassedOver[];
  readonly suites: readonly { readonly name: string; readonly model: string; readonly files: readonly string[] }[];
}

/**
 * Writes a suite for every quantized model of a repository, each in suites/NAME/, and reads them as a run would. Passed over is what cannot
 * be run, what has a suite, and what would need the place of a file that is there. Throws InputError when nothing is left; after any error
 * the repository is as it was.
 */
export async function initialize(repository: string): Promise<Initialized> {
  const found = searchRepository(repository);
  const boards = [...boardsFrom(repository).values()];
  const runnable = await runnableHere(boards);
  const plan = (candidate: Candidate): PlannedSuite => {
    const around = surroundings(candidate, { repository, found, boards, runnable });
    return { candidate, folder: join('suites', candidate.name), files: scaffold(candidate, around) };
  };
  const { planned, passedOver } = sift(candidatesIn(found), plan, repository);
  if (planned.length === 0) throw nothingToWrite(found, passedOver, repository);
  writeSuites(repository, planned, () =>
    chooseCases({ cwd: repository, suites: planned.map(({ folder }) => folder), targets: [] }),
  );
  return { found, passedOver, suites: planned.map(written) };
}

function written({ candidate: { name, path }, folder, files }: PlannedSuite) {
  return { name, model: path ?? join(folder, 'model.tflite'), files: files.map(file => join(folder, file.name)) };
}

/** Emulated boards that can be run on this machine: a suite on them runs at once. */
async function runnableHere(boards: readonly Board[]): Promise<readonly Board[]> {
  const emulated = boards.filter(({ basis }) => basis !== 'silicon');
  const missing = await Promise.all(emulated.map(missingFor));
  return emulated.filter((_, index) => missing[index] === undefined).sort(embeddedFirst);
}

/** The one that needs nothing installed, wherever the repository is checked out next. */
function embeddedFirst(a: Board, b: Board): number {
  return Number(b.target.kind === 'rp2040js') - Number(a.target.kind === 'rp2040js');
}

/** Everybody has the emulated ones; of real boards, the repository tells which. */
function isAtHand({ basis, file }: Board, repository: string): boolean {
  return basis !== 'silicon' || file.startsWith(join(repository, 'boards'));
}

interface Repository {
  readonly repository: string;
  readonly found: Found;
  readonly boards: readonly Board[];
  readonly runnable: readonly Board[];
}

function surroundings(candidate: Candidate, { repository, found, boards, runnable }: Repository): Surroundings {
  const roomy = runnable.filter(board => hasRoom(board, candidate));
  const [board, ...others] = roomy.length > 0 ? roomy : runnable;
  if (!board) throw new Error('the package has lost its embedded emulator');
  const schema = join('node_modules', 'tickmark', 'harness', 'suite', 'suite.schema.json');
  const up = relative(join(repository, 'suites', candidate.name), repository);
  return {
    up,
    target: board.name,
    basis: board.basis,
    others: others.map(({ name }) => name),
    firmware: firmwareFor(found.images, [board, ...boards.filter(other => isAtHand(other, repository))]),
    ...(existsSync(join(repository, schema)) && { schema: `${up}/${schema}` }),
  };
}

/** Roughly: the reference firmware takes its part of both. */
function hasRoom({ memory }: Board, { bytes, arenaEstimateBytes }: Candidate): boolean {
  return bytes.length < memory.flashBytes - 256 * 1024 && arenaEstimateBytes < 0.6 * memory.ramBytes;
}
