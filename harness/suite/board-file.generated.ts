// Generated from board.schema.json by `npm run types`; edit the schema instead.

export type Slug = string;
export type Peripheral = string;
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
   * The core's clock. On emulators that count instructions, how many make a second of virtual time: on QEMU 1 GHz divided by a power of two, on Renode a whole number of MHz.
   */
  clock: string;
  /**
   * What a tick counts here. Only latency budgets of this basis are judged.
   */
  basis: 'silicon' | 'modelled-cycles' | 'instructions' | 'host';
  /**
   * What executes the firmware.
   */
  target: Rp2040Js | Qemu | Renode | EspQemu;
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
export interface Rp2040Js {
  /**
   * The RP2040 emulator that comes with Tickmark.
   */
  kind: 'rp2040js';
}
export interface Qemu {
  /**
   * QEMU, as the system's packages have it: qemu-system-arm, qemu-system-riscv32.
   */
  kind: 'qemu';
  /**
   * The machine, by QEMU's name: those that the reference firmware has a port for. mps2-an385 is a Cortex-M3, mps2-an386 a Cortex-M4, mps2-an500 a Cortex-M7, mps2-an505 a Cortex-M33, mps3-an547 a Cortex-M55; netduinoplus2 is an STM32F405 with a Cortex-M4; rv32 is the machine virt with an RV32IMC core.
   */
  machine: 'mps2-an385' | 'mps2-an386' | 'mps2-an500' | 'mps2-an505' | 'mps3-an547' | 'netduinoplus2' | 'rv32';
}
export interface Renode {
  /**
   * Renode, from PATH or where RENODE_PATH says.
   */
  kind: 'renode';
  /**
   * The platform description (.repl), relative to this file.
   */
  platform: string;
  uart: Peripheral;
  cpu?: Peripheral;
  /**
   * Models in C# (.cs) that the platform needs, relative to this file. Renode compiles them at each start, which takes seconds.
   *
   * @minItems 1
   */
  include?: [string, ...string[]];
  /**
   * virtual, as without it: time passes in slices that are the same in every run, and so are instructions and ticks. host: time passes as on the host's clock, for firmware that others talk to as well; instructions and ticks then differ from run to run.
   */
  time?: 'virtual' | 'host';
}
export interface EspQemu {
  /**
   * Espressif's fork of QEMU, for ESP-IDF applications: from the folder in TICKMARK_ESP_QEMU, or from PATH. Untried: nobody has run it yet.
   */
  kind: 'esp-qemu';
  /**
   * The chip.
   */
  machine: 'esp32' | 'esp32c3';
  /**
   * The whole flash, of 2, 4, 8 or 16 MiB, as `esptool.py merge_bin --fill-flash-size` writes it, relative to this file. Of the application whose ELF file is the firmware.
   */
  flash: string;
}
