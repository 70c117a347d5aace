import type { Link } from '../target/port.ts';
import type { LogReader } from './log/log.ts';
import type { LogPatterns } from './log/user.ts';

export type { Finding } from './log/finding.ts';
export type { Seen } from './log/line.ts';
export type { LogPiece, LogReader } from './log/log.ts';

/** Who answered. `buildId` is the image's GNU build id in hex; `unit` is empty where the chip cannot tell. */
export interface DutIdentity {
  readonly protocol: string;
  readonly buildId: string;
  readonly board: string;
  readonly unit: string;
  readonly runtime: string;
  readonly tickSource: string;
  readonly tickHz: number;
  /** Why the chip booted: power-on, brown-out, pin, watchdog, software; absent where the firmware cannot tell. */
  readonly resetCause?: string;
  /** Whether a pin is active in each window, for a meter; absent where the agent is too old to say. */
  readonly marksWindows?: boolean;
}

/** A model accepted by the runtime. Input and output bytes are those of all tensors, end to end. */
export interface PreparedModel {
  readonly arenaBytes: number;
  readonly inputBytes: number;
  readonly outputBytes: number;
  readonly operators: number;
}

/** One measured window: `repeat` inferences of one input. `ticks` is the whole window. */
export interface Inference {
  readonly ticks: number;
  readonly output: Uint8Array;
  /** Bytes from the host arrived in the window, or may have where the DUT cannot tell: `ticks` may be too many. */
  readonly isDisturbed?: true;
}

export interface DutStats {
  readonly stackBytes: number;
  readonly stackReservedBytes: number;
  readonly arenaBytes: number;
  readonly arenaReservedBytes: number;
  readonly droppedFrames: number;
  /** What the application sent on its telemetry channel since PREPARE; absent where it has none, or the agent knows of none. */
  readonly uplink?: { readonly messages: number; readonly bytes: number };
}

/** What the link did to frames so far. All of it was repaired, as long as the session goes on. */
export interface LinkUse {
  /** Requests, each counted once, and how often one was sent again. */
  readonly requests: number;
  readonly repeats: number;
  /** Answers that arrived damaged. */
  readonly damagedFrames: number;
  /** Requests or answers that vanished. */
  readonly lostFrames: number;
  /** The least data that frames were made to carry, because of the others. */
  readonly leastDataBytes: number;
}

/** A request that the DUT has not answered: how often it was sent, and since when. */
export interface Waiting {
  readonly request: string;
  readonly sendings: number;
  readonly ms: number;
}

/** How bulk data got into the DUT: by the back door, or as frames over the link. */
export type Way = 'memory' | 'uart';

/** The way that each took last; absent while nothing of it was sent. */
export interface Carried {
  readonly model?: Way;
  readonly tensors?: Way;
}

/** How a window is asked for. */
export interface InferOptions {
  /** @default 1 */
  readonly repeat?: number;
  /** @default false */
  readonly profile?: boolean;
  /** It was inferred last, and is not sent again where the DUT still has it: then nothing but the request comes before the window. @default false */
  readonly isThere?: boolean;
  /** Told right before the request for the window is sent, and when its answer has come: the window lies between the two. */
  readonly onAsk?: () => void;
  readonly onAnswer?: () => void;
}

/** A DUT that has introduced itself. Every call rejects with ProtocolError or TargetError, or when the connection's signal aborts. */
export interface Dut {
  readonly identity: DutIdentity;
  /** Puts the `.tflite` bytes where the runtime reads them. */
  load(model: Uint8Array): Promise<void>;
  /** Where the model lies in the DUT's memory; undefined where no back door reaches it. */
  modelAddress(): Promise<number | undefined>;
  /** SHA-256 of nonce ‖ the model bytes as they lie in the DUT, computed by the DUT. `nonce` has 16 bytes. */
  proveModel(modelBytes: number, nonce: Uint8Array): Promise<Uint8Array>;
  prepare(modelBytes: number): Promise<PreparedModel>;
  infer(input: Uint8Array, options?: InferOptions): Promise<Inference>;
  /**
   * The outputs of many inputs in their order, one inference each, with no ticks: where there is no back door and the DUT can, the next
   * inputs are sent while it computes. To be read to its end before anything else is asked.
   */
  inferAll(inputs: readonly Uint8Array[]): AsyncIterable<Uint8Array>;
  /** Ticks of each operator in the last profiled inference [operators]. */
  operatorTicks(): Promise<readonly number[]>;
  stats(): Promise<DutStats>;
  /** Has the firmware restart the chip. The session is over with it: connect again. Rejects where the firmware has no such thing. */
  reset(): Promise<void>;
  linkUse(): LinkUse;
  carried(): Carried;
  /** What is outstanding, also after a call has rejected. */
  waiting(): Waiting | undefined;
}

/** How host and DUT talk, by kind. */
export type Protocol = AgentProtocol | MlperfProtocol | LogProtocol;

/** With firmware that only prints: nothing is sent. */
export interface LogProtocol {
  readonly kind: 'log';
  /** Throws InputError for a pattern that is none. */
  read(patterns: LogPatterns): LogReader;
}

/** With firmware that has the agent in it. */
export interface AgentProtocol {
  readonly kind: 'tickmark';
  /** Waits for the DUT to be ready and to introduce itself. */
  connect(link: Link, signal: AbortSignal): Promise<Dut>;
}

/** Who answered, of MLPerf Tiny firmware. It has no build id: its model's name and what a timestamp of it is are all it can tell. */
export interface MlperfIdentity {
  readonly vendor: string;
  readonly profile: string;
  /** `ad01`, `ic01`, `kws01`, `vww01`, or a name of its own. */
  readonly modelId: string;
  /** `performance`: it prints µs. `energy`: it pulses a pin for the power monitor, and prints none. */
  readonly timestamps: 'performance' | 'energy';
}

/** What is asked of MLPerf Tiny firmware: timed inferences of the input that was loaded last, after some that are not timed. */
export interface MlperfRequest {
  readonly iterations: number;
  readonly warmups: number;
  /** How many values the model's results have: fewer are a loss. */
  readonly results: number;
  /** Values that no digit can be lost of without notice: one digit before the point, no sign. */
  readonly isPlain: boolean;
}

/** The values as they were printed, and the clock around the timed inferences where the firmware prints it. */
export interface MlperfAnswer {
  readonly results: readonly string[];
  readonly laps?: Laps;
  /** From hearing that the timed inferences begin to hearing that they are done, by the host's clock. */
  readonly hostUs: number;
}

/** Two readings of the DUT's clock in µs, which wraps at 2^32, and the time between hearing them by the host's. */
export interface Laps {
  readonly lap0Us: number;
  readonly lap1Us: number;
  readonly hostUs: number;
}

/** MLPerf Tiny firmware that has introduced itself. Calls reject as those of Dut do. */
export interface MlperfDut {
  readonly identity: MlperfIdentity;
  /** Loads an input, so that what is in the DUT is what was given. */
  load(input: Uint8Array): Promise<void>;
  infer(request: MlperfRequest): Promise<MlperfAnswer>;
  linkUse(): LinkUse;
  waiting(): Waiting | undefined;
}

/** With firmware of the MLPerf Tiny benchmarks, in text. */
export interface MlperfProtocol {
  readonly kind: 'mlperf-tiny';
  /** Waits for the firmware to be ready, and asks who it is. */
  connect(link: Link, signal: AbortSignal): Promise<MlperfDut>;
}
