import { PortRefused } from '../errors.ts';

/**
 * What ser2net 4 says instead of a board's bytes, and then closes. Of a device that another connection has it says the second.
 * https://github.com/cminyard/ser2net
 */
const refusals = [
  { text: 'Port already in use', what: 'ser2net says that the port is in use', fix: 'wait for its other user' },
  {
    text: "Port's device already in use",
    what: 'ser2net says that the device of the port is in use',
    fix: 'wait for its other user',
  },
  {
    text: 'Device open failure: ',
    what: 'ser2net could not open the device of the port',
    fix: 'plug the board in there, and let ser2net use it',
  },
] as const;

const longest = 256;

/** What a connection says first, held back while it may be a refusal: a board's bytes are passed on, a refusal never is. */
export interface RefusalText {
  /** The bytes that are the board's by now. */
  pass(bytes: Uint8Array): Uint8Array;
  /** What was held back; nothing is from now on. */
  release(): Uint8Array;
  /** Why the connection was refused, if it was. */
  refusal(where: string): PortRefused | undefined;
}

export function refusalText(): RefusalText {
  let held: Buffer | undefined = Buffer.alloc(0);
  return {
    pass(bytes) {
      if (!held) return bytes;
      held = Buffer.concat([held, bytes]);
      const text = held.toString('latin1');
      if (refusals.some(refusal => mayBe(text, refusal.text))) return new Uint8Array();
      const all = held;
      held = undefined;
      return all;
    },
    release() {
      const rest = held ?? new Uint8Array();
      held = undefined;
      return rest;
    },
    refusal: where => refusalIn(held?.toString('latin1') ?? '', where),
  };
}

/** Why, when the text is a refusal's. */
export function refusalIn(text: string, where: string): PortRefused | undefined {
  const said = text.trim();
  const refusal = refusals.find(({ text: begin }) => said.startsWith(begin.trim()));
  if (!refusal) return undefined;
  const detail = said.slice(refusal.text.length);
  return new PortRefused(`${refusal.what}${detail === '' ? '' : `: ${detail}`}`, where, refusal.fix);
}

/** One line, whole or in part. */
function mayBe(text: string, refusal: string): boolean {
  if (text.length > longest || /[\r\n]+[^\r\n]/.test(text)) return false;
  return refusal.startsWith(text) || text.startsWith(refusal);
}
