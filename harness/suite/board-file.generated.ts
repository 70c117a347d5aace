// Generated from board.schema.json by `npm run types`; edit the schema instead.

export type Slug = string;
export type Size = string;

/**
 * A Tickmark board: one place that firmware runs, emulated or real. Suites name it under `targets`.
 */
export interface BoardFile {
  /**
   * For editors: where this schema is.
   */
  $schema?: string;
  board: Slug;
  /**
   * The name that reports show.
   */
  title: string;
  /**
   * The chip.
   */
  mcu: string;
  /**
   * The processor core.
   */
  core: string;
  /**
   * The core's clock.
   */
  clock: string;
  /**
   * What a tick counts here. Only latency budgets of this basis are judged.
   */
  basis: 'silicon' | 'modelled-cycles' | 'instructions' | 'host';
  /**
   * What executes the firmware.
   */
  target: {
    /**
     * rp2040js: the RP2040 emulator that comes with Tickmark.
     */
    kind: 'rp2040js';
  };
  /**
   * What the board has.
   */
  memory: {
    flash: Size;
    ram: Size;
  };
  /**
   * The prebuilt reference firmware (ELF), relative to this file.
   */
  firmware: string;
}
