import type { Dut } from '../../protocol/port.ts';
import type { Injection } from '../../suite/suite.ts';
import type { AgentJob } from '../session.ts';

/** One fault on demand that is being tried, and what was seen of it so far. */
export interface Attempt<Done = Injection> {
  readonly job: AgentJob;
  /** Its place among the suite's. */
  readonly trial: number;
  readonly injection: Done;
  /** Its number of inputs. */
  readonly vectors: number;
  readonly seen: { injected: number; bytes?: number; signs: string[]; dut?: Dut; vector?: number };
}

/** This target cannot be done that to. */
export class CannotInject extends Error {}

/** What must have been noticed was not. */
export class Unnoticed extends Error {}
