// The process that owns targets. Forked for a run with a socket path, then sent the plan; it ends, with all it holds, when its parent does.
import { createServer, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { HarnessError, messageOf, TargetError } from '../errors.ts';
import type { Progress } from '../measure/session.ts';
import { missingFor } from './adapters.ts';
import { planFromParent, tell } from './events.ts';
import { measureCase } from './measure-case.ts';
import { type Plan, type PlannedCase, readPlan } from './plan.ts';
import { removeSocket } from './socket.ts';
import { type BrokerReply, type BrokerRequest, linesOf, sendLine } from './wire.ts';

interface Measurement {
  readonly settled: Promise<void>;
  readonly cancel: AbortController;
}

const [socketPath = ''] = process.argv.slice(2);
if (socketPath === '' || !process.send)
  throw new TargetError('this process is started by others', 'the broker', 'run `npx tickmark run`');
const graceMs = 5000; // up here: a parent that is gone already ends this process before it has read on
const ended = new AbortController();
const ahead = new Map<string, Measurement>();
const underWay = new Set<Measurement>();

const server = createServer(socket => {
  serve(socket).catch(() => socket.destroy()); // a worker that went away in the middle of a line gives its case up
});
process.once('disconnect', () => void end());
if (!process.connected) await end(); // the parent was gone before this process had loaded
const told = await planFromParent();
const plan = readPlan(told.plan);
server.listen(socketPath);
const first = told.ahead && plan.exact && plan.replayOf === null ? await soonest(plan) : undefined;
if (first) ahead.set(first.id, start(plan, first));

async function serve(socket: Socket): Promise<void> {
  socket.on('error', () => {}); // 'close' follows
  for await (const request of linesOf<BrokerRequest>(socket)) await answer(socket, request);
}

async function answer(socket: Socket, { measure: id }: BrokerRequest): Promise<void> {
  const planned = plan.cases.find(each => each.id === id);
  if (!planned) return sendLine(socket, { trouble: troubleOf(new Error('is not planned'), id) });
  const measurement = ahead.get(id) ?? start(plan, planned);
  ahead.delete(id);
  socket.once('close', () => measurement.cancel.abort(new TargetError('was given up', id, 'run it again')));
  await measurement.settled.then(
    () => sendLine(socket, { done: true }),
    (error: unknown) => sendLine(socket, { trouble: troubleOf(error, id) }),
  );
}

function troubleOf(error: unknown, id: string): Extract<BrokerReply, { trouble: unknown }>['trouble'] {
  if (error instanceof HarnessError) return { what: error.what, where: error.where, fix: error.fix };
  return { what: messageOf(error), where: id, fix: 'mend this, then run again' };
}

/** Of the cheapest cases, one that runs at QEMU's speed where it is installed: what a person sees first is there soonest. */
async function soonest({ cases }: Plan): Promise<PlannedCase | undefined> {
  const [cheapest] = cases;
  const quick = cases.find(({ macs, board }) => macs === cheapest?.macs && board.target.kind === 'qemu');
  return quick && (await missingFor(quick.board)) === undefined ? quick : cheapest;
}

function start(of: Plan, planned: PlannedCase): Measurement {
  const cancel = new AbortController();
  const onProgress = (progress: Progress) =>
    tell({ kind: 'progress', progress: { suite: planned.suite.name, target: planned.board.name, ...progress } });
  const settled = measureCase(of, planned, onProgress, AbortSignal.any([ended.signal, cancel.signal]));
  const measurement = { settled, cancel };
  underWay.add(measurement);
  settled.catch(() => {}).finally(() => underWay.delete(measurement)); // who asked hears of it; one that nobody asked for must not end the process
  return measurement;
}

/** What does not end by then is killed as this process exits. */
async function end(): Promise<void> {
  ended.abort(new TargetError('the run was interrupted', 'tickmark', 'run it again'));
  server.close();
  const settled = Promise.allSettled([...underWay].map(measurement => measurement.settled));
  await Promise.race([settled, setTimeout(graceMs)]);
  removeSocket(socketPath); // whoever made its folder may be gone
  process.exit();
}
