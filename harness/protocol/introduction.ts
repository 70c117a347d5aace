import { randomBytes } from 'node:crypto';
import { ProtocolError } from '../errors.ts';
import { ask, type Session } from './asking.ts';
import { join, readPayload, u8, u16 } from './payload.ts';
import type { DutIdentity } from './port.ts';
import { features, magic, version } from './wire.ts';

/** Says HELLO, and learns who answers and how long frames may be. */
export async function introduce(session: Session): Promise<DutIdentity> {
  const { maxPayload, ...told } = await hello(session);
  session.exchange.allow(maxPayload);
  return { ...told, ...(await identify(session)) };
}

/** PROVE's answer, the longest that is never split. */
const leastPayload = 32;

/** An answer with another nonce is a leftover of an earlier session, not this DUT's introduction. */
function hello(session: Session) {
  const nonce = randomBytes(8);
  const fields = join(Buffer.from(magic), u8(version), u8(version), nonce);
  const isOurs = (answer: Uint8Array): boolean => nonce.equals(answer.subarray(1, 1 + nonce.length));
  return ask(session, { name: 'hello', fields, isOurs }, answer => {
    const spoken = answer.u8();
    if (spoken !== version) throw new RangeError(`the DUT speaks version ${spoken}, this host version ${version}`);
    answer.bytes(nonce.length);
    const [maxPayload, tickHz] = [answer.u16(), answer.u32()];
    if (maxPayload < leastPayload) throw new RangeError(`payloads of ${maxPayload} bytes at most are too short`);
    if (tickHz === 0) throw new RangeError('a tick rate of 0 Hz');
    const [told] = answer.rest();
    const marks = told === undefined ? {} : { marksWindows: (told & features.marksWindows) !== 0 };
    return { protocol: `tickmark/${spoken}`, maxPayload, tickHz, ...marks };
  });
}

type Names = Omit<DutIdentity, 'protocol' | 'tickHz' | 'marksWindows'>;

/** In as many pieces as the line needs. */
async function identify(session: Session): Promise<Names> {
  let known: Uint8Array = new Uint8Array();
  while (true) {
    const fields = u16(known.length);
    const piece = await ask(session, { name: 'identify', fields, leastAnswerBytes: 1 }, answer => answer.rest());
    known = join(known, piece);
    const noResetCause = piece.length === 0 ? u8(0) : new Uint8Array(); // an agent that knows of none has ended before it
    const names = namesIn(join(known, noResetCause));
    if (names) return names;
    if (piece.length === 0) throw new ProtocolError('its identity ends too soon', 'DUT', 'see IDENTIFY in PROTOCOL.md');
  }
}

/** Undefined while there is more to come. */
function namesIn(identity: Uint8Array): Names | undefined {
  try {
    const fields = readPayload(identity);
    const buildId = Buffer.from(fields.bytes(20)).toString('hex');
    const [board, unit, runtime] = [fields.shortText(), fields.shortText(), fields.shortText()];
    const names = { buildId, board, unit, runtime, tickSource: fields.shortText() };
    const resetCause = fields.shortText();
    return resetCause === '' ? names : { ...names, resetCause };
  } catch {
    return undefined;
  }
}
