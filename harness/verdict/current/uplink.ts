import type { UplinkSample } from '../../recording/recording.ts';
import type { Budget } from '../../suite/suite.ts';
import { formatQuantity } from '../../units.ts';
import { judgeFigure, notMeasured } from '../budget.ts';
import type { UplinkMetrics, Verdict } from '../result.ts';
import { explainEnd, type SessionEnd } from '../session.ts';

/** Bytes that the firmware sent against the raw data of the same inputs; undefined where it has named no channel, or nobody knows what is raw. */
export function measureUplink(
  samples: readonly UplinkSample[],
  rawInputBytes: number | undefined,
): UplinkMetrics | undefined {
  const total = (key: 'inputs' | 'bytes' | 'messages') => samples.reduce((sum, sample) => sum + sample[key], 0);
  const [inputs, messages, sentBytes] = [total('inputs'), total('messages'), total('bytes')];
  // a sample is of firmware that has such a channel, and may have had nothing to tell
  if (rawInputBytes === undefined || inputs === 0) return undefined;
  const rawBytes = rawInputBytes * inputs;
  return { inputs, messages, sentBytes, rawBytes, savedPercent: 100 * (1 - sentBytes / rawBytes) };
}

/** Judges the share of the raw data that was not sent. */
export function judgeUplink(
  budget: Extract<Budget, { kind: 'uplink' }>,
  uplink: UplinkMetrics | undefined,
  session: { readonly end: SessionEnd; readonly uplink: readonly UplinkSample[] },
): Verdict {
  if (!uplink) return notMeasured(budget, whyNone(session));
  const { inputs, messages, sentBytes, rawBytes, savedPercent } = uplink;
  const [sent, raw] = [formatQuantity(sentBytes, 'B'), formatQuantity(rawBytes, 'B')];
  const detail = `${sent} in ${messages} messages, of ${raw} of raw data for ${inputs} inputs`;
  return judgeFigure(budget, { name: 'saved', value: savedPercent, detail, evidence: 'moves' }, session.end);
}

function whyNone({ end, uplink }: { readonly end: SessionEnd; readonly uplink: readonly UplinkSample[] }): string {
  if (uplink.some(({ inputs }) => inputs > 0)) return rawLack;
  return end.status === 'complete' ? silence : `not measured: ${explainEnd(end)}`;
}

const silence =
  'nothing is known of a telemetry channel: the firmware calls no tickmark_uplink, no line matches log.uplink, or nothing came on the board’s telemetry port';
const rawLack = 'nobody knows how large the raw data of an input is: write it in measure.rawInput';
