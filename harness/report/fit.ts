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

/** A line as several, broken at spaces where it is wider than so many columns; all but the first stand further in. Colours take no room. */
export function wrapped(line: string, columns: number): string[] {
  const indent = /^ */.exec(line)?.[0] ?? '';
  const lines: string[] = [];
  let current = '';
  for (const word of line.match(/ *[^ ]+/g) ?? []) {
    if (current.trim() !== '' && widthOf(withoutColours(current + word)) > columns) {
      lines.push(current);
      current = `${indent}    ${word.trimStart()}`;
    } else current += word;
  }
  return [...lines, current];
}

function withoutColours(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replace(/\u001b\[\d+m/g, '');
}
