import { FirmwareFault, Silent } from '../errors.ts';
import type { LogProtocol } from '../protocol/port.ts';
import type { LogSpec } from '../suite/suite.ts';
import type { Link } from '../target/port.ts';
import { logError, unknownLog } from './log-heard.ts';
import { type Intake, intakeOf } from './log-intake.ts';
import type { Boot } from './session.ts';
import { patienceMs } from './silence.ts';
import { tapLink } from './tap.ts';

export type LogBoot = Boot & { readonly protocol: LogProtocol };

/** After the last inference, for what else is printed of it; after a failure or a dump, for what it still says. */
const quietMs = { full: 500, failed: 2000, alone: 5000 };
/** What is printed of the last inference has come by then, though the firmware goes on to say that it is alive. */
const mostFullMs = 5000;

/**
 * Measures firmware that only prints: hears it from its reset on until the suite's end of it. Rejects with FirmwareFault when it crashes or falls silent
 * after a failing line, and with TargetError when nothing that was wanted came.
 */
export async function measureLog(job: LogBoot, link: Link, signal: AbortSignal): Promise<void> {
  const { suite, protocol, recorder, boot, target, image, baud, seen, isImported = false } = job;
  const spec = suite.log ?? nothingSaid;
  using intake = intakeOf({
    spec,
    protocol,
    recorder,
    boot,
    where: target.name,
    mayRestart: isImported,
    onBoot: cause => (seen.resetCause = isPowerOn(cause) ? 'power-on' : cause),
    ...(image && { image }),
    ...(baud !== undefined && { baud }),
  });
  seen.heard = intake.heard;
  const heard = isImported ? link : tapLink(link, recorder); // whoever kept the log has its bytes
  const end = await listen(job, { link: heard, intake }, signal).finally(intake.end);
  expectWhole({ spec, intake, end, where: target.name });
}

/** ESP-IDF: POWERON_RESET, and POWERON since the ESP32-S2. */
function isPowerOn(cause = ''): boolean {
  return /^power[-_ ]?on/i.test(cause);
}

/** A suite that says nothing of its log is refused where it is read. */
const nothingSaid: LogSpec = { metrics: [], fail: [], ignore: [], identity: {}, runsVectors: false };

/** How hearing came to its end: as the suite says, by its time, by silence, in the middle, as the bytes ended, or before the first of them. */
type End = 'over' | 'time' | 'quiet' | 'hung' | 'closed' | 'silent';

async function listen(
  { suite, onProgress, rig, isImported = false }: LogBoot,
  { link, intake }: { readonly link: Link; readonly intake: Intake },
  signal: AbortSignal,
): Promise<End> {
  const chunks = link.bytes[Symbol.asyncIterator]();
  using limit = timer(isImported ? undefined : suite.log?.forMs);
  using aborted = abortOf(signal);
  using silence = timer(rig?.gear.bootMs);
  let fullMs = Number.POSITIVE_INFINITY;
  let [lastMs, longestMs] = [performance.now(), 0];
  const total = Math.max(1, suite.log?.inferences ?? 1) * suite.measure.boots;
  while (true) {
    const next = chunks.next();
    next.catch(() => {}); // one that nobody waits for any more
    using quiet = timer(isImported ? undefined : quietFor(intake, suite.log));
    using hang = timer(rig && intake.seen.isKnown && !suite.log?.forMs ? patienceMs(longestMs) : undefined);
    const ends = [
      limit.over('time'),
      quiet.over('quiet'),
      hang.over('hung'),
      silence.over('silent'),
      aborted.over,
    ] as const;
    const heard = await Promise.race([next, ...ends]);
    signal.throwIfAborted();
    if (typeof heard === 'string') return heard;
    if (heard.done) return 'closed';
    if (heard.value.length > 0) silence[Symbol.dispose]();
    intake.push(heard.value);
    if (intake.seen.inferences > 1) longestMs = Math.max(longestMs, performance.now() - lastMs, 1);
    lastMs = performance.now();
    onProgress({ done: Math.min(total, intake.seen.inferences), total });
    if (intake.seen.end === 'over') return 'over';
    if (intake.seen.end === 'full') fullMs = Math.min(fullMs, performance.now());
    if (!isImported && performance.now() - fullMs >= mostFullMs) return 'quiet';
  }
}

/** What is silent has ended, where nothing else ends it. */
function quietFor({ seen, isInDump }: Intake, spec: LogSpec | undefined): number | undefined {
  if (isInDump() || seen.crash || seen.failed) return quietMs.failed;
  if (seen.end === 'full') return quietMs.full;
  const hasEnd = spec?.until !== undefined || spec?.forMs !== undefined || spec?.inferences !== undefined;
  return seen.isKnown && !hasEnd ? quietMs.alone : undefined;
}

interface Heard {
  readonly spec: LogSpec;
  readonly intake: Intake;
  readonly end: End;
  readonly where: string;
}

/** A crash is the firmware's own, and so is silence after it said what failed; all else that is missing may be the rig's. */
function expectWhole({ spec, intake, end, where }: Heard): void {
  const { seen } = intake;
  if (seen.crash) {
    const { what, line, lines } = seen.crash;
    throw new FirmwareFault(`crashed, as line ${line} says: ${what}`, where, dumpFix(lines));
  }
  if (end === 'silent')
    throw new Silent('prints nothing after its reset', where, 'see that it runs, and what it prints on');
  if (!seen.isKnown) throw intake.isText() ? unknownLog(intake.heard(), where) : logError(intake.heard(), where);
  intake.expectIdentity();
  if ((end === 'quiet' || end === 'hung') && seen.end === 'open' && seen.failed) {
    const { text, line } = seen.failed;
    throw new FirmwareFault(`stopped after line ${line}: "${text}"`, where, 'mend what the line says');
  }
  if (end === 'hung')
    throw new Silent(
      `says nothing any more; ${intake.heard()}`,
      where,
      'look for a hang in the firmware, then in the cable',
    );
  const isWhole =
    end !== 'closed' || seen.end !== 'open' || (spec.until === undefined && spec.inferences === undefined);
  if (!isWhole) throw logError(`the log ended too early: ${intake.heard()}`, where);
}

function dumpFix(lines: number): string {
  return lines === 1 ? 'look at the log before it' : `its dump of ${lines} lines is in crash.txt`;
}

interface Timer extends Disposable {
  over<const Name>(name: Name): Promise<Name>;
}

/** Never over without a time. */
function timer(ms: number | undefined): Timer {
  let handle: NodeJS.Timeout | undefined;
  const passed = new Promise<void>(resolve => {
    if (ms !== undefined) handle = setTimeout(resolve, ms);
  });
  return {
    over: name => passed.then(() => name),
    [Symbol.dispose]: () => clearTimeout(handle),
  };
}

/** A link that is slow to end must not keep a session that was given up. */
function abortOf(signal: AbortSignal): Disposable & { readonly over: Promise<'closed'> } {
  const stop = new AbortController();
  const over = new Promise<'closed'>(resolve => {
    if (signal.aborted) resolve('closed');
    signal.addEventListener('abort', () => resolve('closed'), { once: true, signal: stop.signal });
  });
  return { over, [Symbol.dispose]: () => stop.abort() };
}
