import { FirmwareFault, ProtocolError } from '../../errors.ts';
import type { MlperfAnswer, MlperfIdentity, MlperfRequest } from '../port.ts';
import { demand, type Exchange, type Reply, unanswered } from './exchange.ts';
import { type HeardLaps, lapClock } from './lap-clock.ts';
import type { Line } from './lines.ts';
import { lapsIn, refusalIn, resultsIn, shortInputIn } from './replies.ts';
import { isValue, type ResultFormat, resultFormat } from './result-format.ts';

const mostAsked = 12;
/** Readings that the host's clock contradicts are taken for what they are once the DUT has given them as often. */
const mostOff = 3;
/** The same is no loss, said as often in a row. */
const mostRefusals = 3;

/**
 * Runs inferences, and takes no answer that is not whole: iterations and warm-ups echoed, both readings of the clock and as far apart as
 * the host heard them, every result there. Results are asked for again on a link that has lost anything, and where a digit could be lost
 * without notice. There is no limit but the signal's for the first inference, and a multiple of what they take for the others.
 */
export function inferrer(
  exchange: Exchange,
  { timestamps }: MlperfIdentity,
): (request: MlperfRequest) => Promise<MlperfAnswer> {
  const format = resultFormat();
  const clock = lapClock();
  let known: { readonly work: number; readonly ms: number } | undefined;
  /** What is known of many inferences says more of others than what is known of one, most of which is talk. */
  const longestMs = (work: number): number =>
    known ? 2000 + 3 * known.ms * Math.max(work / known.work, 1) : Number.POSITIVE_INFINITY;

  return async request => {
    const { iterations, warmups } = request;
    const command = `infer ${iterations} ${warmups}`;
    const work = iterations + warmups;
    const longMs = longestMs(work);
    const refusals: string[] = [];
    let reply: Reply | undefined;
    let off = 0;
    for (let again = 0; again < mostAsked; again++) {
      const sentMs = performance.now();
      const unendedBytes = exchange.unendedBytes();
      // A line whose end was lost comes with the next. An echo is no longer than the command.
      const hasBegun = () => exchange.unendedBytes() - unendedBytes > command.length;
      const silenceMs = (lines: readonly Line[]) =>
        isWorking(lines) || (lines.length === 0 && hasBegun()) ? longMs : exchange.shortMs();
      reply = await exchange.ask(command, { isRepeat: again > 0, silenceMs });
      const answer = answerIn(reply, request, timestamps);
      const { laps } = answer ?? {};
      const isOff = laps !== undefined && clock.isOff(laps) && ++off < mostOff;
      if (!answer || isOff) {
        await exchange.mend(reply, command);
        expectNoRefusal(reply, refusals);
        continue;
      }
      if (laps && clock.hasRestarted(laps)) throw restarted(command);
      if (laps) clock.note(laps);
      if (reply.isWorn) exchange.noteDamage();
      if (!known || work >= known.work) known = { work, ms: performance.now() - sentMs };
      const results = await confirmed(exchange, format, { request, first: answer.results, isWorn: reply.isWorn });
      return { results, hostUs: answer.hostUs, ...(laps && { laps: lapsOf(laps) }) };
    }
    throw unanswered(command, reply);
  };
}

/** It has begun, and says nothing until it is done. */
function isWorking(lines: readonly Line[]): boolean {
  const isDone = lines.some(({ text }) => text === 'm-infer-done') || resultsIn(lines) !== undefined;
  return lines.length > 0 && !isDone && lapsIn(lines).length < 2;
}

interface HeardAnswer {
  readonly results: readonly string[];
  readonly hostUs: number;
  readonly laps?: HeardLaps;
}

/** Undefined where anything is missing. */
function answerIn(
  { lines, end }: Reply,
  { iterations, warmups, results: count }: MlperfRequest,
  timestamps: MlperfIdentity['timestamps'],
): HeardAnswer | undefined {
  const says = (wanted: string): Line | undefined => lines.find(({ text }) => text === wanted);
  const [begun, done] = [says(`m-infer-start-${iterations}`), says('m-infer-done')];
  if (end === 'silent' || !says(`m-warmup-start-${warmups}`) || !begun || !done) return undefined;
  if (refusalIn(lines) !== undefined || misfitIn(lines)) return undefined;
  const hostUs = Math.round((done.atMs - begun.atMs) * 1000);
  const results = resultsIn(lines);
  if (results?.length !== count || !results.every(isValue)) return undefined;
  if (timestamps === 'energy') return { results, hostUs };
  const [first, second, third] = lapsIn(lines);
  if (!first || !second || third) return undefined;
  return {
    results,
    hostUs,
    laps: { lap0Us: first.us, lap1Us: second.us, heard0Ms: first.atMs, heard1Ms: second.atMs },
  };
}

/** Some firmware prints the line always. */
function misfitIn(lines: readonly Line[]): { readonly got: number; readonly want: number } | undefined {
  const sizes = shortInputIn(lines);
  return sizes && sizes.got !== sizes.want ? sizes : undefined;
}

/** Throws what the DUT refuses, once it has said so often enough that it is no loss. */
function expectNoRefusal({ lines }: Reply, refusals: string[]): void {
  const misfit = misfitIn(lines);
  const refusal = misfit
    ? `its input has ${misfit.got} elements, and its model takes ${misfit.want}`
    : refusalIn(lines);
  if (refusal === undefined) return;
  refusals.push(refusal);
  const last = refusals.slice(-mostRefusals);
  if (last.length < mostRefusals || last.some(each => each !== refusal)) return;
  throw new ProtocolError(
    misfit ? refusal : `refuses an inference: "${refusal}"`,
    'DUT, infer',
    misfit ? "give vectors of the firmware's own model" : 'its firmware knows another protocol than MLPerf Tiny has',
  );
}

/** The results once they were heard twice and the same, where once is not enough. */
async function confirmed(
  exchange: Exchange,
  format: ResultFormat,
  {
    request,
    first,
    isWorn,
  }: { readonly request: MlperfRequest; readonly first: readonly string[]; readonly isWorn: boolean },
): Promise<readonly string[]> {
  if (request.isPlain && !isWorn && !exchange.isLossy && format.fits(first)) return first;
  let last = first;
  for (let again = 0; again < mostAsked; again++) {
    const next = await demand(exchange, 'results', lines => wholeResults(lines, request.results));
    if (next.join() === last.join()) {
      format.note(next);
      return next;
    }
    exchange.noteDamage();
    last = next;
  }
  throw new ProtocolError(
    `gave other results every time it was asked for them; the last are ${last.join()}`,
    'DUT, results',
    'the line damages them: see its cable and its rate; what passed is in wire.jsonl',
  );
}

function wholeResults(lines: readonly Line[], count: number): readonly string[] | undefined {
  const results = resultsIn(lines);
  return results?.length === count && results.every(isValue) ? results : undefined;
}

function lapsOf({ lap0Us, lap1Us, heard0Ms, heard1Ms }: HeardLaps): MlperfAnswer['laps'] {
  return { lap0Us, lap1Us, hostUs: Math.round((heard1Ms - heard0Ms) * 1000) };
}

function restarted(command: string): FirmwareFault {
  return new FirmwareFault(
    `restarted before it was asked "${command}": its clock began anew`,
    'DUT',
    'look at its supply, its watchdog and its stack: what it printed is in wire.jsonl',
  );
}
