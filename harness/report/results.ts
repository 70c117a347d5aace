import type { CaseResult } from '../verdict/result.ts';

/** The content of results.json, from which every report is made. Its published schema is results.schema.json. */
export interface Results {
  readonly tickmark: 1;
  readonly run: Run;
  readonly cases: readonly CaseResult[];
}

/** Provenance of a run. `complete` is false until the last case is judged: an interrupted run says so. */
export interface Run {
  readonly id: string;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly complete: boolean;
  readonly interrupted: boolean;
  /** How many cases were planned; `cases` holds those that were judged. */
  readonly planned: number;
  /** The folder the recordings were replayed from; null when targets ran. */
  readonly replayOf: string | null;
  /** The log that was judged, where nothing ran. */
  readonly importedFrom?: string;
  readonly tickmarkVersion: string;
  readonly node: string;
  readonly host: { readonly platform: string; readonly arch: string; readonly cpu: string; readonly cores: number };
  readonly git: { readonly commit: string; readonly dirty: boolean } | null;
}
