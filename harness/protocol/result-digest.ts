import { ProtocolError } from '../errors.ts';
import { crc32c } from './crc.ts';

/** Throws ProtocolError unless `heard` is the CRC-32C of what an answer belongs to and says. */
export function expectDigest(heard: number, of: 'INFER' | 'FEED', parts: readonly Uint8Array[]): void {
  const expected = crc32c(...parts);
  if (heard === expected) return;
  throw new ProtocolError(
    `the result digest of ${of === 'INFER' ? 'an INFER' : 'a FEED'} answer is 0x${heard.toString(16)}, expected 0x${expected.toString(16)}`,
    'DUT',
    'the answer belongs to another inference, or its bytes changed on the way: repeat the run',
  );
}
