/** Text made safe inside XML, SVG and HTML, attributes included. Characters that XML 1.0 forbids become `␀`-style pictures or `�`. */
export function escapeMarkup(text: string): string {
  return text
    .replace(/[&<>"']/g, character => entities[character] ?? character)
    .replace(forbiddenInXml, character => pictureOf(character.charCodeAt(0)));
}

/** An element with escaped attributes; `content` is markup already. A null or undefined attribute is left out. */
export function element(name: string, attributes: Attributes, content: string | readonly string[] = ''): string {
  const inside = typeof content === 'string' ? content : content.join('');
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([key, value]) => ` ${key}="${escapeMarkup(typeof value === 'number' ? short(value) : String(value))}"`);
  return inside ? `<${name}${written.join('')}>${inside}</${name}>` : `<${name}${written.join('')}/>`;
}

export type Attributes = Readonly<Record<string, string | number | null | undefined>>;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

// XML 1.0, production [2] Char: all else may not stand in a document, not even as a reference; with `u`, halves of surrogate pairs only
// oxlint-disable-next-line no-control-regex
const forbiddenInXml = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ud800-\udfff\ufffe\uffff]/gu;

function pictureOf(code: number): string {
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '␡' : '\ufffd';
}

function short(value: number): string {
  return String(Math.round(value * 100) / 100);
}
