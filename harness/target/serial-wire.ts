/** What is on the other end of a wire's opening: it hears bytes from the first on, and how it ends. */
export interface Listener {
  onBytes(bytes: Uint8Array): void;
  /** Once, and never for a wire that was closed by us. */
  onLoss(lost: Error): void;
}

/** The two lines that a host drives. True is what the standards call on, which is low on the pin. */
export interface Lines {
  readonly dtr: boolean;
  readonly rts: boolean;
}

/** A serial line, whatever carries it. */
export interface Wire {
  /** Resolves when it is handed on; rejects with TargetError. */
  write(bytes: Uint8Array): Promise<void>;
  /** Moves both lines at once. Resolves with why they did not move, where they did not: never rejects. Absent where none can be. */
  setLines?(lines: Lines): Promise<string | undefined>;
  /** Drops what waits in the system or at the server, in both directions. Never rejects. Absent where nothing waits. */
  purge?(): Promise<void>;
  /** A wire that is paused takes nothing off the line: what is beyond waits there, or is held up by flow control. */
  pause(): void;
  resume(): void;
  /** Frees it. Twice is harmless. */
  close(): Promise<void>;
}

/** How a wire is to be opened. */
export interface WireOptions {
  /** Bits a second, 8 data bits, no parity, 1 stop bit. */
  readonly baud: number;
  /** The board, for errors. */
  readonly where: string;
  /**
   * Bytes come without end and nothing waits for one of them: a device of this machine is read by a thread of its own, which gathers them.
   * @default false
   */
  readonly isStream?: boolean;
}
