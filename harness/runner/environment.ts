/** How the processes of a run find each other. Both are set by Tickmark itself. */
export const planVariable = 'TICKMARK_PLAN';
export const brokerVariable = 'TICKMARK_BROKER';

/** The attachment in which a test hands its judged case to the reporter. */
export const caseAttachment = 'tickmark-case';
