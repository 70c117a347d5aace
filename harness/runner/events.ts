import type { Notice } from '../report/port.ts';
import type { Progress } from '../report/progress.ts';
import type { CaseResult } from '../verdict/result.ts';

/** What a run tells the process that started it, over IPC. */
export type RunEvent =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'case'; readonly result: CaseResult }
  | { readonly kind: 'reported'; readonly notices: readonly Notice[] }
  | { readonly kind: 'trouble'; readonly message: string };

/** Sends to the parent when there is one that listens; a run started by Playwright itself has none. */
export function tell(event: RunEvent): void {
  if (process.connected) process.send?.(event);
}
