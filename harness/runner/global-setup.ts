import { brokerVariable, isOrphaned, isStartedByTickmark, planVariable } from './environment.ts';
import { keepBroker } from './keep-broker.ts';
import { readPlan } from './plan.ts';
import { endAsOrphan } from './socket.ts';

/** Starts the broker where Playwright was not started by `tickmark run`, which has one already; returns what ends it. */
async function startBroker(): Promise<() => Promise<void>> {
  if (isOrphaned()) endAsOrphan(process.env[brokerVariable] ?? '');
  const planFile = process.env[planVariable] ?? '';
  if (isStartedByTickmark() || readPlan(planFile).replayOf !== null) return async () => {};
  const broker = keepBroker(() => {});
  broker.begin(planFile);
  process.env[brokerVariable] = broker.socketPath;
  return async () => broker[Symbol.asyncDispose]();
}

export default startBroker;
