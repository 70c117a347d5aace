/** A debug probe, as USB tells of it. */
export interface ProbeId {
  readonly kind: 'st-link' | 'j-link' | 'cmsis-dap';
  /** Four digits in hex. */
  readonly vendorId: string;
  readonly productId: string;
  readonly serial: string;
}

/** What a tool is given besides its work. */
export interface ToolIo {
  /** The board's serial port, for tools that talk over it; nobody else has it open then. */
  readonly portPath?: string;
  /** The debug probe that this port is a side of, for tools whose options name none: the first that they find may be another board's. */
  readonly probe?: ProbeId;
  /** Whether the chip's own USB port is there: it runs firmware then, not its boot loader. Absent where its port is a bridge's. */
  isRunning?(): Promise<boolean>;
  /** Takes each line that the tool prints. */
  log(line: string): void;
}

/** Writes images into a board's flash, as a child process that is given an argument array. All reject with TargetError. */
export interface Flasher {
  readonly name: string;
  /** Whether it talks over the board's serial port, which has to be closed meanwhile. */
  readonly needsPort: boolean;
  /** It talks to the chip's own boot loader: no debug probe is attached. @default false */
  readonly isBootLoader?: boolean;
  /** Why it cannot be run on this machine, and how to get it. */
  missing(): Promise<string | undefined>;
  /** Writes an ELF file's segments; the board runs them afterwards. */
  flash(imagePath: string, io: ToolIo, signal: AbortSignal): Promise<void>;
  /** Resets the board by the debug probe. */
  reset?(io: ToolIo, signal: AbortSignal): Promise<void>;
  /** Whether the flash holds the image. */
  verify?(imagePath: string, io: ToolIo, signal: AbortSignal): Promise<boolean>;
}

/** Takes a board's power away and gives it back. Whether it really dropped is for others to see. All reject with TargetError. */
export interface PowerSwitch {
  readonly name: string;
  /** It is the chip's own supply: a bridge beside it keeps its port. @default false */
  readonly isChipOnly?: boolean;
  missing(): Promise<string | undefined>;
  off(io: ToolIo, signal: AbortSignal): Promise<void>;
  on(io: ToolIo, signal: AbortSignal): Promise<void>;
}
