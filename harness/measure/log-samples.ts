import type { Finding } from '../protocol/port.ts';
import type { Recorder } from '../recording/recorder.ts';

type Metric = Extract<Finding, { readonly kind: 'metric' }>;

/** What is kept one by one: a log of gigabytes is judged in bounded memory, and from a recording that can be read. */
const most = { values: 100_000, names: 1000, others: 10_000 };

/** Writes what a log tells into the recording, as it comes. */
export interface LogSamples {
  add(finding: Finding, boot: number): void;
  /** Of metrics that were too many; how many findings were left out altogether. */
  end(boot: number): { readonly leftOut: number };
}

interface Rest {
  readonly unit: Metric['unit'];
  values: number;
  count: number;
  min: number;
  max: number;
  sum: number;
  last: number;
}

/** Beyond `most`, a metric's values are summed up, and all else is counted. */
export function logSamples(recorder: Pick<Recorder, 'sample'>): LogSamples {
  const metrics = new Map<string, Rest>();
  let others = 0;
  let leftOut = 0;

  const addMetric = ({ name, value, unit, line }: Metric, boot: number): void => {
    const rest = metrics.get(name) ?? startOf(unit);
    if (!metrics.has(name) && metrics.size >= most.names) return void leftOut++;
    metrics.set(name, rest);
    if (rest.values++ < most.values) return recorder.sample({ kind: 'metric', boot, name, value, unit, line });
    rest.count++;
    rest.min = Math.min(rest.min, value);
    rest.max = Math.max(rest.max, value);
    rest.sum += value;
    rest.last = value;
  };
  return {
    add(finding, boot) {
      if (finding.kind === 'metric') return addMetric(finding, boot);
      if (finding.kind === 'boot' || finding.kind === 'end' || finding.kind === 'message') return;
      if (others++ >= (finding.kind === 'scores' ? most.values : most.others)) return void leftOut++;
      recorder.sample(sampleOf(finding, boot));
    },
    end(boot) {
      for (const [name, { values: _values, ...rest }] of metrics)
        if (rest.count > 0) recorder.sample({ kind: 'metric-rest', boot, name, ...rest });
      return { leftOut };
    },
  };
}

function startOf(unit: Metric['unit']): Rest {
  return { unit, values: 0, count: 0, min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY, sum: 0, last: 0 };
}

type Kept = Exclude<Finding, { readonly kind: 'metric' | 'boot' | 'end' | 'message' }>;

/** A line of text that is kept for evidence is cut: the log has it whole. */
const keptText = 400;

function sampleOf(finding: Kept, boot: number): Parameters<Recorder['sample']>[0] {
  if (finding.kind === 'operators') return { kind: 'profile', boot, operators: finding.operators, line: finding.line };
  if (finding.kind === 'scores') return { ...finding, boot };
  if (finding.kind === 'fact') return { ...finding, text: finding.text.slice(0, keptText), boot };
  if (finding.kind === 'crash') {
    const { what, lines, line } = finding;
    return { kind: 'crash', boot, what: what.slice(0, keptText), lines, line };
  }
  const { kind: alarm, pattern, text, line } = finding;
  return { kind: 'alarm', boot, alarm, pattern, text: text.slice(0, keptText), line };
}
