import { expect, test } from 'vitest';
import { noPacedLine, startPacedLine } from '../fixtures/paced-line.ts';
import { missingTool } from '../fixtures/tools.ts';
import { openTty } from './serial-tty.ts';

const why = missingTool(noPacedLine === undefined, noPacedLine ?? '');

test('a write that is longer than what the system keeps ends while the board is silent', async ({ skip }) => {
  skip(why !== undefined, why);
  await using line = await startPacedLine({ dut: ['sh', '-c', 'echo ready; exec cat > /dev/null'], baud: 921_600 });
  let heard = () => {};
  const isReady = new Promise<void>(resolve => {
    heard = resolve;
  });
  const listener = { onBytes: () => heard(), onLoss: () => {} };
  const wire = await openTty(line.path, { baud: 921_600, where: 'pty' }, listener);
  try {
    await isReady; // and from then on it is read from again
    await wire.write(new Uint8Array(40_000).fill(5));
  } finally {
    await wire.close();
  }
});
