// The process that owns targets. Forked for a run with a socket path, then sent the plan; it ends, with all it holds, when its parent does.
import { createServer, type Socket } from 'node:net';
import { availableParallelism } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { firstOf, HarnessError, messageOf, TargetError } from '../errors.ts';
import type { Progress } from '../measure/session.ts';
import { planFromParent, tell } from './events.ts';
import { type KeptBoards, keepBoards } from './keep-boards.ts';
import { measureCase } from './measure-case.ts';
import { type PlannedCase, readPlan, targetsOf } from './plan.ts';
import { createSchedule, type Schedule } from './schedule.ts';
import { removeSocket } from './socket.ts';
import { type BrokerReply, type BrokerRequest, linesOf, sendLine } from './wire.ts';

const [socketPath = ''] = process.argv.slice(2);
if (socketPath === '' || !process.send)
  throw new TargetError('this process is started by others', 'the broker', 'run `npx tickmark run`');
const graceMs = 5000; // up here: a parent that is gone already ends this process before it has read on
let schedule: Schedule | undefined;
let boards: KeptBoards | undefined;

const server = createServer(socket => {
  serve(socket).catch(() => socket.destroy()); // a worker that went away in the middle of a line gives its case up
});
process.once('disconnect', () => void end());
if (!process.connected) await end(); // the parent was gone before this process had loaded
const told = await planFromParent();
const plan = readPlan(told.plan);
const targets = targetsOf(plan);
const kept = keepBoards({
  tenant: { command: 'tickmark run', pid: process.ppid }, // it starts this process again when that is ended alone
  ...(plan.exact && { cases: plan.cases }),
  onWait: tellPerson,
});
boards = kept;
server.listen(socketPath);
schedule = createSchedule({
  ahead: told.ahead && plan.exact && plan.replayOf === null ? plan.cases : [],
  front: targets.names.slice(0, targets.atOnce),
  // Playwright is loading until then: what a person sees first waits for it.
  emulators: { atOnce: plan.emulators, atFirst: Math.max(1, Math.min(plan.emulators, availableParallelism() - 1)) },
  run: measured,
});

async function serve(socket: Socket): Promise<void> {
  socket.on('error', () => {}); // 'close' follows
  for await (const request of linesOf<BrokerRequest>(socket)) await answer(socket, request);
}

async function answer(socket: Socket, { measure: id }: BrokerRequest): Promise<void> {
  const planned = plan.cases.find(each => each.id === id);
  const asked = planned && schedule?.ask(planned);
  if (!asked) return sendLine(socket, { trouble: troubleOf(new Error('is not planned'), id) });
  const giveUp = () => asked.giveUp(new TargetError('was given up', id, 'run it again'));
  if (socket.destroyed) giveUp();
  else socket.once('close', giveUp);
  await asked.settled.then(
    () => sendLine(socket, { done: true }),
    (error: unknown) => sendLine(socket, { trouble: troubleOf(error, id) }),
  );
}

function troubleOf(thrown: unknown, id: string): Extract<BrokerReply, { trouble: unknown }>['trouble'] {
  const error = firstOf(thrown);
  if (error instanceof HarnessError) return { what: error.what, where: error.where, fix: error.fix };
  return { what: messageOf(error), where: id, fix: 'mend this, then run again' };
}

function tellPerson(what: string): void {
  tell({ kind: 'note', what });
}

async function measured(planned: PlannedCase, signal: AbortSignal): Promise<void> {
  const caseId = planned.id;
  const onProgress = (progress: Progress) => tell({ kind: 'progress', progress: { caseId, ...progress } });
  let isWhole = false;
  onProgress({ done: 0, total: planned.vectors * planned.suite.measure.boots });
  try {
    const { outcome } = await measureCase(plan, planned, { boards: kept, onProgress, onAgain: tellPerson }, signal);
    isWhole = outcome.status === 'complete';
  } finally {
    kept.settled(planned);
    tell({ kind: 'measured', caseId, isWhole });
  }
}

/** What does not end by then is killed as this process exits. */
async function end(): Promise<void> {
  server.close();
  const closed = schedule?.close(new TargetError('the run was interrupted', 'tickmark', 'run it again'));
  await Promise.race([closed, setTimeout(graceMs)]);
  boards?.[Symbol.dispose]();
  removeSocket(socketPath); // whoever made its folder may be gone
  process.exit();
}
