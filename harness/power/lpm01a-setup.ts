import { TargetError } from '../errors.ts';
import type { Answer, Lpm01aTalk } from './lpm01a-talk.ts';

/** Which instrument answered. */
export interface Lpm01aIdentity {
  readonly firmware: string;
  readonly serial?: string;
}

/** Earlier firmware refuses `pwr off`: eembc/energyrunner#8. */
const leastFirmware = [1, 0, 6] as const;

const answerMs = 2000;
/** A new voltage has it calibrate itself. */
const slowAnswerMs = 10_000;
const quietMs = 120;
const quietWithinMs = 3000;

/**
 * Finds out who is on the port, and puts an end to what an earlier session left it doing. Other devices of ST have the same USB id, so that
 * only its answer tells. Throws TargetError for another device, one that says nothing, and firmware that is too old.
 */
export async function identify(talk: Lpm01aTalk, where: string): Promise<Lpm01aIdentity> {
  if (!(await talk.quiet(quietMs, quietMs * 2))) await hush(talk, where);
  const firmware = (await version(talk)) ?? (await hush(talk, where), await version(talk));
  if (firmware === undefined) throw stranger(talk, where);
  if (isOlder(firmware)) throw outdated(firmware, where);
  const board = await talk.ask('powershield', answerMs);
  const serial = board?.isDone ? /\d[\dA-Fa-f]*(-[\dA-Fa-f]+)*$/.exec(board.text)?.[0] : undefined;
  return { firmware, ...(serial !== undefined && { serial }) };
}

/** A meter that streams for somebody who is gone. */
async function hush(talk: Lpm01aTalk, where: string): Promise<void> {
  await talk.write('stop');
  if (await talk.quiet(quietMs, quietWithinMs)) return;
  throw new TargetError(
    'what is on its port talks without end, and does not stop when told to',
    where,
    'see whether the port is that of an X-NUCLEO-LPM01A; if it is, press its reset button',
  );
}

/** `ack version: 1.0.6`; other firmware has the number on a line of its own. */
async function version(talk: Lpm01aTalk): Promise<string | undefined> {
  const number = /\d+\.\d+\.\d+/;
  const loose = talk.hear(item => (item.kind === 'text' ? number.exec(item.text)?.[0] : undefined), answerMs);
  const answer = await talk.ask('version', answerMs / 2);
  if (!answer?.isDone) return undefined;
  return number.exec(answer.text)?.[0] ?? loose;
}

function stranger({ said, heardBytes }: Lpm01aTalk, where: string): TargetError {
  const what =
    said.length > 0
      ? `what is on its port is no X-NUCLEO-LPM01A: it says ${JSON.stringify(said[0])}`
      : `does not answer "version"${heardBytes > 0 ? `: of ${heardBytes} bytes that came none are its` : ''}`;
  return new TargetError(
    what,
    where,
    "other devices of ST have the same USB id: name the meter's own port (`meter: { port: … }`); is it on USB, and no other program has it?",
  );
}

function isOlder(firmware: string): boolean {
  const parts = firmware.split('.').map(Number);
  const at = leastFirmware.findIndex((least, index) => parts[index] !== least);
  return at >= 0 && (parts[at] ?? 0) < (leastFirmware[at] ?? 0);
}

function outdated(firmware: string, where: string): TargetError {
  return new TargetError(
    `its firmware is ${firmware}, which cannot take the supply away`,
    where,
    `update it to ${leastFirmware.join('.')} or later: STSW-PWR-LPM01 of ST, by STM32CubeProgrammer`,
  );
}

/** Commands one after the other. Throws TargetError with the meter's own words for the first that is refused. */
export async function command(talk: Lpm01aTalk, commands: readonly string[], where: string): Promise<void> {
  for (const each of commands) {
    const answer = await talk.ask(each, each.startsWith('volt') ? slowAnswerMs : answerMs);
    if (!answer?.isDone) throw refused(each, answer, where);
  }
}

function refused(each: string, answer: Answer | undefined, where: string): TargetError {
  return answer
    ? new TargetError(
        `refuses "${each}"${answer.text === '' ? '' : `: ${answer.text}`}`,
        where,
        'see whether its firmware is the newest, and its board the X-NUCLEO-LPM01A',
      )
    : new TargetError(
        `does not answer "${each}"`,
        where,
        'unplug it and plug it in again; if it stays silent, press its reset button',
      );
}
