import { duration } from './figures.ts';
import type { Terminal } from './paint.ts';

/** How far one case is. `mips` is the emulator's speed over the last second or so [million instructions a second]. */
export interface Progress {
  readonly suite: string;
  readonly target: string;
  readonly done: number;
  readonly total: number;
  readonly mips?: number;
}

/** One line that says what is being measured. */
export interface ProgressLine {
  update(progress: Progress): void;
  /** Takes the line away, so that other text can be printed. */
  clear(): void;
}

const rewriteMs = 100;
const plainMs = 5000;

/** Rewrites one line on a terminal; elsewhere prints a plain line every five seconds at most, and none in the first five. */
export function progressLine(terminal: Terminal, nowMs: () => number): ProgressLine {
  const live = terminal.isTTY === true;
  let started = { title: '', atMs: nowMs() };
  let writtenMs = live ? Number.NEGATIVE_INFINITY : nowMs();
  let shown = false;

  return {
    update(progress) {
      const now = nowMs();
      const title = `${progress.suite} on ${progress.target}`;
      if (title !== started.title) started = { title, atMs: now };
      if (now - writtenMs < (live ? rewriteMs : plainMs)) return;
      writtenMs = now;
      const text = progressText(progress, now - started.atMs);
      terminal.write(live ? `\r\u001b[2K${text.slice(0, (terminal.columns ?? 80) - 1)}` : `${text}\n`);
      shown = live;
    },
    clear() {
      if (shown) terminal.write('\r\u001b[2K');
      shown = false;
    },
  };
}

/** `fashion on rp2040js-pico  vector 120/300  41 MIPS  12 s left` */
export function progressText({ suite, target, done, total, mips }: Progress, elapsedMs: number): string {
  const parts = [`${suite} on ${target}`, `vector ${done}/${total}`];
  if (mips !== undefined) parts.push(`${mips < 10 ? mips.toFixed(1) : Math.round(mips)} MIPS`);
  // the first vectors are slow (start, warm-up) and would promise hours
  if (done > 0 && done < total && elapsedMs > 1000)
    parts.push(`${duration(wholeSeconds((elapsedMs / done) * (total - done)))} left`);
  return parts.join('  ');
}

function wholeSeconds(ms: number): number {
  return Math.max(1, Math.round(ms / 1000)) * 1000;
}
