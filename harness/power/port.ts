import type { MeterFacts } from '../recording/trace.ts';

/** A current meter. Opening finds its port, checks that it is what it should be, and measures nothing yet. Rejects with TargetError. */
export interface PowerMeter {
  readonly name: string;
  open(signal: AbortSignal): Promise<OpenMeter>;
}

/** A meter that is held by this process. Disposing stops it and gives its port back; twice is harmless. */
export interface OpenMeter extends AsyncDisposable {
  readonly facts: MeterFacts;
  /** What its values are, and how many a second. */
  readonly stream: {
    readonly quantity: 'current' | 'energy';
    readonly unit: 'mA' | 'µJ';
    readonly rateHz: number;
    readonly supplyMv?: number;
  };
  /** From `start` on, in order. Ends after `stop` and on disposal; throws TargetError when the meter is lost. One reader, which never waits long. */
  readonly readings: AsyncIterable<Reading>;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Gives the DUT its supply, or takes it away. Absent where the meter cannot, or is not the DUT's supply. */
  supply?(isOn: boolean): Promise<void>;
}

/** A stretch of what a meter or a file says. A driver reports what is missing or impossible; it never makes a value up. */
export type Reading =
  /** `values` in the stream's unit; `levels` of the digital inputs with each. The reader may keep neither. */
  | { readonly kind: 'samples'; readonly values: Float32Array; readonly levels?: Uint8Array }
  /** So many samples are missing here; more may be where `isLeast`. */
  | { readonly kind: 'gap'; readonly samples: number; readonly isLeast?: true }
  /** So many samples came here that say nothing the meter can measure. */
  | { readonly kind: 'impossible'; readonly samples: number; readonly what: string }
  /** So many of the samples just before were at the end of the meter's range. */
  | { readonly kind: 'saturated'; readonly samples: number }
  | { readonly kind: 'edge'; readonly line: string }
  | { readonly kind: 'note'; readonly text: string };
