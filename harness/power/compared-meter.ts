import type { Accuracy } from '../recording/trace.ts';
import type { PowerMeter } from './port.ts';

/** A meter that somebody has held against a better one: its facts have that accuracy, and not its maker's. */
export function comparedMeter(meter: PowerMeter, accuracy: Accuracy): PowerMeter {
  return {
    ...meter,
    async open(signal) {
      const opened = await meter.open(signal);
      return { ...opened, facts: { ...opened.facts, accuracy } };
    },
  };
}
