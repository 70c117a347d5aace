import { join } from 'node:path';
import { InputError } from '../errors.ts';
import type { ExportedCase } from '../export/mlperf.ts';
import { type MeasuredEnergy, measuredEnergy } from '../export/mlperf-energy.ts';
import { readRecording } from '../recording/read.ts';
import { hasTrace, openTrace } from '../recording/read-trace.ts';
import type { Recording } from '../recording/recording.ts';
import { readResults } from '../report/json.ts';
import { loadCaseInputs } from '../runner/case-inputs.ts';
import { boardsFrom } from '../runner/select.ts';
import type { Board } from '../suite/board.ts';
import { type Fault, faultsError } from '../suite/fault.ts';
import { findSuites } from '../suite/find.ts';
import { readSuites } from '../suite/load.ts';
import { hasModel, type Suite } from '../suite/suite.ts';
import type { CaseResult } from '../verdict/result.ts';

interface Wanted {
  /** Suite files, folders or names; none: every suite under suites/. */
  readonly suites: readonly string[];
  /** None: all. */
  readonly targets: readonly string[];
  readonly cwd: string;
}

/**
 * The cases of a run whose firmware is MLPerf Tiny's, by its own word or by that of its suite or board, with the labels of their suites. Throws
 * InputError for a run, suite or board that is not there.
 */
export function mlperfCases(folder: string, { suites: args, targets, cwd }: Wanted): readonly ExportedCase[] {
  const boards = boardsFrom(cwd);
  const known = readSuites(findSuites(args, cwd), boards, cwd);
  return readResults(folder)
    .cases.filter(({ target }) => targets.length === 0 || targets.includes(target))
    .flatMap(result => {
      const place = result.recording === null ? undefined : join(folder, result.recording);
      const recording = place === undefined ? undefined : readRecording(place);
      const suite = known.suites.filter(hasModel).find(({ name }) => name === result.suite);
      const board = boards.get(result.target);
      if (!isMlperf({ result, recording, suite, board })) return [];
      if (!suite) throw unknownSuite(result, known.faults, cwd);
      if (!board) throw new InputError('there is no such board any more', result.target, 'put its board file back');
      return [exportedCase({ result, recording, suite, board, place })];
    });
}

/** Those of builds for energy: what else a run has is none of a submission's that has another run for it. */
export function energyCases(folder: string, wanted: Wanted): readonly ExportedCase[] {
  return mlperfCases(folder, wanted).filter(
    ({ recording }) => recording?.manifest.mlperf?.timestamps !== 'performance',
  );
}

interface Found {
  readonly result: CaseResult;
  readonly recording: Recording | undefined;
  readonly suite: Suite | undefined;
  readonly board: Board | undefined;
}

function isMlperf({ result, recording, suite, board }: Found): boolean {
  const protocol = suite?.firmware[result.target]?.protocol ?? board?.protocol;
  return recording?.manifest.mlperf !== undefined || protocol === 'mlperf-tiny';
}

/** Labels are the suite's, not the recording's. */
function exportedCase({
  result,
  recording,
  suite,
  board,
  place,
}: Found & { suite: Suite; board: Board; place: string | undefined }): ExportedCase {
  const { vectors } = loadCaseInputs(suite);
  const energy = recording && place !== undefined ? energyIn(place, { recording, suite, board }) : undefined;
  return {
    suite: suite.name,
    status: result.status,
    board,
    truth: vectors,
    vectorsSha256: vectors.sha256,
    ...(recording && { recording }),
    ...(energy && { energy }),
  };
}

function energyIn(
  place: string,
  of: { readonly recording: Recording; readonly suite: Suite; readonly board: Board },
): MeasuredEnergy | undefined {
  if (of.recording.manifest.mlperf?.timestamps !== 'energy' || !hasTrace(place)) return undefined;
  using trace = openTrace(place);
  return measuredEnergy({ trace, ...of });
}

function unknownSuite({ suite }: CaseResult, faults: readonly Fault[], cwd: string): Error {
  if (faults.length > 0) return faultsError(faults, cwd);
  return new InputError('there is no such suite here', suite, 'name its file, for its labels: --suite FILE');
}
