/** What is known about the right answers to a suite's vectors: what its labels say. */
export interface Truth {
  /** Class indexes [vectors]: of classification, binary and anomaly tasks. */
  readonly labels?: readonly number[];
  /** The right outputs of a regression [vectors][output elements], in the output's real values. */
  readonly values?: readonly (readonly number[])[];
  /** What the vectors were cut from, in order; absent where they are the rows of one file, each one vector. */
  readonly sources?: readonly Source[];
}

/** One input (a file, an array) and how many consecutive vectors were cut from it. */
export interface Source {
  readonly name: string;
  readonly count: number;
}
