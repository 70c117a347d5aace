// Generated from board.schema.json by `npm run types`; edit the schema instead.

export type Slug = string;
export type Peripheral = string;
export type Size = string;
export type Frequency = string;

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
  target: Rp2040Js | Qemu | Renode | EspQemu | Serial;
  /**
   * What the board has.
   */
  memory: {
    flash: Size;
    ram: Size;
  };
  /**
   * The prebuilt reference firmware (ELF), relative to this file. A board without one runs the firmware that the suite names for it.
   */
  firmware?: string;
  /**
   * What the firmware speaks, unless the suite says otherwise. tickmark, as without it: the agent's frames. mlperf-tiny: the text protocol of MLPerf Tiny. log: it only prints.
   */
  protocol?: 'tickmark' | 'mlperf-tiny' | 'log';
  /**
   * The timer that the firmware reads, as its agent announces it: one of another name or rate is refused.
   */
  ticks?: {
    /**
     * Its name.
     */
    source: string;
    rate: Frequency;
  };
  /**
   * The name that the firmware has for this board, as its agent announces it: firmware that was built for another is refused. Without it, the build id alone tells.
   */
  announces?: string;
  /**
   * The chip's own serial number, as its agent announces it: of several boards of one type, which one this is. Best in boards.local.yaml.
   */
  unit?: string;
  /**
   * What writes an image into the board's flash.
   */
  flasher?: Openocd | ProbeRs | Esptool | StFlash | Jlink | DfuUtil | Uf2;
  /**
   * What is tried, in this order, when the board does not answer. soft: the firmware is asked to. lines: DTR and RTS. probe: the flasher's debug probe. power: off and on. Without it: each of them that the board has.
   *
   * @minItems 1
   */
  reset?: ['soft' | 'lines' | 'probe' | 'power', ...('soft' | 'lines' | 'probe' | 'power')[]];
  /**
   * What switches the board's power.
   */
  power?: Uhubctl | Command;
  /**
   * What the chip is supplied with.
   */
  supply?: string;
  /**
   * A serial adapter whose RX hears what the firmware sends to its radio, on a UART that is not the agent's: its bytes count for budgets.uplink, in place of what the firmware says.
   */
  telemetry?: {
    port: Port;
    /**
     * Bits a second.
     */
    baud?: number;
  };
  /**
   * Where a current meter goes, and, on a desk that has one, which it is.
   */
  meter?: {
    /**
     * The jumper or the cut in the supply.
     */
    at: string;
    /**
     * ppk2: Nordic Power Profiler Kit II. lpm01a: X-NUCLEO-LPM01A of ST.
     */
    kind?: 'ppk2' | 'lpm01a';
    port?: Port;
    /**
     * source: the meter supplies the chip, with `supply`, and can take its power away. ampere: it lies in a supply of `supply`.
     */
    mode?: 'source' | 'ampere';
    /**
     * The meter's digital input that the firmware's marker pin is wired to. Without it windows are placed by the serial line.
     */
    marker?: string;
    /**
     * The level of the marker in a window.
     */
    markerActive?: 'high' | 'low';
    /**
     * Samples a second, where the meter has several rates.
     */
    rate?: string;
    /**
     * What an lpm01a samples. current: at each instant. energy: what went over each sample, of which there is no peak. Without it: energy for firmware of MLPerf Tiny, whose rules want it, else current.
     */
    output?: 'current' | 'energy';
    /**
     * What this meter is good for, by whoever has held it against a better one; instead of its maker's figures. Measured currents get an interval of it.
     */
    accuracy?: {
      /**
       * Of the reading.
       */
      percent: string;
      /**
       * Whatever the reading; none unless it is given.
       */
      offset?: string;
      /**
       * Who has compared it, with what.
       */
      of: string;
    };
    /**
     * More than this asleep cannot be the chip: a debug probe is still on, or something else is fed.
     */
    idleAtMost?: string;
  };
  /**
   * Typical currents by state of the chip, as its datasheet has them.
   */
  currents?: {
    [k: string]: {
      /**
       * Typical, at 25 °C.
       */
      current: string;
      /**
       * Datasheet, revision and table, with the conditions.
       */
      of: string;
    };
  };
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
export interface Serial {
  /**
   * A real board, by a serial port: USB, a pseudo-terminal, or over the network.
   */
  kind: 'serial';
  port: Port;
  /**
   * Bits a second; 8 data bits, no parity. Without it: 115200.
   */
  baud?: number;
  /**
   * The port is not the board's own, but that of another board, which passes on to it what is said.
   */
  through?: {
    /**
     * MLPerf Tiny's interface board, enhanced (STM32H573I-DK), for firmware of MLPerf Tiny.
     */
    board: 'mlperf-interface';
    /**
     * Bits a second between the two, which it is set to. Without it: 9600, as builds for energy have it.
     */
    baud?: number;
  };
  /**
   * Whether the port is the chip's own USB, which vanishes with it. Without it: a bridge, which stays.
   */
  native?: boolean;
  /**
   * What DTR and RTS do. none, as without it: nothing. esp32: the two transistors of most ESP32 boards. esp32-usb-jtag: the chip's own USB-Serial-JTAG.
   */
  lines?: 'none' | 'esp32' | 'esp32-usb-jtag';
  /**
   * How long the firmware may take from a reset until it answers. Without it: 5 s.
   */
  bootTime?: string;
}
/**
 * Which port: all that is named must match, and exactly one may.
 */
export interface Port {
  /**
   * USB vendor and product, in hex.
   */
  usb?: string;
  /**
   * USB serial number: tells two boards of one type apart.
   */
  serial?: string;
  /**
   * USB path, from the root hub on: for serial numbers that are blank or cloned.
   */
  location?: string;
  /**
   * USB interface, of a board with several ports.
   */
  interface?: number;
  /**
   * The device itself, best below /dev/serial/by-id.
   */
  path?: string;
  /**
   * A port over the network: rfc2217://HOST:PORT, or tcp://HOST:PORT for raw bytes.
   */
  url?: string;
}
export interface Openocd {
  /**
   * OpenOCD 0.12 or newer: most debug probes, and the ST-LINK, J-Link or CMSIS-DAP on a board.
   */
  tool: 'openocd';
  /**
   * Its configuration files, as -f takes them: of its own scripts, or relative to this file.
   *
   * @minItems 1
   */
  config: [string, ...string[]];
  /**
   * The debug probe's serial number, where several are plugged in.
   */
  probe?: string;
  /**
   * Clock of the debug link.
   */
  speed?: string;
  /**
   * Whether the probe holds the reset pin while it connects: for firmware that sleeps or hangs. The pin has to be wired.
   */
  underReset?: boolean;
}
export interface ProbeRs {
  /**
   * probe-rs 0.25 or newer, with the debug probes that it knows.
   */
  tool: 'probe-rs';
  /**
   * The chip, by its name there.
   */
  chip: string;
  /**
   * VID:PID or VID:PID:SERIAL of the probe.
   */
  probe?: string;
  /**
   * Clock of the debug link.
   */
  speed?: string;
  /**
   * Whether the probe holds the reset pin while it connects: for firmware that sleeps or hangs. The pin has to be wired.
   */
  underReset?: boolean;
}
export interface Esptool {
  /**
   * Espressif's esptool 4 or 5, over the board's own port. What the build lists is written: flasher_args.json beside the ELF file, args, or merged.
   */
  tool: 'esptool';
  /**
   * The chip, by its name there.
   */
  chip?: string;
  /**
   * Bits a second while it writes. Without it: 460800.
   */
  baud?: number;
  /**
   * flasher_args.json of an ESP-IDF build, relative to this file: what goes where. Without it: the one beside the ELF file.
   */
  args?: string;
  /**
   * One binary of everything, from address 0 on, as `esptool merge_bin` writes it; relative to this file. In place of args.
   */
  merged?: string;
}
export interface StFlash {
  /**
   * st-flash of stlink-tools, for the ST-LINK of an STM32 board.
   */
  tool: 'st-flash';
  /**
   * The debug probe's serial number, where several are plugged in.
   */
  probe?: string;
  /**
   * Whether the probe holds the reset pin while it connects: for firmware that sleeps or hangs. The pin has to be wired.
   */
  underReset?: boolean;
}
export interface Jlink {
  /**
   * SEGGER's J-Link Commander.
   */
  tool: 'jlink';
  /**
   * The chip, by its name there.
   */
  device: string;
  /**
   * The debug probe's serial number, where several are plugged in.
   */
  probe?: string;
  /**
   * Without it: swd.
   */
  interface?: 'swd' | 'jtag';
  /**
   * Clock of the debug link.
   */
  speed?: string;
}
export interface DfuUtil {
  /**
   * dfu-util, for an STM32 that somebody has brought into its USB boot loader (DfuSe).
   */
  tool: 'dfu-util';
  /**
   * USB vendor and product of the boot loader.
   */
  usb: string;
  /**
   * Its serial number.
   */
  serial?: string;
  /**
   * The alternate setting that is the flash. Without it: 0.
   */
  alt?: number;
}
export interface Uf2 {
  /**
   * A copy onto the drive of a UF2 boot loader.
   */
  tool: 'uf2';
  /**
   * UF2 family id, in hex.
   */
  family: string;
  /**
   * Board-ID in the drive's INFO_UF2.TXT.
   */
  board?: string;
  /**
   * Where the drive is mounted; without it, it is looked for.
   */
  drive?: string;
}
export interface Uhubctl {
  /**
   * A USB hub that switches its ports, by uhubctl.
   */
  switch: 'uhubctl';
  /**
   * The hub's USB path.
   */
  hub: string;
  /**
   * Its port.
   */
  port: number;
}
export interface Command {
  /**
   * Programs of your own. No shell runs them.
   */
  switch: 'command';
  /**
   * Takes the power away: a program and its arguments.
   *
   * @minItems 1
   */
  off: [string, ...string[]];
  /**
   * Gives it back.
   *
   * @minItems 1
   */
  on: [string, ...string[]];
}
