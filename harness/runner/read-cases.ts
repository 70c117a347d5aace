import type { Board } from '../suite/board.ts';
import type { Fault } from '../suite/fault.ts';
import { findings } from '../suite/findings.ts';
import { type AnySuite, hasModel, type LogSuite, type Suite } from '../suite/suite.ts';
import { loadVectors } from '../vectors/vectors.ts';
import { computeReference } from '../verdict/reference.ts';
import { boardMisfits } from './board-misfits.ts';
import { type CaseInputs, loadFloatTwin, loadModel } from './case-inputs.ts';
import { classMisfits } from './class-misfits.ts';
import { readImage } from './image.ts';
import { logMisfits } from './log-misfits.ts';
import { trialMisfits } from './trial-misfits.ts';

/** A suite, and those of its targets that it is to run on. */
export interface Wanted {
  readonly suite: AnySuite;
  readonly boards: readonly Board[];
}

/** A suite that everything fits: its files were read, and the host can compute what it asks for. Without a model there are no inputs. */
export interface Sound extends Wanted {
  readonly inputs?: CaseInputs;
}

/** Reads everything that suites name: the cases that can be measured, and the faults of the others. `runsOwn`: whose firmware a suite names, or a board. */
export function readCases(
  wanted: readonly Wanted[],
  runsOwn: (board: Board) => boolean = () => true,
): {
  readonly sound: readonly Sound[];
  readonly faults: readonly Fault[];
} {
  const read = wanted.map(each => readCase(each, runsOwn));
  return { sound: read.flatMap(({ sound }) => sound ?? []), faults: read.flatMap(({ faults }) => faults) };
}

interface ReadCase {
  readonly sound?: Sound;
  readonly faults: readonly Fault[];
}

function readCase({ suite, boards }: Wanted, runsOwn: (board: Board) => boolean): ReadCase {
  return hasModel(suite) ? readModelCase({ suite, boards }, runsOwn) : readLogCase({ suite, boards }, runsOwn);
}

/** Of a suite that has no model there is the firmware to read. */
function readLogCase(
  { suite, boards }: { readonly suite: LogSuite; readonly boards: readonly Board[] },
  runsOwn: (board: Board) => boolean,
): ReadCase {
  const { faults, attempt, keep } = findings(suite);
  for (const board of boards) {
    if (runsOwn(board)) attempt(['firmware', board.name], () => readImage({ suite, board }));
    for (const misfit of [...logMisfits(suite, board), ...boardMisfits(suite, board)]) keep(misfit);
  }
  return faults.length > 0 ? { faults } : { faults, sound: { suite, boards } };
}

function readModelCase(
  { suite, boards }: { readonly suite: Suite; readonly boards: readonly Board[] },
  runsOwn: (board: Board) => boolean,
): ReadCase {
  const { faults, attempt, keep } = findings(suite);
  const model = attempt(['model', 'file'], () => loadModel(suite));
  const twin = attempt(['model', 'float'], () => loadFloatTwin(suite));
  if (!model) return { faults };

  attempt(['model', 'file'], () => computeReference(model.parsed, undefined, []));
  if (twin) attempt(['model', 'float'], () => computeReference(model.parsed, twin, []));
  const vectors = attempt(['vectors', 'inputs'], () => loadVectors(suite, model.parsed));
  for (const misfit of classMisfits(suite, model.parsed)) keep(misfit);
  for (const misfit of trialMisfits(suite, model.model.length, vectors?.inputs.length ?? Number.POSITIVE_INFINITY))
    keep(misfit);
  for (const board of boards)
    for (const misfit of [...logMisfits(suite, board), ...boardMisfits(suite, board)]) keep(misfit);
  // firmware that cannot be used is found here, not by its first case
  for (const board of boards.filter(runsOwn))
    attempt(['firmware', board.name], () => readImage({ suite, board }, model));
  return faults.length > 0 || !vectors
    ? { faults }
    : { faults, sound: { suite, boards, inputs: { ...model, vectors } } };
}
