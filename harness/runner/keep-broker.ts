import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { entryPoint } from '../entry.ts';
import type { PlanMessage, RunEvent } from './events.ts';
import { clearFolder, newSocketPath, removeSocket } from './socket.ts';

/** The broker of a run. Disposing ends it, with everything it holds. */
export interface KeptBroker extends AsyncDisposable {
  readonly socketPath: string;
  /** Hands it the plan, whose cases it may begin to measure at once. */
  begin(planFile: string): void;
  /** Ends it at once, with no time to close a recording; for a person who asks a second time. */
  kill(): void;
}

const respawns = 5;

/** Starts the broker, without waiting for it; one that dies is started again for the cases that are left. */
export function keepBroker(onEvent: (event: RunEvent) => void): KeptBroker {
  const socketPath = newSocketPath();
  let stopped = false;
  let plan: string | undefined;
  let broker = start(respawns);

  return {
    socketPath,
    begin(planFile) {
      plan = planFile;
      hand(broker, true); // one that is gone by now: the next is told
    },
    kill() {
      stopped = true;
      broker.kill('SIGKILL');
    },
    async [Symbol.asyncDispose]() {
      stopped = true;
      if (broker.connected) broker.disconnect();
      if (broker.exitCode === null && broker.signalCode === null) await once(broker, 'exit');
      clearFolder(socketPath);
      removeSocket(socketPath);
    },
  };

  function hand(child: ChildProcess, ahead: boolean): void {
    if (plan !== undefined && child.connected) child.send({ plan, ahead } satisfies PlanMessage);
  }

  function start(left: number): ChildProcess {
    clearFolder(socketPath);
    const { path, execArgv } = entryPoint('broker', import.meta.url);
    // A group of its own: the terminal's Ctrl-C must reach Tickmark first, so that the recording is closed before the target is.
    // What its emulators write lies beside the socket: a broker that is killed leaves it to this process to remove.
    const env = { ...process.env, TMPDIR: dirname(socketPath) };
    const child = fork(path, [socketPath], { execArgv: [...execArgv], detached: true, env });
    hand(child, false);
    child.on('error', () => {}); // 'exit' follows, or nothing was started and the worker says that it cannot be reached
    child.on('message', message => onEvent(message as RunEvent));
    child.once('exit', () => {
      onEvent({ kind: 'lost' });
      if (!stopped && left > 0) broker = start(left - 1);
    });
    return child;
  }
}
