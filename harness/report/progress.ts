import { duration } from './figures.ts';
import { fitted, widthOf } from './fit.ts';
import type { Terminal } from './paint.ts';
import type { RunProgress, RunState, UnderWay } from './run-progress.ts';

/** One line that says what is being measured. */
export interface ProgressLine {
  update(run: RunProgress): void;
  /** Says what else takes a while. */
  say(text: string): void;
  /** Takes the line away, so that other text can be printed. */
  clear(): void;
}

const rewriteMs = 100;
const plainMs = 5000;
const plainColumns = 160;

/** Rewrites one line on a terminal; elsewhere prints a plain line every five seconds at most, and none in the first five. */
export function progressLine(terminal: Terminal, nowMs: () => number): ProgressLine {
  const live = terminal.isTTY === true;
  let writtenMs = live ? Number.NEGATIVE_INFINITY : nowMs();
  let shown = false;

  const isDue = (pauseMs: number) => nowMs() - writtenMs >= pauseMs;
  const show = (text: string) => {
    writtenMs = nowMs();
    terminal.write(live ? `\r\u001b[2K${text}` : `${text}\n`);
    shown = live;
  };
  const columns = () => (live ? (terminal.columns ?? 80) - 1 : plainColumns);

  return {
    update(run) {
      if (isDue(live ? rewriteMs : plainMs)) show(progressText(run.state(), columns()));
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

/**
 * `fashion on rp2040js-pico  vector 120/300  41 MIPS  12 s left`, or of several cases
 * `3/12 cases  fashion on rp2040js-pico 120/300  hum on qemu-mps2-an386 7/50  +2  1 min 2 s left`. Where that is wider than `columns`, cases are
 * left out and counted (`+2`), and the names of the last one are cut, not the figures.
 */
export function progressText({ judged, planned, underWay, leftMs }: RunState, columns: number): string {
  const before = planned > 1 ? [`${judged}/${planned} cases`] : [];
  const left = leftMs === undefined ? [] : [`${duration(wholeSeconds(leftMs))} left`];
  const [first, ...others] = underWay;
  if (!first) return fitted([...before, ...left].join(gap), columns);
  const figures = others.length > 0 ? shortFigures : longFigures;
  for (let shown = underWay.length; shown > 1; shown--) {
    const cases = underWay.slice(0, shown).map(each => `${each.title}${figures(each)}`);
    const text = [...before, ...cases, ...more(underWay.length - shown), ...left].join(gap);
    if (widthOf(text) <= columns) return text;
  }
  const rest = [figures(first), ...more(others.length), ...left].join(gap);
  const start = before.map(each => each + gap).join('');
  const title = fitted(first.title, Math.max(12, columns - widthOf(start) - widthOf(rest)));
  return fitted(`${start}${title}${rest}`, columns);
}

const gap = '  ';

function longFigures({ done, total, mips, busy }: UnderWay): string {
  const speed = mips === undefined ? [] : [`${mips < 10 ? mips.toFixed(1) : Math.round(mips)} MIPS`];
  return ['', `vector ${done}/${total}`, ...(busy === undefined ? [] : [busy]), ...speed].join(gap);
}

function shortFigures({ done, total }: UnderWay): string {
  return ` ${done}/${total}`;
}

function more(hidden: number): string[] {
  return hidden > 0 ? [`+${hidden}`] : [];
}

function wholeSeconds(ms: number): number {
  return Math.max(1, Math.round(ms / 1000)) * 1000;
}
