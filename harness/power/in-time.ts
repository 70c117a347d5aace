import { TargetError } from '../errors.ts';

const sendMs = 1000;

/** Waits for a command to be handed on, and no longer than a meter that hears may take. Rejects with TargetError. */
export async function inTime(sent: Promise<void>, where: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new TargetError('it takes no commands', where, 'unplug it and plug it in again');
    timer = setTimeout(() => reject(error), sendMs);
  });
  sent.catch(() => {}); // once it was given up, nobody waits for what its end says
  await Promise.race([sent, late]).finally(() => clearTimeout(timer));
}
