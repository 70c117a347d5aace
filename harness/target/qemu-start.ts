import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { InputError } from '../errors.ts';
import { icountShift } from '../icount.ts';

/** Semihosting goes to the debugger: by QEMU's default, a firmware under test could open files and run commands of the host. */
export const fixedArguments = (
  '-nodefaults -nic none -display none -monitor none -semihosting-config enable=on,target=gdb ' +
  '-chardev socket,id=uart,fd=3 -chardev socket,id=gdb,fd=4 -gdb chardev:gdb ' +
  '-chardev socket,id=qmp,fd=5 -mon chardev=qmp,mode=control'
).split(' ');
/** … which are these: the UART, the debug stub, QMP. */
export const sockets = 3;

/** QEMU's `-icount shift=N` for a board's clock. Throws InputError for one that it cannot count at. */
export function shiftFor(clockHz: number, name: string): number {
  const shift = icountShift(clockHz);
  if (shift !== undefined) return shift;
  const what = `an instruction cannot take 1 s / ${clockHz}: QEMU counts in powers of two of a nanosecond`;
  throw new InputError(what, name, 'write `clock: 15.625 MHz` (64 ns), or its double or half, in the board file');
}

const versionMs = 10_000;

/** Rejects where QEMU does not start, as for want of a library, or does not answer. */
export async function versionOf(path: string, signal: AbortSignal): Promise<string> {
  const limits = { signal, timeout: versionMs, killSignal: 'SIGKILL' } as const;
  const { stdout } = await promisify(execFile)(path, ['--version'], limits);
  return /version (\S+)/.exec(stdout)?.[1] ?? 'of unknown version';
}
