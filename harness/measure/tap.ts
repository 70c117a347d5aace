import type { Recorder } from '../recording/recorder.ts';
import type { Link } from '../target/port.ts';

/** The same link, with every byte that passes written to the recording, as of a fault on demand where it is one. */
export function tapLink(link: Link, recorder: Recorder, trial?: number): Link {
  return {
    ...link,
    bytes: tapped(link.bytes, bytes => recorder.wire('rx', bytes, trial)),
    async write(bytes) {
      recorder.wire('tx', bytes, trial);
      await link.write(bytes);
    },
    [Symbol.asyncDispose]: () => link[Symbol.asyncDispose](),
  };
}

async function* tapped(
  bytes: AsyncIterable<Uint8Array>,
  record: (bytes: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    record(chunk);
    yield chunk;
  }
}
