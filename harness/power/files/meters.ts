import type { MeterFacts } from '../../recording/trace.ts';

/** Each meter as its files tell it: which one it was, and little more. */
export const meters = {
  ppk2: { kind: 'ppk2', title: 'Nordic Power Profiler Kit II', mostMa: 1000 },
  joulescope: { kind: 'joulescope', title: 'Joulescope' },
  otii: { kind: 'otii', title: 'Qoitech Otii' },
  lpm01a: { kind: 'lpm01a', title: 'ST X-NUCLEO-LPM01A' },
  eembc: { kind: 'eembc', title: 'energy monitor of EEMBC’s or MLPerf Tiny’s runner' },
  csv: { kind: 'csv', title: 'unknown meter' },
} as const satisfies Record<string, Omit<MeterFacts, 'lines'>>;

/** A current beyond these in mA, either way, is none that the meter can have measured; some firmware is known to say 933 333 333 mA. */
export const mostMa = { ppk2: 5_000, joulescope: 20_000, otii: 10_000, lpm01a: 1_000, csv: 1_000_000 } as const;
