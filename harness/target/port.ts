import type { Basis } from '../units.ts';

/** The DUT's memory by the back door: at once, without the DUT taking part. Addresses are the DUT's own. */
export interface Memory {
  /** Only for what the DUT takes in no other way: a flash that stands for what a programmer would have written. */
  readonly isLastResort?: boolean;
  /** Throws TargetError when the range is no memory of the DUT. */
  read(address: number, length: number): Promise<Uint8Array>;
  write(address: number, bytes: Uint8Array): Promise<void>;
}

/** What an emulator has executed since the link was opened, and the wall time it spent on it. */
export interface EmulationCounters {
  readonly instructions: number;
  readonly busyMs: number;
}

/** One powered, running DUT. Disposing stops it and frees the port or process; twice is harmless. */
export interface Link extends AsyncDisposable {
  /** What the DUT sends. Ends on disposal; throws TargetError when the DUT is lost, FirmwareFault when that is its own doing. One reader. */
  readonly bytes: AsyncIterable<Uint8Array>;
  write(bytes: Uint8Array): Promise<void>;
  readonly memory?: Memory;
  counters?(): Promise<EmulationCounters>;
  /** Resets the DUT as its reset pin does: it boots anew, and all memory keeps what it holds. `bytes` goes on. */
  reset?(): Promise<void>;
  /** Takes the power away and gives it back: the DUT boots anew with what its chips keep without power (flash), and no more. `bytes` goes on. */
  powerCycle?(): Promise<void>;
  /** Writes what helps to see why a case is not as it should be into a folder: a log, the core's state, more of a session that did not complete. Never rejects. */
  keepEvidence?(folder: string, of: { readonly isComplete: boolean }): Promise<void>;
}

/** A place firmware can run. Opening loads the image (an ELF file's path), boots it, and captures from the first byte. */
export interface Target {
  readonly name: string;
  readonly basis: Basis;
  /** Who executes the image, with its version: `rp2040js 1.4.1`. Absent on silicon. */
  readonly emulator?: string;
  open(imagePath: string, signal: AbortSignal): Promise<Link>;
}

/** A serial port that a board is on. `id` is the port's own, whatever the system calls it today: what a lock is named after. */
export interface FoundPort {
  readonly id: string;
  /** A device, or the URL. */
  readonly path: string;
  readonly usb?: {
    readonly vendorId: string;
    readonly productId: string;
    readonly serial?: string;
    readonly location?: string;
  };
}

/** A board of silicon. Opening it loads nothing: it runs what is in its flash. */
export interface SerialTarget extends Target {
  /** Opens nothing. Throws TargetError when no port is the board's, and when several are. */
  find(): Promise<FoundPort>;
  isPresent(): Promise<boolean>;
}
