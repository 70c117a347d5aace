/** How the processes of a run find each other. All are set by Tickmark itself. */
export const planVariable = 'TICKMARK_PLAN';
export const brokerVariable = 'TICKMARK_BROKER';
const parentVariable = 'TICKMARK_PARENT';

/** What `tickmark run` sets for the Playwright it starts. */
export const parentEnvironment = { [parentVariable]: 'run' };

/** Whether `tickmark run` started this process, and listens; Playwright may have been started by a person, or by an editor. */
export function isStartedByTickmark(): boolean {
  return process.env[parentVariable] !== undefined && process.connected;
}

/** Whether `tickmark run` started this process, and is gone. */
export function isOrphaned(): boolean {
  return process.env[parentVariable] !== undefined && !process.connected;
}

/** The attachment in which a test hands its judged case to the reporter. */
export const caseAttachment = 'tickmark-case';
