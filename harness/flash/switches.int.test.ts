import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandSwitch } from './command.ts';
import { fakeTools, keptLog } from './fixtures/fake-tools.ts';
import { uhubctlSwitch } from './uhubctl.ts';

const never = new AbortController().signal;

test('uhubctl: a port of a hub, off and on', async () => {
  const tools = fakeTools();
  tools.put('uhubctl', '');
  const power = uhubctlSwitch({ hub: '1-1.4', port: 3 });
  expect(await power.missing()).toBeUndefined();
  await power.off(keptLog(), never);
  await power.on(keptLog(), never);
  expect(tools.calls().map(({ args }) => args)).toEqual([
    ['-l', '1-1.4', '-p', '3', '-a', 'off'],
    ['-l', '1-1.4', '-p', '3', '-a', 'on'],
  ]);
});

test('uhubctl: a hub that cannot, or may not be switched, is told with what to do', async () => {
  const tools = fakeTools();
  const power = uhubctlSwitch({ hub: '1-1', port: 3 });
  tools.put('uhubctl', `console.error('No compatible devices detected at location 1-1!'); process.exitCode = 1;`);
  await expect(power.off(keptLog(), never)).rejects.toThrow('`power.hub` is no hub that switches its ports');
  tools.put(
    'uhubctl',
    `console.error('No compatible devices detected!\\nThere were permission problems while accessing USB.'); process.exitCode = 1;`,
  );
  await expect(power.off(keptLog(), never)).rejects.toThrow('until its udev rule is there');
});

test('commands of the user’s are run as they are written, and no shell sees them', async () => {
  const tools = fakeTools();
  tools.put('relay', `if (args[0] === 'stuck') { console.error('relay 4 is stuck'); process.exitCode = 7; }`);
  const power = commandSwitch({ off: [join(tools.folder, 'relay'), '$(reboot)', '; reboot'], on: ['relay', 'stuck'] });
  expect(await power.missing()).toBeUndefined();
  await power.off(keptLog(), never);
  expect(tools.calls()[0]?.args).toEqual(['$(reboot)', '; reboot']);
  await expect(power.on(keptLog(), never)).rejects.toThrow(/relay: failed \(exit code 7\):\n {4}relay 4 is stuck/);
});

test('a program that is not there is named, whichever of the two it is', async () => {
  const tools = fakeTools();
  tools.put('relay', '');
  const power = commandSwitch({ off: ['relay', 'off'], on: ['no-such-relay', 'on'] });
  expect(await power.missing()).toMatch(/^no-such-relay is not installed: correct `power\.off` and `power\.on`/);
});

test('neither is a path without a program at its end', async () => {
  const { folder } = fakeTools();
  const power = commandSwitch({ off: [join(folder, 'relay')], on: [process.execPath] });
  expect(await power.missing()).toContain(`${join(folder, 'relay')} is not installed`);
});
