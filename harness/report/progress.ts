import { duration } from './figures.ts';
import { fitted, widthOf } from './fit.ts';
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
  /** Says what else takes a while. */
  say(text: string): void;
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

  const isDue = (pauseMs: number) => nowMs() - writtenMs >= pauseMs;
  const show = (text: string) => {
    writtenMs = nowMs();
    terminal.write(live ? `\r\u001b[2K${text}` : `${text}\n`);
    shown = live;
  };
  const columns = () => (live ? (terminal.columns ?? 80) - 1 : Number.POSITIVE_INFINITY);

  return {
    update(progress) {
      const title = `${progress.suite} on ${progress.target}`;
      if (title !== started.title) started = { title, atMs: nowMs() };
      if (isDue(live ? rewriteMs : plainMs)) show(progressText(progress, nowMs() - started.atMs, columns()));
    },
    say(text) {
      if (isDue(live ? 0 : plainMs)) show(fitted(text, columns()));
    },
    clear() {
      if (shown) terminal.write('\r\u001b[2K');
      shown = false;
    },
  };
}

/** `fashion on rp2040js-pico  vector 120/300  41 MIPS  12 s left`; where that is wider than `columns`, the names are cut, not the figures. */
export function progressText(progress: Progress, elapsedMs: number, columns = Number.POSITIVE_INFINITY): string {
  const { suite, target, done, total, mips } = progress;
  const figures = [`vector ${done}/${total}`];
  if (mips !== undefined) figures.push(`${mips < 10 ? mips.toFixed(1) : Math.round(mips)} MIPS`);
  // the first vectors are slow (start, warm-up) and would promise hours
  if (done > 0 && done < total && elapsedMs > 1000)
    figures.push(`${duration(wholeSeconds((elapsedMs / done) * (total - done)))} left`);
  const rest = `  ${figures.join('  ')}`;
  const title = fitted(`${suite} on ${target}`, Math.max(12, columns - widthOf(rest)));
  return fitted(`${title}${rest}`, columns);
}

function wholeSeconds(ms: number): number {
  return Math.max(1, Math.round(ms / 1000)) * 1000;
}
