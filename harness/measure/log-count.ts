import type { Finding } from '../protocol/port.ts';

/** Counts inferences by the lines that show them. */
export interface InferenceCount {
  readonly seen: number;
  /** As many as were wanted; what belongs to the last may still come. */
  readonly isFull: boolean;
  /** Whether a finding is of an inference beyond those that were wanted. */
  isBeyond(finding: Finding): boolean;
  see(finding: Finding): void;
}

/** Each kind of line is counted by itself, since one inference may bring several; the kind that came most often counts. */
export function inferenceCount(wanted = Number.POSITIVE_INFINITY): InferenceCount {
  const marks = new Map<string, number>();
  let seen = 0;
  return {
    get seen() {
      return seen;
    },
    get isFull() {
      return seen >= wanted;
    },
    isBeyond(finding) {
      const mark = markOf(finding);
      return mark !== undefined && (marks.get(mark) ?? 0) >= wanted;
    },
    see(finding) {
      const mark = markOf(finding);
      if (mark === undefined) return;
      const count = (marks.get(mark) ?? 0) + 1;
      marks.set(mark, count);
      seen = Math.max(seen, count);
    },
  };
}

/** What shows that an inference has been made: its time, its answer, its profile. */
function markOf(finding: Finding): string | undefined {
  if (finding.kind === 'scores' || finding.kind === 'operators') return finding.kind;
  const isMark =
    finding.kind === 'metric' && (finding.name.startsWith('inference_') || finding.name === 'confidence_percent');
  return isMark ? finding.name : undefined;
}
