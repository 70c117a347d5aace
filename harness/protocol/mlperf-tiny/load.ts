import { ProtocolError } from '../../errors.ts';
import { demand, type Exchange, type Reply } from './exchange.ts';
import type { Line } from './lines.ts';
import { isSame, type ReadBack, readBack } from './read-back.ts';
import { excessIn, expectedBytesIn, isDropped, isForeign, isWornOf, loadDone, refusalIn } from './replies.ts';

/** On a line that loses bytes: two digits lost of one command are a byte too few without a word, and the longer it is the likelier. */
const lossyDataBytes = 16;
const mostLoads = 40;
const mostRefusals = 12;
/** A buffer that is wrong as often at the same byte, though every line of it was accepted, is none that a bad line explains. */
const mostWrong = 3;

/** `odd`: something on the way needs a look at what the DUT has. `undone`: the load has to begin anew. */
type Loaded = 'done' | 'odd' | 'undone';

/**
 * Loads inputs as hex, and makes sure of them: `m-load-done` comes with the last line and with no other, and the buffer is read back after
 * the first load of a session, and after every load once the link was seen to lose anything, where the firmware can print it. Rejects with ProtocolError where the
 * DUT refuses an input, or never has what was sent.
 */
export function loader(exchange: Exchange, commandBytes: number): (input: Uint8Array) => Promise<void> {
  const lineBytes = Math.max(1, Math.floor((commandBytes - 'db %'.length) / 2));
  let isProven = false;
  let canPrint = true;

  return async input => {
    let wrong: ReadBack | undefined;
    let wrongs = 0;
    for (let load = 0; load < mostLoads && wrongs < mostWrong; load++) {
      const loaded = await sendAll(exchange, input, lineBytes);
      if (loaded === 'undone') continue;
      if (loaded === 'done' && (!canPrint || (isProven && !exchange.isLossy))) return;
      if (!canPrint) continue;
      const found = await readBack(exchange, input);
      if (found.kind === 'same') isProven = true;
      if (found.kind === 'unprintable') canPrint = false;
      if (found.kind === 'same' || (found.kind === 'unprintable' && loaded === 'done')) return;
      if (found.kind !== 'different') continue;
      exchange.noteDamage();
      wrongs = loaded === 'done' && isSame(found, wrong) ? wrongs + 1 : 1;
      wrong = found;
    }
    throw notLoaded(input, wrong, commandBytes);
  };
}

async function sendAll(exchange: Exchange, input: Uint8Array, lineBytes: number): Promise<Loaded> {
  await beginLoad(exchange, input.length);
  const hex = Buffer.from(input.buffer, input.byteOffset, input.byteLength).toString('hex');
  let loaded: Loaded = 'done';
  for (let start = 0; start < input.length; ) {
    const most = exchange.isLossy ? Math.min(lineBytes, lossyDataBytes) : lineBytes;
    const end = Math.min(start + most, input.length);
    const sent = await sendLine(exchange, {
      command: `db ${hex.slice(2 * start, 2 * end)}`,
      isLast: end === input.length,
      place: `bytes ${start} to ${end - 1} of ${input.length}`,
    });
    if (sent === 'undone') return sent;
    if (sent === 'odd') loaded = sent;
    exchange.noteDataBytes(most);
    start = end;
  }
  return loaded;
}

/** Without the DUT's word for the size no byte is sent: it would write beyond the end of what came before. */
async function beginLoad(exchange: Exchange, bytes: number): Promise<void> {
  await demand(exchange, `db load ${bytes}`, lines => {
    const excess = excessIn(lines);
    if (excess?.given === bytes) throw tooLarge(excess);
    return expectedBytesIn(lines) === bytes ? bytes : undefined;
  });
}

interface HexLine {
  readonly command: string;
  readonly isLast: boolean;
  readonly place: string;
}

/** A line that the DUT says to have dropped is sent again; where it is not known what became of it, the load begins anew. */
async function sendLine(exchange: Exchange, { command, isLast, place }: HexLine): Promise<Loaded> {
  let reply: Reply | undefined;
  for (let refused = 0; refused < mostRefusals; refused++) {
    reply = await exchange.ask(command, { isRepeat: refused > 0 });
    const refusal = refusalIn(reply.lines);
    if (refusal === undefined && hasEnded(reply, isLast) && !isForeign(reply.lines, 'db')) {
      const isOdd = reply.isWorn || reply.lines.length > (isLast ? 1 : 0);
      if (isOdd) exchange.noteDamage();
      return isOdd || refused > 0 ? 'odd' : 'done';
    }
    await exchange.mend(reply, 'db');
    if (reply.end === 'silent' || refusal === undefined || !isDropped(refusal)) return 'undone';
  }
  throw new ProtocolError(
    `refuses ${place}, ${mostRefusals} times: "${reply && refusalIn(reply.lines)}"`,
    'DUT, db',
    'its command buffer may be smaller than 80 bytes, or another program has the port too',
  );
}

/** Whether the end of the load came when it had to. A worn one may be: it is read back. */
function hasEnded({ lines, end }: Reply, isLast: boolean): boolean {
  return end !== 'silent' && lines.some(isLoadDone) === isLast;
}

function isLoadDone({ text }: Line): boolean {
  return text === loadDone || isWornOf(text, loadDone);
}

function tooLarge({ given, most }: { readonly given: number; readonly most: number }): ProtocolError {
  return new ProtocolError(
    `has room for an input of ${most} bytes, and the vectors have ${given}`,
    'DUT, db load',
    "give vectors of the firmware's own model",
  );
}

function notLoaded(input: Uint8Array, wrong: ReadBack | undefined, commandBytes: number): ProtocolError {
  if (wrong?.kind !== 'different')
    return new ProtocolError(
      `an input of ${input.length} bytes was loaded ${mostLoads} times, and never whole`,
      'DUT, db',
      'the line loses too much: see its cable, its rate and its level; what passed is in wire.jsonl',
    );
  const { at, has } = wrong;
  const buffer = commandBytes > 80 ? `, or its command buffer is shorter than the ${commandBytes} bytes declared` : '';
  return new ProtocolError(
    `byte ${at} of an input of ${input.length} is 0x${hexOf(has)} in its buffer, and 0x${hexOf(input[at] ?? 0)} was sent`,
    'DUT, db',
    `its firmware loads in another way than MLPerf Tiny's${buffer}`,
  );
}

function hexOf(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
