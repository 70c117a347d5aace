import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { messageOf, TargetError } from '../errors.ts';
import { type BrokerReply, linesOf, sendLine } from './wire.ts';

/** A case under way at the broker. `settled` resolves when its recording lies in the run's folder, or rejects with TargetError. */
export interface Asked {
  readonly settled: Promise<void>;
}

/** Has the broker measure a case; resolves once it has been asked, so that the caller may keep its own thread busy meanwhile. */
export async function askBroker(socketPath: string, caseId: string): Promise<Asked> {
  const socket = await connected(socketPath, performance.now() + startMs).catch((cause: unknown) => {
    throw new TargetError(`the measuring process cannot be reached (${messageOf(cause)})`, caseId, lostFix, { cause });
  });
  sendLine(socket, { measure: caseId });
  const settled = untilDone(socket, caseId);
  settled.catch(() => {}); // the caller awaits it later; until then nobody listens
  return { settled };
}

const startMs = 10_000;
const retryMs = 50;

/** The broker may still be starting, or starting again. */
async function connected(socketPath: string, deadlineMs: number): Promise<Socket> {
  const socket = connect(socketPath);
  try {
    await once(socket, 'connect');
    return socket;
  } catch (error) {
    if (performance.now() > deadlineMs) throw error;
    await setTimeout(retryMs);
    return connected(socketPath, deadlineMs);
  }
}

async function untilDone(socket: Socket, caseId: string): Promise<void> {
  const reply = await firstReply(socket).finally(() => socket.destroy());
  if (reply === undefined)
    throw new TargetError('the measuring process ended in the middle of the case', caseId, lostFix);
  if ('trouble' in reply) throw new TargetError(reply.trouble.what, reply.trouble.where, reply.trouble.fix);
}

/** Undefined when the other end is gone, in order or not. */
async function firstReply(socket: Socket): Promise<BrokerReply | undefined> {
  try {
    for await (const reply of linesOf<BrokerReply>(socket)) return reply;
  } catch {
    return undefined;
  }
  return undefined;
}

const lostFix = 'run it again; if it ends again, look for what kills it (memory?)';
