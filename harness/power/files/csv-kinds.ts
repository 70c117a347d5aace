import type { Habit } from './columns.ts';
import type { CsvKind } from './csv.ts';
import { encodingOf } from './file-bytes.ts';
import { meters, mostMa } from './meters.ts';

/**
 * Joulescope UI (widgets/waveform/waveform_widget.py): `# time,JS220-001122.i,JS220-001122.v`; pyjls csv: `# timestamp,JS220-001122.current`.
 * All in SI units. The older UI wrote `#time (s),current (A),voltage (V)`, or no header.
 */
const joulescope: Habit = {
  of(name) {
    if (/^time(?:stamp)?$/.test(name)) return { quantity: 'time', unit: 's' };
    const [, what] = /\.(i|v|p|current|voltage|power)$/.exec(name) ?? [];
    if (what === undefined) return undefined;
    return ({ i: current, c: current, v: voltage, p: power } as const)[what[0] as 'i' | 'c' | 'v' | 'p'];
  },
};
const current = { quantity: 'current', unit: 'A' } as const;
const voltage = { quantity: 'voltage', unit: 'V' } as const;
const power = { quantity: 'power', unit: 'W' } as const;

/** The programs whose CSV is known by sight. What all of them share is read by names and units. */
export const csvKinds = {
  /** nRF Connect Power Profiler (src/actions/exportChartAction.ts): `Timestamp(ms),Current(uA),D0-D7,D0,…,D7`, any of them left out. */
  'ppk2-csv': { format: 'ppk2-csv', meter: meters.ppk2, mostMa: mostMa.ppk2 },
  'joulescope-csv': {
    format: 'joulescope-csv',
    meter: meters.joulescope,
    habit: joulescope,
    names: ['time (s)', 'current (A)', 'voltage (V)'],
    mostMa: mostMa.joulescope,
  },
  /** `"Wall-clock time (UTC)","Arc Main Current (A)","Arc Main Voltage (V)","Arc Main Energy (J)"`: its energy is what went since the beginning. */
  'otii-csv': { format: 'otii-csv', meter: meters.otii, mostMa: mostMa.otii },
  /** STM32CubeMonitor-Power. */
  'lpm01a-csv': { format: 'lpm01a-csv', meter: meters.lpm01a, mostMa: mostMa.lpm01a },
  csv: { format: 'csv', meter: meters.csv, mostMa: mostMa.csv },
} as const satisfies Record<string, CsvKind>;

/** By the header of a file. */
export function kindByHead(head: Uint8Array): CsvKind {
  const { name, skip } = encodingOf(head);
  const text = new TextDecoder(name).decode(head.subarray(skip, skip + 4096));
  if (/^"?(?:Timestamp\(ms\)|Current\(uA\))/.test(text)) return csvKinds['ppk2-csv'];
  if (/^#\s*time(?:stamp)?(?: \(s\))?,/.test(text)) return csvKinds['joulescope-csv'];
  if (/\b(?:Arc|Ace|Otii)\b[^\n]*\bMain\b|^"?Wall-clock time/i.test(text)) return csvKinds['otii-csv'];
  return csvKinds.csv;
}
