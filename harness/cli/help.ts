/** What `tickmark check --json` gives; texts of the help are here, so that `--help` loads nothing else. */
export const checkJsonHelp = `
--json gives one object; a later version may add fields and takes none away. Exit code 2 when there are faults:
  tickmark    1, the version of this form
  sound       whether there is no fault
  suites      what was read, when all is sound: suite (its name), file, targets
  faults      by file and line, the first 200: file, line and column (1-based; null where the whole file is meant), message`;

/** What `tickmark list --json` gives. */
export const listJsonHelp = `
--json gives one list, cheapest case first; a later version may add fields and takes none away:
  suite, target    names of the case; file is the suite's
  basis            what a tick counts there: silicon, modelled-cycles, instructions or host
  vectors, macs    vectors, and multiply-accumulates over all of them
  firmware         path of what runs there; isOwn: not the reference firmware
  missing          why the target cannot be run on this machine, or null`;

/** How `tickmark completion` is used. */
export const completionHelp = `
In ~/.bashrc:                    source <(tickmark completion bash)
In ~/.zshrc, after compinit:     source <(tickmark completion zsh)
In ~/.config/fish/config.fish:   tickmark completion fish | source`;
