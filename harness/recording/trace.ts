/**
 * A trace: what a meter measured, one sample after the other. In a recording's folder it is three files, each written as it comes:
 * `trace.f32` (float32, little-endian, one a sample), `trace.json` (these facts) and `trace-events.jsonl` (what else was seen, by sample).
 * A sample that was lost or that no meter can have meant is NaN, so that a sample's index is its time.
 */
export interface TraceFacts {
  readonly tickmark: 1;
  /** `current`: mA at the instant, or its mean over the sample. `energy`: µJ that went over the sample. */
  readonly quantity: 'current' | 'energy';
  readonly unit: 'mA' | 'µJ';
  readonly rateHz: number;
  /** When the first sample was taken, by the host's clock: since the recording began, and as a date. Absent where a file does not tell. */
  readonly startMs?: number;
  readonly startedAt?: string;
  readonly meter: MeterFacts;
  /** What the DUT was supplied with while this was measured; absent where nobody knows, and then there is no energy of a current. */
  readonly supplyMv?: number;
  /** How far a supply that was measured strayed from that. */
  readonly supplySpreadMv?: number;
  /** Of the meter's lines, the one that marks windows: changes of the others are not kept. Absent: those of all are. */
  readonly marker?: string;
  /** Of a file that was imported: what it is, and its name. */
  readonly from?: { readonly format: string; readonly file: string };
}

/** Which instrument, and what its figures are worth. */
export interface MeterFacts {
  /** `ppk2`, `lpm01a`, `joulescope`, … */
  readonly kind: string;
  /** As people call it. */
  readonly title: string;
  readonly serial?: string;
  readonly firmware?: string;
  /** Whether it supplied the DUT, or was in its supply. */
  readonly mode?: 'source' | 'ampere';
  /** By what the raw readings became these values. */
  readonly calibration?: Readonly<Record<string, number | string>>;
  /** Absent where nobody has said: then figures have no interval, and say so. */
  readonly accuracy?: Accuracy;
  /** Readings from here on are saturated. */
  readonly mostMa?: number;
  /** Digital inputs sampled with the current, bit 0 first. */
  readonly lines: readonly string[];
}

/** A reading r in mA is true within ± (r × percent / 100 + offsetMa). */
export interface Accuracy {
  readonly percent: number;
  readonly offsetMa: number;
  /** The datasheet and its table, or the suite's or board's own word. */
  readonly of: string;
}

/** Something that belongs to a place in a trace. `sample` counts from 0. */
export type TraceEvent =
  /** From this sample on the digital inputs have these levels, bit 0 first. The first such event is of sample 0. */
  | { readonly kind: 'levels'; readonly sample: number; readonly levels: number }
  /** So many samples from here on were lost, and are NaN; more may have been where `isLeast`. They were missing somewhere in the `within` before. */
  | {
      readonly kind: 'gap';
      readonly sample: number;
      readonly samples: number;
      readonly isLeast?: true;
      readonly within?: number;
    }
  /** So many from here on were nothing that the meter can measure, and are NaN. */
  | { readonly kind: 'impossible'; readonly sample: number; readonly samples: number; readonly what: string }
  /** So many from here on were at the end of the meter's range. Their values stand. */
  | { readonly kind: 'saturated'; readonly sample: number; readonly samples: number }
  /** The host had got all samples before this one, by its clock since the recording began. */
  | { readonly kind: 'anchor'; readonly sample: number; readonly hostMs: number }
  /** The meter's own mark of an edge, where it samples no inputs. */
  | { readonly kind: 'edge'; readonly sample: number; readonly line: string; readonly inferences?: number }
  /** The DUT's supply was switched by then. */
  | { readonly kind: 'supply'; readonly sample: number; readonly isOn: boolean }
  /** More events than can be kept befell so many samples from here on: so many were left out. What was lost there is NaN all the same. */
  | { readonly kind: 'crowded'; readonly sample: number; readonly samples: number; readonly events: number }
  /** The meter said something that a person should know. */
  | { readonly kind: 'note'; readonly sample: number; readonly text: string };

/** The names of a trace's files in a recording's folder. */
export const traceFiles = { samples: 'trace.f32', facts: 'trace.json', events: 'trace-events.jsonl' } as const;

/** A stretch of what a meter or a file says. A driver reports what is missing or impossible; it never makes a value up. */
export type Reading =
  /** `values` in the stream's unit; `levels` of the digital inputs with each. The reader may keep neither. */
  | { readonly kind: 'samples'; readonly values: Float32Array; readonly levels?: Uint8Array }
  /** So many samples are missing here, or somewhere in the `within` samples before; more may be where `isLeast`. */
  | { readonly kind: 'gap'; readonly samples: number; readonly isLeast?: true; readonly within?: number }
  /** So many samples came here that say nothing the meter can measure. */
  | { readonly kind: 'impossible'; readonly samples: number; readonly what: string }
  /** So many of the samples just before were at the end of the meter's range. */
  | { readonly kind: 'saturated'; readonly samples: number }
  /** `inferences`: how many there are in the window that begins here, where somebody has said. */
  | { readonly kind: 'edge'; readonly line: string; readonly inferences?: number }
  | { readonly kind: 'note'; readonly text: string };
