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

/** For saying HELLO, for work that takes as long as the line does, and for work that may take minutes. */
export type Patiences = Readonly<Record<'hello' | 'short' | 'long', Patience>>;

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
    patience: patience[isLong(name) ? 'long' : name === 'hello' ? 'hello' : 'short'],
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

function isLong(name: RequestName): boolean {
  return name === 'infer' || name === 'prepare' || name === 'prove';
}
