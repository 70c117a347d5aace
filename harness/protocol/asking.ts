import { messageOf, ProtocolError } from '../errors.ts';
import type { Link } from '../target/port.ts';
import type { Answer, Exchange, Question } from './exchange.ts';
import { type PayloadReader, readPayload } from './payload.ts';
import type { Patience } from './timing.ts';
import type { RequestName } from './wire.ts';

/** What the parts of a session with one DUT share. */
export interface Session {
  readonly link: Link;
  readonly exchange: Exchange;
  readonly patience: Patiences;
}

/** `work` and `window` may take minutes; a byte too many disturbs only a window. */
export type Patiences = Readonly<Record<'hello' | 'short' | 'work' | 'window', Patience>>;

export interface Asked extends Omit<Question, 'patience' | 'fields'> {
  /** @default none */
  readonly fields?: Question['fields'] | Uint8Array;
}

/** Asks, and reads the answer: what `read` throws becomes a ProtocolError. */
export async function ask<T>(
  { exchange, patience }: Session,
  asked: Asked,
  read: (payload: PayloadReader, answer: Answer) => T,
): Promise<T> {
  const { name, fields = new Uint8Array() } = asked;
  const answer = await exchange.ask({
    ...asked,
    fields: typeof fields === 'function' ? fields : () => fields,
    patience: patience[patienceFor[name] ?? 'short'],
  });
  try {
    return read(readPayload(answer.payload), answer);
  } catch (cause) {
    throw new ProtocolError(
      `its answer to ${name.toUpperCase()} cannot be used: ${messageOf(cause)}`,
      'DUT',
      'see PROTOCOL.md',
      { cause },
    );
  }
}

const patienceFor: Partial<Record<RequestName, keyof Patiences>> = {
  hello: 'hello',
  prepare: 'work',
  prove: 'work',
  infer: 'window',
  collect: 'window',
};
