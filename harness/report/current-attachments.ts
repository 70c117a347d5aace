import { join } from 'node:path';
import { messageOf } from '../errors.ts';
import type { InferenceWindow } from '../trace/evidence.ts';
import { keptWindows } from '../trace/kept-windows.ts';
import type { BatteryMetrics, CaseResult } from '../verdict/result.ts';
import { type Attachment, csv, exactly, plain, type Row, svg } from './attachment.ts';
import { batteryChart, livesOf } from './charts/battery.ts';
import { energyChart } from './charts/energy.ts';
import { tracePictures } from './trace-pictures.ts';

/** What a case's current, measured or modelled, has to show. */
export function currentAttachments(result: CaseResult, folder: string): Attachment[] {
  return [...traced(result, folder), ...energy(result), ...lives(result)];
}

/** A damaged trace costs its pictures, not the report. */
function traced({ recording }: CaseResult, folder: string): Attachment[] {
  if (recording === null) return [];
  const at = join(folder, recording);
  try {
    return [
      ...tracePictures(at).map(picture => svg(picture.name, picture.svg)),
      ...table('Current in each window', windowColumns, keptWindows(at)?.inferences ?? []),
    ];
  } catch (error) {
    return [plain('Current', `The trace cannot be drawn: ${messageOf(error)}`)];
  }
}

/** What a table has of each of its rows. */
type Columns<Of> = Readonly<Record<string, (of: Of) => Row[number] | null | undefined>>;

function table<Of>(name: string, columns: Columns<Of>, rows: readonly Of[]): Attachment[] {
  if (rows.length === 0) return [];
  const cells = Object.values(columns);
  return [csv(name, [Object.keys(columns), ...rows.map(row => cells.map(cell => cellOf(cell(row))))])];
}

function cellOf(value: Row[number] | null | undefined): Row[number] {
  return typeof value === 'number' ? exactly(value) : (value ?? '');
}

const windowColumns: Columns<InferenceWindow> = {
  boot: window => window.boot,
  vector: window => window.vector,
  purpose: window => window.purpose,
  inferences: window => window.runs,
  'first sample': window => window.first,
  'end sample': window => window.end,
  'duration µs': window => window.durationUs,
  'mean mA': window => window.meanMa,
  'p50 mA': window => window.p50Ma,
  'p99 mA': window => window.p99Ma,
  'peak mA': window => window.peakMa,
  'charge µC': window => window.chargeUc,
  'energy µJ': window => window.energyUj,
  ticks: window => window.ticks,
  'by ticks µs': window => window.dutUs,
  'placed by': window => window.by,
  'uncertainty µs': window => window.uncertaintyUs,
};

function energy({ metrics: { current, modelled }, verdicts }: CaseResult): Attachment[] {
  return [current, modelled].flatMap(measured => {
    const kind = measured?.energy ? 'energy' : 'charge';
    const taken = measured?.[kind];
    return taken
      ? [svg(`${nameOf[kind]} by inference`, energyChart({ kind, basis: measured.basis, taken }, verdicts))]
      : [];
  });
}

const nameOf = { energy: 'Energy', charge: 'Charge' } as const;

function lives({ metrics, verdicts }: CaseResult): Attachment[] {
  return [
    ...livesOf(metrics).map(own => svg('Battery life', batteryChart(own, verdicts))),
    ...table('Battery life (table)', cellColumns, metrics.battery ?? []),
  ];
}

const cellColumns: Columns<BatteryMetrics> = {
  cell: battery => battery.cell,
  basis: battery => battery.basis,
  'capacity mAh': battery => battery.capacityMah,
  days: battery => battery.lifeDays,
  'at least': battery => battery.lowDays,
  'at most': battery => battery.highDays,
  'limited by': battery => battery.limitedBy,
  'mean mA': battery => battery.meanMa,
  'period s': ({ periodUs }) => (periodUs === undefined ? undefined : periodUs / 1e6),
  'peak mA': battery => battery.peakMa,
};
