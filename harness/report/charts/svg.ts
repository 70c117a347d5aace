import { withoutMiddle } from '../fit.ts';
import { type Attributes, element, escapeMarkup } from '../markup.ts';

export const chartWidth = 760;
/** The plot's left and right edge where a chart needs no more room for names. */
export const margin = { left: 24, right: 24, top: 64 };

/** What stands around every chart: its height [px], title, a line of facts under it, and the drawing as markup. */
export interface Chart {
  readonly height: number;
  readonly title: string;
  readonly facts: string;
  readonly drawing: readonly string[];
}

/**
 * A self-contained SVG. It brings its own panel, and text and panel change together with the reader's colour scheme, so it is
 * legible on any page; it has no script, font or link.
 */
export function chartSvg({ height, title, facts, drawing }: Chart): string {
  const frame = { x: 0.5, y: 0.5, width: chartWidth - 1, height: height - 1, rx: 10, class: 'panel' };
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    viewBox: `0 0 ${chartWidth} ${height}`,
    width: chartWidth,
    height,
    role: 'img',
    'aria-label': `${title}: ${facts}`,
  };
  return element('svg', attributes, [
    element('style', {}, style),
    element('rect', frame),
    label({ x: margin.left, y: 30, class: 'title' }, ellipsize(title, chartWidth - 48, 16)),
    label({ x: margin.left, y: 50, class: 'muted' }, ellipsize(facts, chartWidth - 48, 12)),
    ...drawing,
  ]);
}

/** A piece of text; `content` is escaped. */
export function label(attributes: Attributes, content: string): string {
  return element('text', attributes, escapeMarkup(content));
}

/** Text cut to about `widthPx` at a font size [px], with the middle left out. */
export function ellipsize(text: string, widthPx: number, fontPx: number): string {
  return withoutMiddle(text, shorter => widthOf(shorter, fontPx) <= widthPx);
}

/** About the width [px] that `text` takes. */
export function widthOf(text: string, fontPx: number): number {
  return Array.from(text).reduce((sum, character) => sum + advanceOf(character), 0) * fontPx;
}

/** The same in the weight of `strong`. */
export function boldWidthOf(text: string, fontPx: number): number {
  return widthOf(text, fontPx) * 1.1;
}

/** In em, of DejaVu Sans: the widest of the usual system fonts, so that text never takes more than it was given. */
function advanceOf(character: string): number {
  if (/[ijlftI.,:;'|!()[\] ]/.test(character)) return 0.36;
  if (/[A-Z@%…←→]/.test(character)) return 0.72;
  return /[mwMW]/.test(character) ? 0.95 : 0.62;
}

const style = `
svg { color-scheme: light dark; font: 12px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; font-variant-numeric: tabular-nums;
  --panel: #ffffff; --edge: #dfe3e8; --text: #1b2026; --muted: #59626d; --grid: #e9ecf0; --bar: #3f79e6; --soft: #c9dafa; --bad: #d2362c; --good: #23874a; --warn: #b87400; --doubt: #8450c8; --onbar: #ffffff }
@media (prefers-color-scheme: dark) { svg {
  --panel: #171b21; --edge: #2c343e; --text: #e9edf1; --muted: #a1abb7; --grid: #29313a; --bar: #6b9dfb; --soft: #2b4370; --bad: #ff7a70; --good: #55c987; --warn: #f0b24a; --doubt: #b68af2; --onbar: #10141a } }
text { fill: var(--text) } .panel { fill: var(--panel); stroke: var(--edge) } .title { font-size: 16px; font-weight: 600 } .muted { fill: var(--muted) }
.strong { font-weight: 600 } .grid { stroke: var(--grid) } .axis { stroke: var(--muted) } .bar { fill: var(--bar) } .track { fill: var(--grid); fill-opacity: 0.6 } .soft { fill: var(--soft) } .bad { fill: var(--bad) } .good { fill: var(--good) } .warn { fill: var(--warn) } .doubt { fill: var(--doubt) } .bound { stroke: var(--text); stroke-width: 2 }
.mark { stroke: var(--text); stroke-dasharray: 2 3 } .limit { stroke: var(--bad); stroke-width: 2 } .halo { paint-order: stroke; stroke: var(--panel); stroke-width: 4px; stroke-linejoin: round }
.onbar { fill: var(--onbar) } .curve { fill: none; stroke: var(--bar); stroke-width: 2.5 } .band { fill: var(--soft); stroke: var(--soft) } .mean { fill: none; stroke: var(--bar); stroke-width: 1.2 } .window { fill: var(--good); fill-opacity: 0.16 } .series { fill: none; stroke-width: 2.2 } .solid { fill: var(--panel); stroke-dasharray: none !important } .s0 { stroke: var(--bar) } .s1 { stroke: var(--warn); stroke-dasharray: 9 3 } .s2 { stroke: var(--good); stroke-dasharray: 5 3 } .s3 { stroke: var(--doubt); stroke-dasharray: 9 3 2 3 } .s4 { stroke: var(--muted); stroke-dasharray: 2 3 }
.dot { fill: var(--bar); fill-opacity: 0.6 } .link { stroke: var(--muted); stroke-width: 2 } .hollow { fill: var(--panel); stroke: var(--good); stroke-width: 2 } .center { text-anchor: middle } .end { text-anchor: end }
`;
