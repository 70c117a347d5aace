import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { entryPoint } from '../entry.ts';
import { brokerVariable, planVariable } from './environment.ts';
import { type RunEvent, tell } from './events.ts';
import { readPlan } from './plan.ts';

const respawns = 5;

/** Starts the broker before any test, and returns what ends it. A broker that dies is started again for the cases that are left. */
async function startBroker(): Promise<() => Promise<void>> {
  const planFile = process.env[planVariable] ?? '';
  if (readPlan(planFile).replayOf !== null) return async () => {};
  const folder = mkdtempSync(join(tmpdir(), 'tickmark-'));
  const socketPath = join(folder, 'broker');
  process.env[brokerVariable] = socketPath;
  const stopped = new AbortController();
  let broker = await forkBroker(socketPath, planFile);
  keepAlive(respawns);

  return async () => {
    stopped.abort();
    if (broker.connected) broker.disconnect();
    if (broker.exitCode === null && broker.signalCode === null) await once(broker, 'exit');
    rmSync(folder, { recursive: true, force: true });
  };

  async function startAgain(left: number): Promise<void> {
    rmSync(socketPath, { force: true });
    broker = await forkBroker(socketPath, planFile);
    keepAlive(left);
  }

  function keepAlive(left: number): void {
    broker.once('exit', () => {
      if (!stopped.signal.aborted && left > 0) void startAgain(left - 1);
    });
  }
}

async function forkBroker(socketPath: string, planFile: string): Promise<ChildProcess> {
  const { path, execArgv } = entryPoint('broker', import.meta.url);
  // A group of its own: the terminal's Ctrl-C must reach Tickmark first, so that the recording is closed before the target is.
  const broker = fork(path, [socketPath, planFile], { execArgv: [...execArgv], detached: true });
  broker.on('message', message => {
    if (message !== 'ready') tell(message as RunEvent);
  });
  await Promise.race([once(broker, 'message'), once(broker, 'exit')]);
  return broker;
}

export default startBroker;
