import { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { TargetError } from '../errors.ts';
import { gdbMemory } from './gdb-remote.ts';

/** A debug stub that stops when it is told to, and answers every request with the same. */
function stub(answer: string): Duplex {
  const stream: Duplex = new Duplex({
    read() {},
    write(data: Buffer, _encoding, done) {
      const text = data.toString('latin1');
      if (text === '\x03') stream.push('$T02thread:01;#00');
      else if (/^\+*\$[mM]/.test(text)) stream.push(`$${answer}#00`);
      done();
    },
  });
  return stream;
}

test.each([
  { answer: 'E14', is: 'an error' },
  { answer: '', is: 'an unknown request' },
  { answer: '00', is: 'less than was asked for' },
])('$is, in the answer to a read or a write, is an error of the target', async ({ answer }) => {
  const memory = gdbMemory(stub(answer), 'qemu-mine');
  await expect(memory.read(0x2000_0000, 4)).rejects.toThrow(TargetError);
  await expect(memory.read(0x2000_0000, 4)).rejects.toThrow(
    `qemu-mine: the debug stub answered "${answer}" to reading 4 bytes at 0x20000000`,
  );
  await expect(memory.write(0x2000_0000, Uint8Array.of(1))).rejects.toThrow('to writing 1 bytes at 0x20000000');
});

test('an answer that takes several packets is put together', async () => {
  const bytes = await gdbMemory(stub('ab'.repeat(2032)), 'qemu-mine').read(0, 4064);
  expect(bytes).toEqual(Buffer.alloc(4064, 0xab));
});
