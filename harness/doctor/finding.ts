/** One thing that `tickmark doctor` looked at. */
export interface Finding {
  /** What it belongs to: `harness`, `reports`, `emulators`, `firmware`, `boards`, `serial ports`. */
  readonly about: string;
  readonly name: string;
  /** found: as it should be. missing: not there, and only needed for what `detail` says. warning: there, and in the way. */
  readonly state: 'found' | 'missing' | 'warning';
  /** A version, a path, or what is wrong. */
  readonly detail: string;
  /** What to do about it, where there is something to do. */
  readonly fix?: string;
  /** Nothing runs without it. */
  readonly isNeeded?: boolean;
}
