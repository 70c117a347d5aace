/** What `tickmark check --json` gives; texts of the help are here, so that `--help` loads nothing else. */
export const checkJsonHelp = `
--json gives one object; a later version may add fields and takes none away. Exit code 2 when there are faults:
  tickmark    1, the version of this form
  sound       whether there is no fault
  suites      what was read, when all is sound: suite (its name), file, targets
  notes       what may be meant and may not, when all is sound: file, message
  faults      by file and line, the first 200: file, line and column (1-based; null where the whole file is meant), message`;

/** What `tickmark list --json` gives. */
export const listJsonHelp = `
--json gives one object; a later version may add fields and takes none away:
  tickmark           1, the version of this form
  cases              cheapest first:
    suite, target    names of the case; file is the suite's
    basis            what a tick counts there: silicon, modelled-cycles, instructions or host
    vectors, macs    vectors, and multiply-accumulates over all of them
    firmware         path of what runs there; isOwn: not the reference firmware
    protocol         what that speaks: tickmark, mlperf-tiny or log
    missing          why the target cannot be run on this machine, or null`;

/** What `tickmark model --json` gives. */
export const modelJsonHelp = `
--json gives one object; a later version may add fields and takes none away:
  tickmark              1, the version of this form
  description           what the converter wrote into the file
  fileBytes             size of the file
  weightBytes           bytes of all constants: weights, biases, shapes
  weightElements        weights: constants of rank 2 and more; zeroWeights of them are a real 0
  macs                  multiply-accumulates of one inference
  arenaEstimateBytes    an estimate for TFLM's reference kernels on a Cortex-M, not a measurement
  inputs, outputs       tensors: index, name, type, shape, and where quantized scales and zeroPoints (one, or one a channel)
  operators             in order: index, name, version, inputs, constants, outputs (tensors), macs, weightBytes,
                        weightElements, zeroWeights
  float                 with --float: fileBytes and weightBytes of the twin; fileShare and weightShare, 0.26 for 26 % of it`;

/** What `tickmark image --json` gives. */
export const imageJsonHelp = `
--json gives one object; a later version may add fields and takes none away:
  tickmark              1, the version of this form
  file, sha256          of the ELF file
  core, buildId         what it is built for; the GNU build id in hexadecimal, or null
  flashBytes, ramBytes  what it takes of the chip
  arena, stack          the symbols that reserve them, and how many bytes; null where none is known
  models                each .tflite in it: place (for people), address, symbol, bytes and sha256 (these three null where no
                        symbol tells), operators (how many), macs; with --model: is (the same), comparison (for people)
  sections              what is loaded: name, address, bytes, use (flash, RAM, flash and RAM)`;

/** What `tickmark init --json` gives. */
export const initJsonHelp = `
Nothing that is there already is touched. A suite in suites/NAME/ gets suite.yaml, inputs, and the model when only firmware has it.

--json gives one object; a later version may add fields and takes none away:
  tickmark      1, the version of this form
  models        the .tflite files found: path, sha256
  images        the linked firmware found: path, hasAgent, models (how many are in it)
  unreadable    files that look like one of these and are none, each with why
  isWhole       whether the search came to its end: it stops after 100,000 files
  passedOver    models that get no suite: model, why
  suites        what was written: name, model, files`;

/** What `tickmark doctor --json` gives. */
export const doctorJsonHelp = `
--json gives one object; a later version may add fields and takes none away. Exit code 3 when nothing can run as it is:
  tickmark    1, the version of this form
  isFit       whether what nothing runs without is there
  findings    about (what it belongs to), name, state (found, missing, warning), detail, fix (what to do, where there is something),
              isNeeded (nothing runs without it)`;

/** What `tickmark boards --json` gives. */
export const boardsJsonHelp = `
Nothing is opened, so no board is reset by it.

--json gives one object; a later version may add fields and takes none away:
  tickmark    1, the version of this form
  ports       the USB serial ports: path, usb (id, serial, product, location, interface), byId (where udev keeps a link),
              boards (names of the board files that mean it), heldBy (pid and name of programs that have it open),
              access (how this user comes to use it, or null), target (for a board file: means this port alone)
  absent      boards whose port is not plugged in: name, port
  fault       why the board files could not be read, or null`;

/** How `tickmark completion` is used. */
export const completionHelp = `
In ~/.bashrc:                    source <(tickmark completion bash)
In ~/.zshrc, after compinit:     source <(tickmark completion zsh)
In ~/.config/fish/config.fish:   tickmark completion fish | source`;

/** What `tickmark import` reads, and what its `--json` gives. */
export const importJsonHelp = `
Of ticks, without a suite: exit code 0 when figures were found, 1 when a line says that something failed, 3 when nothing was found.

Of power FILE is told by its content: CSV or .ppk2 of the Power Profiler (PPK2), CSV or JLS v2 of a Joulescope, CSV of Otii, what an LPM01A has
sent, trace1-energy.bin of EEMBC's runner, or any other CSV whose columns have names with units, or are declared:
  --column current=2:mA --column time=1:s     roles: time, current or energy or power, voltage; a column by name, or by number from 1
  --columns FILE                              the same, and lines, rate, delimiter, decimal, header: harness/suite/columns.schema.json
Where the DUT inferred (--windows; without it all is one window, or by a suite the board's marker wire):
  D0   D0:low   D0:pulse                      while that digital input is high; low; from each pulse of it to the next
  0.5s..620ms                                 by the file's own times; once a window
  times.csv   times.json                      start,stop[,inferences] in s or with units in the header; EEMBC's trace1-timestamps.json
  whole                                       all of it
Without a suite: exit code 3 when samples are lost or impossible where figures are of.

--json gives one object; a later version may add fields and takes none away:
  tickmark                      1, the version of this form
  exitCode                      what the command ends with
  with a suite:
    run, cases                  the run's folder, and its cases as in results.json
  of power, without one:
    facts                       quantity, unit, rateHz, meter, supplyMv where it is known, from
    samples, whole, windows     how many, and figures: first, end (samples), durationUs, meanMa, p50Ma, p99Ma, peakMa, chargeUc, energyUj;
                                inferences of each window
    faults, doubts, notes       why figures may not be believed; what to know; what the file or its reader said, by sample
  of ticks, without one:
    lines, bytes                how much came
    figures                     name, unit, count, min, median, p90, p99, max, mean, last, sum
    facts                       who runs, as the log says, by name
    failures, warnings          line and text of each; crashes: line, what, lines
    leftOut                     findings that are too many to be kept`;

/** What `tickmark export mlperf` wants to know. */
export const exportHelp = `
The file of --facts has what only you know of the system, "" where there is nothing; its word goes before the board file's:
  Accelerator: ""
  Accelerator(s) Frequencies: ""
  Accelerator memory type and capacity: ""
  Hardware Notes: ""
  Inference Framework: TFLM
  Software Libraries: CMSIS-NN 6.0
  Software Notes: ""
  Status: available              # or preview, rdi

Refused by name: a case that is not whole, of an emulator, or failed; not every file of the set; fewer than five windows, of less than
10 s or 10 inferences; in the closed division too many wrong answers. Figures are as measured.

Energy is of a build of its own, whose five windows an lpm01a has to have measured, with nothing missing. It may be another run, of a board
with the meter and the interface board: --energy RUN, and --system where the two boards have different names.`;
