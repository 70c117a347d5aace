import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { InputError } from '../errors.ts';
import { writeWhole } from '../files.ts';
import type { ReportedRun, Reporter } from './port.ts';
import type { Results } from './results.ts';

const longWriteMs = 100;

/**
 * Keeps results.json up to date: whole after every case, so that a crash at case 40 keeps 39. Once a write takes more than
 * `longWriteMs`, as it does from some 500 cases on, writing is given a tenth of the time: recordings keep what a crash then costs.
 */
export function jsonReporter(nowMs = () => performance.now()): Reporter {
  let restsUntilMs = Number.NEGATIVE_INFINITY;
  return {
    name: 'JSON',
    onCase(_result, run) {
      const startMs = nowMs();
      if (startMs < restsUntilMs) return;
      writeResults(run);
      const tookMs = nowMs() - startMs;
      if (tookMs > longWriteMs) restsUntilMs = startMs + 10 * tookMs;
    },
    onEnd: writeResults,
  };
}

/** Reads a run's results.json back. Throws InputError for what is missing, damaged, or of another version. */
export function readResults(folder: string): Results {
  const path = join(folder, 'results.json');
  const content = parsed(textOf(path), path);
  const validate = validator();
  if (!validate(content)) {
    const fault = validate.errors?.[0];
    throw new InputError(
      `is no results file of this version: ${fault?.instancePath || '/'} ${fault?.message ?? 'is wrong'}`,
      path,
      'name the folder of a run that `tickmark run` wrote, or run again',
    );
  }
  return content;
}

/** Writes a run's results.json whole. */
export function writeResults(run: Pick<ReportedRun, 'folder' | 'results'>): void {
  writeWhole(join(run.folder, 'results.json'), `${JSON.stringify(run.results, null, 2)}\n`);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new InputError('cannot be read', path, 'name the folder of a run, one of those in reports/out', { cause });
  }
}

function parsed(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InputError('is not JSON', path, 'run again: this file was damaged', { cause });
  }
}

let compiled: ValidateFunction<Results> | undefined;

/** Compiling takes longer than any check, so it is done once. */
function validator(): ValidateFunction<Results> {
  if (compiled) return compiled;
  // the schema is shipped as a source file, from which dist/ is as far away as harness/ itself
  const schema = new URL('../../harness/report/results.schema.json', import.meta.url);
  const ajv = new Ajv2020({ allowUnionTypes: true, validateSchema: false });
  compiled = ajv.compile<Results>(JSON.parse(readFileSync(schema, 'utf8')));
  return compiled;
}
