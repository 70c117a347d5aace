import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const events = fileURLToPath(new URL('../../dist/runner/events.js', import.meta.url));

/** Does not see that its parent goes: it is busy meanwhile. */
const busy = `
  import { tell } from ${JSON.stringify(events)};
  process.send('here', () => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
    tell({ kind: 'note', what: 'late' });
    setTimeout(() => process.exit(0), 100);
  });
`;

test('a child that tells something as its parent ends goes on', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', busy], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = once(child, 'exit');
  await once(child, 'message');
  child.disconnect();
  const [code] = (await ended) as [number | null];
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});
