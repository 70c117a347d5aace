import type { Flasher, PowerSwitch } from '../flash/port.ts';
import type { PowerMeter } from '../power/port.ts';
import type { Rung } from '../suite/board.ts';
import type { FoundPort, SerialTarget } from '../target/port.ts';

/** What can be done to a board besides talking to it. */
export interface Gear {
  readonly target: SerialTarget;
  readonly flasher?: Flasher;
  readonly power?: PowerSwitch;
  readonly meter?: MeterGear;
  /** The port that hears what the firmware sends to its radio. */
  readonly telemetry?: SerialTarget;
  /** Whether DTR and RTS can reset it: then every opening of its port does. */
  readonly hasLines: boolean;
  /** Whether its port is the chip's own USB, which is there while its firmware runs. @default false */
  readonly isNative?: boolean;
  /** What is tried when it does not answer, in this order. */
  readonly rungs: readonly Rung[];
  /** How long its firmware may take from a reset until it answers. */
  readonly bootMs: number;
}

/** The current meter of a board, through which it is supplied: nothing runs before it is on. */
export interface MeterGear {
  readonly meter: PowerMeter;
  /** What the DUT is supplied with, where the meter does not tell. */
  readonly supplyMv?: number;
  /** Of its lines, the one that sees the firmware's marker pin. */
  readonly marker?: string;
}

/** A board of silicon, from one case to the next: nobody else has it meanwhile. It has one case at a time. */
export interface Rig {
  /** As the case at hand describes it: suites may talk at rates of their own. */
  gear: Gear;
  readonly port: FoundPort;
  /** What is known to be in its flash. */
  holds?: Held;
  readonly meterPort?: FoundPort;
  /** What a debug probe that was attached may have left on in the chip goes with its power alone. Absent: nobody knows of any. */
  probe?: 'attached' | 'gone';
  /** Why nothing is tried with it any more: the first cause. */
  sick?: string;
  /** Whether what ended the last session may have been a fault of the rig that is over by now. */
  isWorthAgain?: boolean;
}

/** An image in a board's flash, and how that is known. */
export interface Held {
  readonly sha256: string;
  readonly proof: string;
}
