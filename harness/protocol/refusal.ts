import { FirmwareFault, ModelRefused, messageOf, ProtocolError } from '../errors.ts';
import { readPayload } from './payload.ts';
import { errorCodes, type RequestName } from './wire.ts';

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
  if (code === errorCodes.notPrepared)
    return new ProtocolError(what, 'DUT', 'it has forgotten its model: look for a restart that was not heard');
  return new ProtocolError(what, 'DUT', 'host and firmware disagree about the protocol or the memory: see PROTOCOL.md');
}

function isAboutTheModel(code: number): boolean {
  return code === errorCodes.notAModel || code === errorCodes.noKernel || code === errorCodes.doesNotFit;
}
