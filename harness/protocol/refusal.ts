import { FirmwareFault, ModelRefused, messageOf, ProtocolError, Silent, WrongInput } from '../errors.ts';
import { decodeFrame, type Frame } from './frame.ts';
import type { LinkCounter } from './link-use.ts';
import { readPayload } from './payload.ts';
import { isText, shown } from './text.ts';
import { errorCodes, kinds, type RequestName } from './wire.ts';

/** The error that an ERROR answer to a request is for the session. An answer as long as its limit was cut there. */
export function refusal(name: RequestName, payload: Uint8Array, limitBytes: number): ProtocolError {
  try {
    const error = readPayload(payload);
    error.u8();
    const code = error.u8();
    const text = Buffer.from(error.rest()).toString('utf8') + (payload.length === limitBytes ? '…' : '');
    return refusalFor(name, code, `it refused ${name.toUpperCase()}: ${text} (error ${code})`);
  } catch (cause) {
    return new ProtocolError(`it sent a damaged error: ${messageOf(cause)}`, 'DUT', 'see PROTOCOL.md', { cause });
  }
}

function refusalFor(name: RequestName, code: number, what: string): ProtocolError {
  if (name === 'prepare' && isAboutTheModel(code))
    return new ModelRefused(what, 'DUT', 'change the model, or use firmware with another runtime or a larger arena');
  if (code === errorCodes.inferenceFailed)
    return new FirmwareFault(what, 'DUT', 'run the model on the host to see whether it is the model or the runtime');
  if (code === errorCodes.wrongInput)
    return new WrongInput(what, 'DUT', 'the memory or the link corrupts what is written: see PROTOCOL.md');
  if (code === errorCodes.notPrepared)
    return new ProtocolError(what, 'DUT', 'it has forgotten its model: look for a restart that was not heard');
  return new ProtocolError(what, 'DUT', 'host and firmware disagree about the protocol or the memory: see PROTOCOL.md');
}

function isAboutTheModel(code: number): boolean {
  return code === errorCodes.notAModel || code === errorCodes.noKernel || code === errorCodes.doesNotFit;
}

/** Tells what the DUT says unasked from answers; a fault throws. */
export function reportOf(frame: Frame): 'ready' | 'answer' {
  if (frame.kind === kinds.fault) {
    const text = Buffer.from(frame.payload).toString('utf8');
    throw new FirmwareFault(
      `the firmware faulted: ${text}`,
      'DUT',
      'look the addresses up in the image: addr2line -fe of its toolchain',
    );
  }
  return frame.kind === kinds.ready && frame.sequence === 0 ? 'ready' : 'answer';
}

/** The error for a READY that nobody waits for any more. */
export function restarted(lastAnswered: RequestName | undefined): FirmwareFault {
  return lastAnswered === undefined
    ? new FirmwareFault('the firmware restarts again and again', 'DUT', 'look for a crash early on, or a watchdog')
    : new FirmwareFault('the firmware restarted', 'DUT', 'look for a watchdog, a brown-out or a stack overflow');
}

/** How a DUT fell silent: what was asked, what the link did, what came last. */
export interface Silence {
  readonly name: RequestName;
  readonly sendings: number;
  readonly use: LinkCounter['use'];
  readonly heard: Uint8Array;
  /** Absent where it never answered. */
  readonly lastAnswered: RequestName | undefined;
}

/** The error that ends a session whose DUT does not answer any more. */
export function unanswered({ name, sendings, use, heard, lastAnswered }: Silence): Silent {
  const silence = [
    `no answer to ${name.toUpperCase()} (sent ${sendings} times)`,
    lossOf(use),
    `last heard: ${shown(heard)}`,
  ];
  const what = silence.filter(part => part !== undefined).join('; ');
  if (lastAnswered !== undefined)
    return new Silent(
      `it stopped answering after ${lastAnswered.toUpperCase()}: ${what}`,
      'DUT',
      'look for a hang in the firmware, or a cable that came off',
    );
  if (heard.length > 0 && isText(heard))
    return new Silent(
      what,
      'DUT',
      'it prints text, and has no agent: build the Tickmark agent into the firmware, or take what it prints (`protocol: log`)',
    );
  if (isEcho(heard))
    return new Silent(
      what,
      'DUT',
      'what is sent comes back: part TX and RX, name the right one of its ports, or turn the echo off in the firmware',
    );
  return new Silent(
    what,
    'DUT',
    'check that the firmware has the Tickmark agent and that the link carries bytes both ways',
  );
}

/** A frame of ours among what was heard: a DUT sends none of its kind. */
function isEcho(heard: Uint8Array): boolean {
  const ends = [...heard.entries()].flatMap(([at, byte]) => (byte === 0 ? [at] : []));
  const frames = ends.map((end, at) => decodeFrame(heard.subarray((ends[at - 1] ?? -1) + 1, end)));
  return frames.some(frame => frame?.kind === kinds.hello);
}

function lossOf({ requests, repeats, damagedFrames, lostFrames }: LinkCounter['use']): string | undefined {
  if (damagedFrames + lostFrames === 0) return undefined;
  const sent = requests + repeats;
  return `of ${sent} frames sent so far ${lostFrames} were lost on the way there or back, ${damagedFrames} answers came damaged`;
}
