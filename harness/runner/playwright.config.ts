import { join } from 'node:path';
import { defineConfig, type ReporterDescription } from '@playwright/test';
import { entryPoint } from '../entry.ts';
import { brokerVariable, isOrphaned, isStartedByTickmark, planVariable } from './environment.ts';
import { planFromParent } from './events.ts';
import { type Plan, planPath, readPlan, targetsOf } from './plan.ts';
import { endAsOrphan } from './socket.ts';

const plan = await planOfThisRun();
const targets = targetsOf(plan);

/** A project a target, one worker a target; nothing is tried again by Playwright. */
export default defineConfig({
  testDir: import.meta.dirname,
  testMatch: /suites\.spec\.[jt]s$/,
  globalSetup: sibling('global-setup'),
  outputDir: join(plan.outDir, 'playwright'),
  workers: targets.atOnce,
  retries: 0,
  timeout: 0,
  reporter: reporters(),
  projects: targets.names.map(name => ({ name, workers: 1, grep: new RegExp(`@${name}(\\s|$)`) })),
});

/** Started by `tickmark run`, the plan is given; started by Playwright itself, every suite is planned here. Once for all processes. */
async function planOfThisRun(): Promise<Plan> {
  const given = process.env[planVariable];
  if (given !== undefined) return readPlan(given);
  const path = isStartedByTickmark() || isOrphaned() ? await planFromCommand() : await planHere();
  process.env[planVariable] = path;
  return readPlan(path);
}

/** Whoever started the run may be gone before it has told the plan. */
async function planFromCommand(): Promise<string> {
  if (isOrphaned()) abandon();
  process.once('disconnect', abandon);
  const told = await planFromParent();
  process.off('disconnect', abandon);
  return told.plan;
}

function abandon(): never {
  endAsOrphan(process.env[brokerVariable] ?? '');
}

async function planHere(): Promise<string> {
  const { makePlan } = await import('./make-plan.ts'); // only here is it needed to read suites
  return planPath(makePlan({ cwd: process.cwd(), suites: [], targets: [], exact: false, html: true }));
}

function reporters(): ReporterDescription[] {
  const own: ReporterDescription = [sibling('reporter')];
  return isStartedByTickmark() ? [own] : [['list'], own];
}

function sibling(name: string): string {
  return entryPoint(name, import.meta.url).path;
}
