import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBound } from './bound-child.ts';
import { type RenodeMonitor, renodeMonitor } from './renode-monitor.ts';
import type { RenodeCommand } from './renode-program.ts';

/** A Renode with a temporary folder for all that it writes. Disposing ends it at once and removes the folder; twice is harmless. */
export interface RenodeProcess extends AsyncDisposable {
  readonly monitor: RenodeMonitor;
  /** A file in the folder. */
  file(name: string): string;
  /** Resolves with why it will answer nothing any more: it has ended, or its core has aborted. */
  readonly lost: Promise<string>;
  /** The core when it has aborted: what it had sent that nobody has seen, and its state as the bridge tells it. */
  aborted(): { readonly sent: Uint8Array; readonly state: string } | undefined;
  /** What its log holds so far. */
  log(): string;
}

export const logName = 'renode.log';
export const traceName = 'trace.txt';

/** Renode's own configuration is neither read nor changed. A log that is written later would lack the last words. */
const configuration = (history: string) => `[general]
use-synchronous-logging = True
collapse-repeated-log-entries = False
history-path = ${history}
[monitor]
consume-exceptions-from-command = True
break-script-on-exception = True
`;

const fixedArguments = ['--console', '--disable-xwt', '--plain', '--hide-log'];

/** Starts Renode. `where` is the target's name. Rejects when it cannot be started. */
export async function startRenode({ program, args }: RenodeCommand, where: string): Promise<RenodeProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'tickmark-renode-'));
  const file = (name: string) => join(folder, name);
  const remove = () => rm(folder, { recursive: true, force: true });
  await writeFile(file('config'), configuration(file('history')));
  const own = ['--config', file('config'), '--pid-file', file('pid')];
  const options = { talks: true, env: { TMPDIR: folder } }; // what it leaves behind goes with the folder
  const child = await startBound(program, [...args, ...fixedArguments, ...own], options).catch(
    async (error: unknown) => {
      await remove();
      throw error;
    },
  );
  const { stdin, stdout } = child.process;
  if (!stdin || !stdout) throw new RangeError('started with its standard streams');

  const log = () => textOf(file(logName));
  let tellLoss: ((why: string) => void) | undefined;
  const lost = new Promise<string>(resolve => (tellLoss = resolve));
  let aborted: ReturnType<RenodeProcess['aborted']>;
  const monitor = renodeMonitor({ stdin, stdout }, where, told => {
    const [, hex = '', state = ''] = /^sent=(\w*) (.*)$/.exec(told) ?? [];
    aborted = { sent: Buffer.from(hex, 'hex'), state };
    tellLoss?.(`the core stopped${placeIn(state)}: ${lastErrorIn(log())}`);
  });
  void child.closed.then(({ code, signal }) => {
    const end = signal === null ? `Renode ended with code ${code}` : `Renode was ended by ${signal}`;
    const said = child.said().trim();
    tellLoss?.(`${end}, ${said === '' ? 'without a word' : `saying: ${said}`}`);
  });
  return {
    monitor,
    file,
    lost,
    aborted: () => aborted,
    log,
    async [Symbol.asyncDispose]() {
      child.kill();
      endByFile(file('pid'), child.process.pid);
      await child.closed;
      await remove();
    },
  };
}

/** Where a package starts Renode by a script, the script is the child. */
function endByFile(path: string, ended: number | undefined): void {
  const pid = Number.parseInt(textOf(path), 10);
  if (!(pid > 0) || pid === ended) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has ended with its script
  }
}

/** `NAME=VALUE`s of the bridge: where the core was. */
function placeIn(state: string): string {
  const [, pc] = /\bPC=(\S+)/i.exec(state) ?? [];
  return pc === undefined ? '' : ` at pc=${pc.toLowerCase()}`;
}

/** `17:34:22.5806 [ERROR] cpu: CPU abort [PC=0x50000000]: Trying to execute code outside RAM or ROM at 0x50000000.` */
export function lastErrorIn(log: string): string {
  const errors = [...log.matchAll(/\[ERROR\] (.*)/g)];
  return (errors.at(-1)?.[1] ?? 'Renode does not say why').replace(/^.*CPU abort \[PC=\w+\]: /, '').replace(/\.$/, '');
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // there is none yet
  }
}
