import type { Finding, Reader } from './finding.ts';

/** A classifier has fewer classes. */
const mostScores = 1024;

/**
 * Edge Impulse's predictions, in the forms of three generations: times in one line (`Predictions (DSP: 16 ms., Classification: 1 ms.,
 * Anomaly: 2 ms.):`, later `Timing: DSP 54 ms, inference 3 ms, anomaly 0 ms`), then a score a class, further in. Whole or decimal milliseconds, with a point after them
 * or not, with a blank before them or not.
 */
export function predictionReader(): Reader {
  let isOpen = false;
  let scores: (readonly [string, number])[] = [];
  let boxes: number[] | undefined;
  let first = 0;

  const closed = (): readonly Finding[] => {
    const found: Finding[] = [];
    if (scores.length > 0) found.push({ kind: 'scores', scores, line: first });
    if (boxes) found.push({ kind: 'metric', name: 'detections_count', value: boxes.length, unit: '1', line: first });
    isOpen = false;
    scores = [];
    boxes = undefined;
    return found;
  };
  const row = (plain: string, line: number): readonly Finding[] | undefined => {
    const [, label, score] = /^\s+([^:()[\]]{1,80}): (-?\d{1,9}(?:\.\d{1,12})?)\s*$/.exec(plain) ?? [];
    if (label !== undefined && /^anomaly score$/i.test(label)) return [anomaly(Number(score), line)];
    if (label !== undefined && scores.length < mostScores) return (scores.push([label, Number(score)]), []);
    const [, detected] =
      /^\s+[^()]{1,80} \((\d(?:\.\d{1,12})?)\) \[ x: \d+, y: \d+, width: \d+, height: \d+ \]/.exec(plain) ?? [];
    if (detected !== undefined && boxes && boxes.length < mostScores) return (boxes.push(Number(detected)), []);
    const [, alone] = /^Anomaly prediction: (-?\d{1,9}(?:\.\d{1,12})?)\s*$/.exec(plain) ?? [];
    return alone === undefined ? undefined : [anomaly(Number(alone), line)];
  };
  return {
    see({ plain, number }) {
      const times = hint.test(plain) ? timesOf(plain, number) : undefined;
      if (times ?? /^Predictions:\s*$/.test(plain)) {
        const before = isOpen ? closed() : [];
        isOpen = times === undefined || plain.startsWith('Predictions');
        first = number;
        return [...before, ...(times ?? [])];
      }
      if (!isOpen) return undefined;
      const [, heading] = headings.exec(plain) ?? [];
      if (heading === 'Object detection') boxes = [];
      return heading === undefined ? row(plain, number) : [];
    },
    close: closed,
  };
}

const headings =
  /^#?(Classification|Object detection|Visual anomaly grid|Regression) (?:results|bounding boxes|predictions):/;
const hint = /^(?:Predictions \(|Timing: )/;
const time = String.raw`(\d{1,9}(?:\.\d{1,9})?) ?ms\.?`;
const oneLine = new RegExp(
  String.raw`^Predictions \(DSP: ${time}, Classification: ${time}(?:, Anomaly: ${time})?\):\s*$`,
);
const timing = new RegExp(String.raw`^Timing: DSP ${time}, inference ${time}(?:, anomaly ${time})?\s*$`);

function timesOf(plain: string, line: number): readonly Finding[] | undefined {
  const [, dsp, inference, anomalous] = oneLine.exec(plain) ?? timing.exec(plain) ?? [];
  if (dsp === undefined) return undefined;
  const us = (name: string, ms: string | undefined): readonly Finding[] =>
    ms === undefined ? [] : [{ kind: 'metric', name, value: Number(ms) * 1000, unit: 'µs', line }];
  return [...us('dsp_us', dsp), ...us('inference_us', inference), ...us('anomaly_us', anomalous)];
}

function anomaly(value: number, line: number): Finding {
  return { kind: 'metric', name: 'anomaly_score', value, unit: '1', line };
}
