import { expect, onTestFinished, test } from 'vitest';
import { type RenodeMachine, type RunningMachine, runMachine } from './renode-link.ts';

interface Bridge {
  readonly asked: string[];
  readonly machine: RunningMachine;
  readonly faults: unknown[];
}

/** A machine whose bridge gives these answers to `run`, in order, and then those of a core that sleeps. */
function machineWith(answers: readonly string[], time: RenodeMachine['time'] = 'virtual'): Bridge {
  const asked: string[] = [];
  const faults: unknown[] = [];
  const left = [...answers];
  const ask = async (request: string): Promise<string> => {
    asked.push(request);
    const answer = request.startsWith('run') ? (left.shift() ?? '1 0 0 0 0 100 5000 0 ') : '100 5000 0 ';
    if (answer.startsWith('no ')) throw new Error(answer);
    return answer;
  };
  const machine = runMachine({
    monitor: { ask },
    mips: 100,
    time,
    onFault: error => faults.push(error.message),
    onHalt: () => faults.push('halted'),
  });
  onTestFinished(() => machine.end(new Error('over')));
  return { asked, machine, faults };
}

test('a core that boots is let run until it has slept, and its first bytes are kept', async () => {
  const { machine, asked } = machineWith(['1 50 2 0 0 100 5000 0 2121']);
  await machine.booted;
  expect(asked).toEqual(['run 2500,10000,40000,80000 20000 ']);
  const { value } = (await machine.bytes[Symbol.asyncIterator]().next()) as { value: Uint8Array };
  expect(Buffer.from(value).toString()).toBe('!!');
  expect(await machine.counters()).toEqual({ instructions: 100, busyMs: 5 });
});

test('what comes while the core boots is handed over when it sleeps', async () => {
  const { machine, asked } = machineWith(['1 50 1 0 1 50 0 0 2122', '1 1000000 0 9 0 50 0 0 ']);
  await machine.write(Buffer.from('ab'));
  await machine.write(Buffer.from('c'));
  await expect.poll(() => asked.length).toBeGreaterThan(2);
  expect(asked.slice(0, 3).map(request => request.split(' ')[3])).toEqual(['', '', '616263']);
});

test('a power cycle loses what was not handed over, and boots anew', async () => {
  const { machine, asked } = machineWith(['1 150000 0 0 0 100 5000 0 ']); // neither busy nor asleep
  await Promise.all([machine.write(Buffer.from('lost')), machine.powerCycle(async () => asked.push('power'))]);
  await machine.write(Buffer.from('a'));
  await expect.poll(() => asked.some(request => request.endsWith(' 61'))).toBe(true);
  const [boot = ''] = asked;
  expect(asked.slice(0, 3)).toEqual([boot, 'power', boot]);
  expect(asked.join()).not.toContain(Buffer.from('lost').toString('hex'));
});

test("in the host's time, input is given at once", async () => {
  const { machine, asked } = machineWith([], 'host');
  await machine.booted;
  await machine.write(Buffer.from('a'));
  await expect.poll(() => asked.includes('give 61')).toBe(true);
  expect(asked[0]).toBe('start');
});

test('a core that is halted, and a bridge that refuses, are told', async () => {
  const { faults } = machineWith(['1 0 0 0 0 5 0 1 ']);
  await expect.poll(() => faults[0]).toBe('halted');
  const refusing = machineWith(['no longer']);
  await expect.poll(() => refusing.faults).toEqual(['no longer']);
});

test('a machine that is ended rejects everything with the reason', async () => {
  const { machine } = machineWith([]);
  machine.end(new Error('over'));
  await expect(machine.write(Uint8Array.of(1))).rejects.toThrow('over');
  await expect(machine.memory.read(0, 4)).rejects.toThrow('over');
});
