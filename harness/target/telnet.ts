/** Telnet as RFC 854 and 855 have it, as far as RFC 2217 needs it. */
export const telnet = { se: 240, sb: 250, will: 251, wont: 252, do: 253, dont: 254, iac: 255 } as const;

/** What a stretch of a telnet stream turned out to be. */
export type TelnetItem =
  | { readonly kind: 'data'; readonly bytes: Uint8Array }
  /** WILL, WONT, DO or DONT. */
  | { readonly kind: 'option'; readonly verb: number; readonly option: number }
  | { readonly kind: 'subnegotiation'; readonly option: number; readonly payload: Uint8Array };

/** A parser that keeps an unfinished command: give it bytes as they come, in pieces of any length. */
export function telnetParser(): (bytes: Uint8Array) => Generator<TelnetItem> {
  let command: number[] = []; // from its IAC on

  return function* parse(bytes) {
    let at = 0;
    while (at < bytes.length) {
      if (command.length === 0) {
        const end = bytes.indexOf(telnet.iac, at);
        const data = bytes.subarray(at, end < 0 ? bytes.length : end);
        if (data.length > 0) yield { kind: 'data', bytes: data };
        at += data.length;
      }
      if (at === bytes.length) return;
      command.push(bytes[at++] ?? 0);
      const item = itemOf(command);
      if (item !== 'unfinished') command = [];
      if (typeof item === 'object') yield item;
    }
  };
}

/** More than any subnegotiation has; what grows beyond is none. */
const longestCommand = 1024;

function itemOf(command: readonly number[]): TelnetItem | 'unfinished' | 'unknown' {
  const [, verb, code] = command;
  if (verb === undefined) return 'unfinished';
  if (verb === telnet.iac) return { kind: 'data', bytes: Uint8Array.of(telnet.iac) };
  if (verb >= telnet.will && verb <= telnet.dont)
    return code === undefined ? 'unfinished' : { kind: 'option', verb, option: code };
  if (verb !== telnet.sb || command.length > longestCommand) return 'unknown';
  const text = unescaped(command.slice(2));
  return text
    ? { kind: 'subnegotiation', option: text[0] ?? 0, payload: Uint8Array.from(text.slice(1)) }
    : 'unfinished';
}

/** What comes before IAC SE; undefined while that has not come. */
function unescaped(bytes: readonly number[]): number[] | undefined {
  const text: number[] = [];
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === telnet.iac && bytes[++at] === telnet.se) return text;
    text.push(byte);
  }
  return undefined;
}

/** Data as it goes over the wire: 255 doubled. */
export function escaped(bytes: Uint8Array): Uint8Array {
  const doubled = bytes.reduce((count, byte) => count + (byte === telnet.iac ? 1 : 0), 0);
  if (doubled === 0) return bytes;
  const all = new Uint8Array(bytes.length + doubled);
  let at = 0;
  for (const byte of bytes) {
    all[at++] = byte;
    if (byte === telnet.iac) all[at++] = byte;
  }
  return all;
}

export function option(verb: number, number: number): Uint8Array {
  return Uint8Array.of(telnet.iac, verb, number);
}

export function subnegotiation(number: number, payload: Uint8Array): Uint8Array {
  return Uint8Array.of(telnet.iac, telnet.sb, number, ...escaped(payload), telnet.iac, telnet.se);
}
