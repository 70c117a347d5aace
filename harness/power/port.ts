import type { MeterFacts, Reading } from '../recording/trace.ts';
import type { FoundPort } from '../target/port.ts';

/** A current meter. Opening finds its port, checks that it is what it should be, and measures nothing yet. Rejects with TargetError. */
export interface PowerMeter {
  readonly name: string;
  /** Opens nothing: whose port it is decides who may open it. Rejects with PortAbsent when none is its, with TargetError when several may be. */
  find(): Promise<FoundPort>;
  open(signal: AbortSignal): Promise<OpenMeter>;
}

/** A meter that is held by this process. Disposing stops it and gives its port back; the DUT's supply stays as it was left. Twice is harmless. */
export interface OpenMeter extends AsyncDisposable {
  readonly facts: MeterFacts;
  /** What its values are, and how many a second. */
  readonly stream: {
    readonly quantity: 'current' | 'energy';
    readonly unit: 'mA' | 'µJ';
    readonly rateHz: number;
    readonly supplyMv?: number;
  };
  /** From the last `start` on, in order. Ends after `stop` and on disposal; throws TargetError when the meter is lost. One reader, which never waits long. */
  readonly readings: AsyncIterable<Reading>;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Gives the DUT its supply, or takes it away. Absent where the meter cannot, or is not the DUT's supply. */
  supply?(isOn: boolean): Promise<void>;
}
