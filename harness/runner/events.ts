import { once } from 'node:events';
import type { Notice } from '../report/port.ts';
import type { Progress } from '../report/run-progress.ts';
import type { CaseResult } from '../verdict/result.ts';

/** What the process that started a run tells its children, once it has planned. */
export interface PlanMessage {
  readonly plan: string;
  /** Whether the broker may measure cases before they are asked for: not one that was started again, for any of them may be judged. */
  readonly ahead: boolean;
}

/** The plan, when the parent has made it. */
export async function planFromParent(): Promise<PlanMessage> {
  const [message] = (await once(process, 'message')) as [PlanMessage];
  return message;
}

/** What a run tells the process that started it, over IPC. */
export type RunEvent =
  | { readonly kind: 'progress'; readonly progress: Progress }
  /** `isWhole`: not broken off, not skipped. */
  | { readonly kind: 'measured'; readonly caseId: string; readonly isWhole: boolean }
  /** Nothing is being measured any more: the broker is gone. */
  | { readonly kind: 'lost' }
  | { readonly kind: 'busy'; readonly what: string }
  /** Worth a line of its own: a case waits for a board, or is measured again. */
  | { readonly kind: 'note'; readonly what: string }
  | { readonly kind: 'case'; readonly result: CaseResult }
  /** Nothing is judged any more. */
  | { readonly kind: 'ending' }
  | { readonly kind: 'reported'; readonly notices: readonly Notice[] }
  | { readonly kind: 'trouble'; readonly message: string };

/** Sends to the parent when there is one that listens; a run started by Playwright itself has none. */
export function tell(event: RunEvent): void {
  if (process.connected) process.send?.(event, undefined, undefined, nobodyListens);
}

/** A parent that has just ended is no fault of its child's, which would end of it without this. */
function nobodyListens(): void {}
