/** One benchmark of MLPerf Tiny: its folder in a submission, the files of its set, and what the closed division asks for. */
export interface Benchmark {
  readonly folder: string;
  /** How many input files the whole set has; another number of them was accepted since v1.2. */
  readonly files: readonly number[];
  /** Values that an inference prints. */
  readonly results: number;
  readonly quality: { readonly metric: 'Top-1' | 'AUC'; readonly least: number };
  /** Bytes of a window and from one to the next, where a file is cut into windows, and how many a file of 10 s has. */
  readonly windows?: { readonly bytes: number; readonly strideBytes: number; readonly count: number };
}

/** By the id that the firmware answers to `profile`. Rules v1.4: benchmark/runner/tests_*.yaml and tools/submission/submission_checker.py. */
export const benchmarks: Readonly<Record<string, Benchmark>> = {
  ad01: {
    folder: 'ad',
    files: [248, 72],
    results: 1,
    quality: { metric: 'AUC', least: 0.85 },
    windows: { bytes: 2560, strideBytes: 512, count: 196 },
  },
  ic01: { folder: 'ic', files: [200], results: 10, quality: { metric: 'Top-1', least: 85 } },
  ic02: { folder: 'ic2', files: [200], results: 10, quality: { metric: 'Top-1', least: 91 } },
  kws01: { folder: 'kws', files: [1000], results: 12, quality: { metric: 'Top-1', least: 90 } },
  vww01: { folder: 'vww', files: [1000], results: 2, quality: { metric: 'Top-1', least: 80 } },
};
