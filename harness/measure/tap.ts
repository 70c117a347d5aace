import type { Recorder } from '../recording/recorder.ts';
import type { Link } from '../target/port.ts';

/** The same link, with every byte that passes written to the recording. */
export function tapLink(link: Link, recorder: Recorder): Link {
  return {
    ...link,
    bytes: tapped(link.bytes, recorder),
    async write(bytes) {
      recorder.wire('tx', bytes);
      await link.write(bytes);
    },
    [Symbol.asyncDispose]: () => link[Symbol.asyncDispose](),
  };
}

async function* tapped(bytes: AsyncIterable<Uint8Array>, recorder: Recorder): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    recorder.wire('rx', chunk);
    yield chunk;
  }
}
