/** The longest form of a text that `fits`, its middle left out: names differ at both ends. */
export function withoutMiddle(text: string, fits: (shorter: string) => boolean): string {
  if (fits(text)) return text;
  const characters = Array.from(text);
  for (let kept = characters.length - 1; kept > 2; kept--) {
    const head = Math.ceil(kept / 2);
    const cut = `${characters.slice(0, head).join('')}…${characters.slice(head - kept).join('')}`;
    if (fits(cut)) return cut;
  }
  return '…';
}

/** A text cut to so many columns of a terminal. */
export function fitted(text: string, columns: number): string {
  return withoutMiddle(text, shorter => widthOf(shorter) <= columns);
}

/** The columns a text takes on a terminal. */
export function widthOf(text: string): number {
  return Array.from(text).length;
}
