import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { HarnessError } from '../errors.ts';

/** What a worker asks of the broker, one JSON line each; closing the socket gives the case up. */
export interface BrokerRequest {
  readonly measure: string;
}

/** What the broker answers when a case is at its end. What was seen lies in the case's recording. */
export type BrokerReply = { readonly done: true } | { readonly trouble: Pick<HarnessError, 'what' | 'where' | 'fix'> };

export function sendLine(socket: Socket, message: BrokerRequest | BrokerReply): void {
  if (socket.writable) socket.write(`${JSON.stringify(message)}\n`);
}

/** The JSON lines that arrive on a socket, until it closes. */
export async function* linesOf<Message>(socket: Socket): AsyncGenerator<Message> {
  for await (const line of createInterface({ input: socket })) yield JSON.parse(line) as Message;
}
