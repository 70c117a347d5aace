import type { Basis, Unit } from '../units.ts';

/** What was seen of one case: enough to judge it again with no target. `samples.jsonl` holds the samples, `wire.jsonl` the raw bytes. */
export interface Recording {
  readonly manifest: Manifest;
  readonly samples: readonly Sample[];
}

export interface Manifest {
  readonly tickmark: 1;
  readonly suite: string;
  readonly target: string;
  readonly basis: Basis;
  /** Absent on silicon. */
  readonly emulator?: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  /**
   * `failed` names the firmware's fault (it crashed, it refuses the model), `broken` the rig's, `skipped` why nothing was tried.
   * What was sampled before still stands.
   */
  readonly outcome:
    | { readonly status: 'complete' }
    | { readonly status: 'failed' | 'broken' | 'skipped'; readonly reason: string };
  /** Absent, as `vectors` is, where the suite knows none: of firmware that only prints. */
  readonly model?: { readonly sha256: string; readonly bytes: number };
  /** SHA-256 over the input bytes of all vectors, as the DUT gets them. */
  readonly vectors?: { readonly count: number; readonly sha256: string };
  /** Flash: bytes the image loads without the model; RAM: its static data, arena and stack included. */
  readonly image?: {
    readonly file: string;
    /** Whether it is the user's own; absent in older recordings, which are of the reference firmware. */
    readonly isOwn?: boolean;
    /** Whether the model is part of it: none was loaded, and `flashBytes` has it already. Absent: no. */
    readonly carriesModel?: boolean;
    readonly sha256: string;
    readonly flashBytes: number;
    readonly ramBytes: number;
    /** What its symbols say is set aside; absent where none does. */
    readonly arenaReservedBytes?: number;
    readonly stackReservedBytes?: number;
  };
  readonly dut?: {
    readonly protocol: string;
    readonly buildId: string;
    readonly board: string;
    readonly unit: string;
    readonly runtime: string;
    readonly tickSource: string;
    readonly tickHz: number;
    /** Whether it drives a pin in each window; absent in older recordings, and of agents that do not say. */
    readonly marksWindows?: boolean;
  };
  /** Of MLPerf Tiny firmware, which has no build id and tells no more: in place of `dut`. */
  readonly mlperf?: {
    readonly vendor: string;
    readonly profile: string;
    readonly modelId: string;
    readonly timestamps: 'performance' | 'energy';
    /** The least that a window had to last, by the suite. */
    readonly windowMs: number;
  };
  /** The way that model and tensors took into the DUT; absent in older recordings, and for a model that the image carries. */
  readonly carried?: { readonly model?: 'memory' | 'uart'; readonly tensors?: 'memory' | 'uart' };
  readonly emulation?: { readonly instructions: number; readonly busyMs: number };
  /** The board of silicon that it was, and how it is known that the image runs on it. */
  readonly board?: {
    /** The port's own name, whatever the system calls it today, and what it was called. */
    readonly port: string;
    readonly path: string;
    readonly flasher?: string;
    readonly proof?: string;
  };
  /** A trace that was imported: nothing was heard of the DUT itself, and it is judged by the trace alone. */
  readonly isCapture?: true;
  /** Attempts before this one, which broke; each is in a folder of this recording: `attempt-1`. */
  readonly attempts?: readonly Attempt[];
}

/** A measurement that was given up, and made again from the start. */
export interface Attempt {
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly reason: string;
}

/** One thing seen. `output` is base64 of all output tensors' bytes; ticks are of the DUT's timer. */
export type Sample =
  | {
      readonly kind: 'inference';
      readonly boot: number;
      readonly vector: number;
      /** Absent where the next inputs came while it ran, or may have: what was counted then is no figure. */
      readonly ticks?: number;
      readonly output: string;
      /** Bytes from the host arrived in the window, or may have: the ticks may be too many. */
      readonly isDisturbed?: true;
    }
  /** The same input `runs` times in one window, then twice as often in another: a timer that counts shows twice the ticks. */
  | {
      readonly kind: 'scaling';
      readonly boot: number;
      readonly runs: number;
      readonly ticks: number;
      readonly doubledTicks: number;
      /** Instructions that the emulator executed for each of the two, what it takes to ask included. Absent where nobody counts them. */
      readonly executed?: number;
      readonly doubledExecuted?: number;
      /** As in an inference, in one of the two windows, which were taken three times. */
      readonly isDisturbed?: true;
    }
  | {
      readonly kind: 'operators';
      readonly boot: number;
      readonly vector: number;
      readonly ticks: readonly number[];
      /** As in an inference, in a window that was taken three times. */
      readonly isDisturbed?: true;
    }
  /** What was used, and what the DUT says is set aside; the latter is 0 where it cannot tell, and absent in older recordings. */
  | {
      readonly kind: 'memory';
      readonly boot: number;
      readonly arenaBytes: number;
      readonly stackBytes: number;
      readonly arenaReservedBytes?: number;
      readonly stackReservedBytes?: number;
    }
  /** What the link did to frames in one boot; as much as is known of it when the session broke. */
  | {
      readonly kind: 'link';
      readonly boot: number;
      /** Requests, each counted once, and how often one was sent again. */
      readonly requests: number;
      readonly repeats: number;
      /** Damaged frames: those that the host heard, and those that the DUT dropped. The latter is absent when it was not asked. */
      readonly damagedFrames: number;
      readonly droppedFrames?: number;
      /** Requests or answers that vanished: those that the DUT dropped are among them. */
      readonly lostFrames: number;
      /** The least data that frames were made to carry. */
      readonly leastDataBytes: number;
    }
  | PrintedSample
  | WindowSample
  | RigSample
  | MarkSample
  | UplinkSample
  | TrialInference
  | TrialSample
  | LogSample;

/** Something that a log said. `line` counts its lines from 1, `boot` how often the firmware began anew. Values are in `unit`, a base unit. */
export type LogSample =
  | {
      readonly kind: 'metric';
      readonly boot: number;
      readonly name: string;
      readonly value: number;
      readonly unit: Unit;
      readonly line: number;
    }
  /** Those of a name that are too many to be kept one by one. */
  | {
      readonly kind: 'metric-rest';
      readonly boot: number;
      readonly name: string;
      readonly unit: Unit;
      readonly count: number;
      readonly min: number;
      readonly max: number;
      readonly sum: number;
      readonly last: number;
    }
  | {
      readonly kind: 'profile';
      readonly boot: number;
      readonly operators: readonly { readonly name: string; readonly ticks: number }[];
      readonly line: number;
    }
  | {
      readonly kind: 'scores';
      readonly boot: number;
      readonly scores: readonly (readonly [label: string, score: number])[];
      readonly line: number;
    }
  | {
      readonly kind: 'fact';
      readonly boot: number;
      readonly name: string;
      readonly text: string;
      readonly line: number;
    }
  /** A line that must not be there, or one that is counted. */
  | {
      readonly kind: 'alarm';
      readonly boot: number;
      readonly alarm: 'fail' | 'warning';
      readonly pattern: string;
      readonly text: string;
      readonly line: number;
    }
  /** The dump of the first lies in crash.txt. */
  | {
      readonly kind: 'crash';
      readonly boot: number;
      readonly what: string;
      readonly lines: number;
      readonly line: number;
    }
  /** What came in all. */
  | {
      readonly kind: 'log';
      readonly boot: number;
      readonly lines: number;
      readonly bytes: number;
      readonly unprintable: number;
      /** Findings that were left out since there are too many of their kind: names, profiles, alarms. */
      readonly leftOut: number;
    };

/** What was done to a board besides talking to it, and whether it then answered as it should. */
export interface RigSample {
  readonly kind: 'rig';
  readonly boot: number;
  /**
   * found: its port was opened. verify: the image was compared with the flash. soft: the firmware was asked to reset. lines: DTR and RTS.
   * meter: the trace began, or, where it has not worked, ended before its time.
   */
  readonly step: 'found' | 'verify' | 'flash' | 'soft' | 'lines' | 'probe' | 'power' | 'meter';
  readonly worked: boolean;
  /** What it took by itself, without the answer after it. */
  readonly ms: number;
  /** With what, or why it has not worked. */
  readonly detail: string;
}

/**
 * When the host asked for something that a meter has to show, and when it had heard that it was done: its clock since the recording began. The
 * window lies between the two. `inference`: the sample of the same boot and vector. `window`: that with as many runs. `idle`: nothing was asked.
 */
export interface MarkSample {
  readonly kind: 'mark';
  readonly boot: number;
  readonly purpose: 'warmup' | 'scaling' | 'inference' | 'window' | 'period' | 'profile' | 'idle';
  readonly vector: number;
  readonly runs: number;
  readonly sentMs: number;
  readonly heardMs: number;
  /** What the DUT counted, of windows that no other sample has. */
  readonly ticks?: number;
  /** Base64 of the output, of those. */
  readonly output?: string;
  /** Inferences before it, of the same request, that the window does not have. */
  readonly warmups?: number;
  /** The pin that marks windows goes up and down in it once. Absent: the firmware pulses it at both ends, as a build for energy of MLPerf Tiny. */
  readonly isPulse?: boolean;
}

/** Bytes that the firmware sent on its telemetry channel while it inferred so many inputs. */
export interface UplinkSample {
  readonly kind: 'uplink';
  readonly boot: number;
  readonly inputs: number;
  readonly bytes: number;
  readonly messages: number;
}

/** What MLPerf Tiny firmware printed for one input that it inferred once: the values as text. */
export interface PrintedSample {
  readonly kind: 'printed';
  readonly boot: number;
  readonly vector: number;
  readonly results: readonly string[];
  /** Its clock in µs (modulo 2^32) before and after, what it printed in between included. Absent in a build for energy. */
  readonly lap0Us?: number;
  readonly lap1Us?: number;
}

/** Timed inferences of one input by MLPerf Tiny firmware. `scaling`: one of a pair, the second of twice the iterations. */
export interface WindowSample {
  readonly kind: 'window';
  readonly boot: number;
  readonly purpose: 'scaling' | 'measured';
  readonly vector: number;
  readonly iterations: number;
  readonly warmups: number;
  /** Its clock in µs (modulo 2^32) before and after, the printing of the first included. */
  readonly lap0Us: number;
  readonly lap1Us: number;
  /** Between hearing the two, by the host's clock. */
  readonly hostUs: number;
  readonly results: readonly string[];
}

/** An output that was taken for right while a fault was on demand. `trial` counts them from 0. */
export interface TrialInference {
  readonly kind: 'trial-inference';
  readonly trial: number;
  readonly vector: number;
  readonly output: string;
}

/** One fault on demand, after all that was answered in it. */
export interface TrialSample {
  readonly kind: 'trial';
  readonly trial: number;
  /** What was to be done, as the suite had it. */
  readonly injection: { readonly kind: string } & Readonly<Record<string, string | number>>;
  /** How many vectors were to be answered. */
  readonly vectors: number;
  /** How often it was done: bytes, bits, cuts of the power. */
  readonly injected: number;
  /** How many bytes it could have befallen, where it befalls bytes. */
  readonly bytes?: number;
  /** What showed that something was wrong, a clause each. */
  readonly signs: readonly string[];
  /** `complete`: every vector was answered, after whatever repair. `skipped`: this target cannot be done that to. */
  readonly end:
    | { readonly status: 'complete' }
    | { readonly status: 'failed' | 'broken' | 'skipped'; readonly reason: string };
  readonly durationMs: number;
}
