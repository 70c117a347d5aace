import { spawn } from 'node:child_process';
import type { SerialPort } from 'serialport';
import { messageOf } from '../errors.ts';
import { findProgram } from './program.ts';
import type { Lines } from './serial-wire.ts';

/** Moves DTR and RTS of an open port. Resolves with why they did not move; never rejects. */
export async function moveLines(port: SerialPort, lines: Lines): Promise<string | undefined> {
  const failed = await new Promise<Error | null>(resolve => port.set(lines, resolve)).catch((error: Error) => error);
  if (!failed) return undefined;
  const fd = (port.port as { readonly fd?: number | null } | undefined)?.fd;
  const isBreakRefused = /not supported|Broken pipe/i.test(failed.message);
  if (!isBreakRefused || process.platform !== 'linux' || typeof fd !== 'number') return messageOf(failed);
  return moveByPerl(fd, lines);
}

/**
 * serialport 13 ends a break before it moves the lines, and gives up where a device knows no break: on Linux 6.1.74 and later all chips'
 * own USB ports, and bridges such as the CH343 (serialport/bindings-cpp#229). Perl is in every Debian, and moves nothing else.
 */
async function moveByPerl(fd: number, { dtr, rts }: Lines): Promise<string | undefined> {
  const perl = findProgram('perl');
  if (perl === undefined)
    return 'this port knows no break, which serialport takes for a failure: install perl, which can';
  const bits = (dtr ? 2 : 0) | (rts ? 4 : 0); // TIOCM_DTR, TIOCM_RTS
  const child = spawn(perl, ['-e', script, String(bits)], {
    stdio: ['ignore', 'ignore', 'pipe', fd], // not as 0 to 2: libuv would make it block, in this process too
  });
  let said = '';
  child.stderr?.setEncoding('latin1').on('data', (text: string) => (said += text));
  const code = await new Promise<number | null>(resolve => {
    child.once('error', error => {
      said = messageOf(error);
      resolve(null);
    });
    child.once('close', resolve);
  });
  return code === 0 ? undefined : `perl: ${said.trim() || `ended with ${code}`}`;
}

/** TIOCMGET, then TIOCMSET with the two bits of the argument, on descriptor 3. */
const script = `
open(my $port, '+<&=', 3) or die "$!\\n";
my $bits = pack('I', 0);
ioctl($port, 0x5415, $bits) or die "$!\\n";
$bits = pack('I', (unpack('I', $bits) & ~6) | $ARGV[0]);
ioctl($port, 0x5418, $bits) or die "$!\\n";
`;
