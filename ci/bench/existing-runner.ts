import type { Link } from '../../harness/target/port.ts';

/**
 * How the runner of MLPerf Tiny talks to a DUT, for comparison (benchmark/runner of mlcommons/tiny at 1afd2c9): 31 bytes of input a command,
 * a command and its `%` written one after the other, and nothing more until `m-ready`. No reply is looked at.
 */
export interface ExistingRunner {
  /** The lines of the answer to one inference of the input. */
  infer(input: Uint8Array): Promise<readonly string[]>;
}

const bytesACommand = 31;

export function existingRunner(link: Link): ExistingRunner {
  const lines = linesOf(link.bytes);

  const send = async (command: string): Promise<readonly string[]> => {
    await link.write(Buffer.from(command));
    await link.write(Buffer.from('%'));
    const reply: string[] = [];
    for (;;) {
      const { value, done } = await lines.next();
      if (done || value === 'm-ready') return reply;
      reply.push(value);
    }
  };

  return {
    async infer(input) {
      const hex = Buffer.from(input).toString('hex');
      await send(`db load ${input.length}`);
      for (let at = 0; at < hex.length; at += 2 * bytesACommand)
        await send(`db ${hex.slice(at, at + 2 * bytesACommand)}`);
      return send('infer 1 0');
    },
  };
}

async function* linesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
  let text = '';
  for await (const chunk of bytes) {
    const lines = `${text}${Buffer.from(chunk).toString('latin1')}`.split('\r\n');
    text = lines.pop() ?? '';
    yield* lines;
  }
}
