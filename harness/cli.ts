#!/usr/bin/env node
import { Argument, Command, CommanderError, Option } from 'commander';
import type { Shell } from './cli/completion.ts';
import type { ExportOptions } from './cli/export.ts';
import {
  boardsJsonHelp,
  checkJsonHelp,
  completionHelp,
  doctorJsonHelp,
  exportHelp,
  imageJsonHelp,
  importJsonHelp,
  initJsonHelp,
  listJsonHelp,
  modelJsonHelp,
} from './cli/help.ts';
import type { ImportOptions } from './cli/import.ts';
import { HarnessError, messageOf } from './errors.ts';
import { powerFormats } from './power/files/formats.ts';
import { harmless } from './report/paint.ts';
import { tickmarkVersion } from './runner/provenance.ts';
import { inputExtensions } from './vectors/kinds.ts';

/** Everything a person can ask for. Commands load their code when they are asked for, so that `--help` and `run` start at once. */
const program = new Command('tickmark')
  .description('Hardware-in-the-loop tests and benchmarks for TinyML firmware.')
  .version(tickmarkVersion)
  .showSuggestionAfterError()
  .exitOverride()
  .addHelpText(
    'after',
    `
SUITE is a suite file, a folder with a suite.yaml, or a suite's name under suites/; without one, every suite under suites/.

Exit codes: 0 all passed · 1 a budget failed · 2 the input is wrong, nothing was run · 3 something broke, or nothing was judged
            4 inconclusive · 130 interrupted`,
  );

program
  .command('run')
  .description('measure, judge and report')
  .argument('[SUITE...]')
  .option('-t, --target <NAME...>', 'only these targets')
  .option('-g, --grep <RE>', 'only cases whose "suite @target" matches')
  .option('--image <TARGET=ELF>', 'your own firmware on a target; once a target', more)
  .option('-o, --out <DIR>', 'the folder of this run (default: reports/out/<time>)')
  .option('--replay <DIR>', 'judge the recordings of an earlier run again, without any target')
  .option('--strict', 'a skipped case counts as broken, as CI wants it')
  .option('-j, --workers <N>', 'emulators at once (default: as many as cores)')
  .option('--trace', 'keep what Renode executes, and every access to a peripheral: large')
  .addOption(new Option('--no-html', 'leave out the HTML report'))
  .action(async (suites: string[], options: RunOptions) => {
    const { run } = await import('./cli/run.ts');
    process.exitCode = await run(suites, options);
  });

program
  .command('check')
  .description('validate suites, models, vectors and boards, touching no target')
  .argument('[SUITE...]')
  .option('--image <TARGET=ELF>', 'your own firmware on a target; once a target', more)
  .option('--json', 'for scripts')
  .addHelpText('after', checkJsonHelp)
  .action(async (suites: string[], options: Pick<ListOptions, 'image' | 'json'>) => {
    const { check } = await import('./cli/check.ts');
    process.exitCode = check(suites, options);
  });

program
  .command('list')
  .description('what `run` would do, cheapest case first')
  .argument('[SUITE...]')
  .option('-t, --target <NAME...>', 'only these targets')
  .option('-g, --grep <RE>', 'only cases whose "suite @target" matches')
  .option('--image <TARGET=ELF>', 'your own firmware on a target; once a target', more)
  .option('--json', 'for scripts')
  .addHelpText('after', listJsonHelp)
  .action(async (suites: string[], options: ListOptions) => {
    const { list } = await import('./cli/list.ts');
    await list(suites, options);
  });

program
  .command('golden')
  .description('the outputs TFLM’s reference kernels give, bit for bit')
  .argument('<MODEL>', 'a .tflite')
  .argument('<INPUTS>', `as a suite's: ${inputExtensions} (raw tensors end to end), or a folder of these`)
  .requiredOption('-o, --out <FILE>', 'where the outputs go: raw tensors end to end, or .npy')
  .action(async (model: string, inputs: string, { out }: { out: string }) => {
    const { golden } = await import('./cli/golden.ts');
    golden(model, inputs, out);
  });

program
  .command('model')
  .description(
    'facts about a model: operators, shapes, scales, MACs, weights and their zeros, an estimate of the arena',
  )
  .argument('<MODEL>', 'a .tflite')
  .option('--float <TWIN>', 'its float model, to set sizes against')
  .option('--json', 'for scripts')
  .addHelpText('after', modelJsonHelp)
  .action(async (model: string, options: { json?: boolean; float?: string }) => {
    const { showModel } = await import('./cli/model.ts');
    showModel(model, options);
  });

program
  .command('image')
  .description('facts about firmware: sections, arena, stack, build id, the models in it')
  .argument('<ELF>', 'the linked firmware')
  .option('--model <MODEL>', 'a .tflite: is it the one in the firmware, and where do they differ')
  .option('--json', 'for scripts')
  .addHelpText('after', imageJsonHelp)
  .action(async (elf: string, options: { model?: string; json?: boolean }) => {
    const { showImage } = await import('./cli/image.ts');
    showImage(elf, options);
  });

program
  .command('init')
  .description('write a suite for every model of this repository, ready to run')
  .option('--json', 'for scripts')
  .addHelpText('after', initJsonHelp)
  .action(async (options: { json?: boolean }) => {
    const { init } = await import('./cli/init.ts');
    await init(options);
  });

program
  .command('doctor')
  .description('what this machine has for runs, what it lacks and how to get it, and what grabs its serial ports')
  .option('--json', 'for scripts')
  .addHelpText('after', doctorJsonHelp)
  .action(async (options: { json?: boolean }) => {
    const { doctor } = await import('./cli/doctor.ts');
    process.exitCode = await doctor(options);
  });

program
  .command('import')
  .description(
    'judge a log or a current trace that was captured before, with no board; without a suite, say what is in it',
  )
  .addArgument(
    new Argument(
      '<WHAT>',
      'what it is: the log of firmware that prints its ticks, or what a current meter saved',
    ).choices(['ticks', 'power']),
  )
  .argument('<FILE>', 'of any size; of ticks, - is standard input')
  .option('-s, --suite <SUITE>', 'what to judge it by')
  .option('-t, --target <NAME>', 'whose it is, where the suite has several that it may be of')
  .option('--baud <N>', 'ticks: the rate that it was captured at: names a better one where it is noise')
  .option('--windows <WHERE>', 'power: a digital input, START..STOP, a file of times, or whole; see below', more)
  .option('--inferences <N>', 'power: how many each window has (default: 1)')
  .option('--supply <VOLTAGE>', 'power: what the DUT was supplied with, such as 3.3V')
  .option('--accuracy <ACCURACY>', "power: the meter's, such as '1 % + 0.2 µA'")
  .addOption(
    new Option('--format <FORMAT>', 'power: of the file, where its content does not tell').choices([...powerFormats]),
  )
  .option('--columns <FILE>', 'power: YAML or JSON that says what the columns of a CSV are')
  .option('--column <ROLE=COLUMN:UNIT>', 'power: one of them, such as current=2:mA; once a column', more)
  .option('--rate <RATE>', 'power: samples a second, such as 100kHz; the times are then not read')
  .option('-o, --out <DIR>', 'the folder of this run (default: reports/out/<time>)')
  .option('--json', 'for scripts')
  .addOption(new Option('--no-html', 'leave out the HTML report'))
  .addHelpText('after', importJsonHelp)
  .action(async (what: 'ticks' | 'power', file: string, options: ImportOptions) => {
    const { importFile } = await import('./cli/import.ts');
    process.exitCode = await importFile(what, file, options);
  });

program
  .command('boards')
  .description('what is plugged in, ready to paste as YAML, and which board files mean it')
  .option('--json', 'for scripts')
  .addHelpText('after', boardsJsonHelp)
  .action(async (options: { json?: boolean }) => {
    const { boards } = await import('./cli/boards.ts');
    await boards(options);
  });

program
  .command('report')
  .description('write the reports of a run again from its results.json')
  .argument('[RUN]', 'the folder of a run (default: the newest under reports/out)')
  .option(
    '--draw <RE>',
    'pictures first for cases whose "suite @target" matches: a page of thousands has no room for all',
  )
  .option('--json', 'for scripts: what was written, and the exit code of the run')
  .action(async (run: string | undefined, options: { draw?: string; json?: boolean }) => {
    const { report } = await import('./cli/report.ts');
    process.exitCode = await report(run, options);
  });

program
  .command('export')
  .description('write a run as a submission to a benchmark')
  .addArgument(new Argument('<FORM>', 'MLPerf Tiny, as its submission_checker v1.4 takes it').choices(['mlperf']))
  .argument('<RUN>', 'the folder of a run')
  .requiredOption('--submitter <NAME>', 'who submits: the name of a folder')
  .addOption(new Option('--division <DIVISION>', 'of the submission').choices(['closed', 'open']).default('closed'))
  .option('-t, --target <NAME...>', 'only these targets')
  .option('--suite <SUITE...>', 'where its suites are, for their labels (default: every suite under suites/)')
  .option('--system <NAME>', "the system's name: that of a folder (default: the board's)")
  .option('--facts <FILE>', 'YAML or JSON: what the system file says beside what the board file knows')
  .option('--energy [RUN]', 'energy too, of builds for energy in this run, or in another')
  .option('-o, --out <DIR>', 'where the submission goes (default: mlperf/ in the run)')
  .addHelpText('after', exportHelp)
  .action(async (_form: string, run: string, options: ExportOptions) => {
    const { exportMlperf } = await import('./cli/export.ts');
    exportMlperf(run, options);
  });

program
  .command('completion')
  .description('what your shell loads to complete commands, suites, targets and files')
  .addArgument(new Argument('<SHELL>', 'yours').choices(['bash', 'zsh', 'fish']))
  .addHelpText('after', completionHelp)
  .action(async (shell: Shell) => {
    const { completion } = await import('./cli/completion.ts');
    completion(shell);
  });

program
  .command('__complete', { hidden: true })
  .argument('[WORD...]')
  .action(async (words: string[]) => {
    const [{ complete }, { sayAsIs }] = await Promise.all([import('./cli/complete.ts'), import('./cli/say.ts')]);
    for (const { value, about } of complete(program, words, process.cwd())) sayAsIs(`${value}\t${about}`);
  });

/** An option that may be given again. */
function more(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

interface ListOptions {
  readonly target?: string[];
  readonly grep?: string;
  readonly image?: string[];
  readonly json?: boolean;
}

interface RunOptions extends Omit<ListOptions, 'json'> {
  readonly out?: string;
  readonly replay?: string;
  readonly strict?: boolean;
  readonly workers?: string;
  readonly html: boolean;
}

/** A reader that goes away (`tickmark run | head`) must not end a run; whatever nobody expected must not read like a failed budget. */
process.stdout.on('error', () => {});
process.on('uncaughtException', error => process.exit(explain(error)));

async function main(): Promise<void> {
  try {
    await program.parseAsync();
  } catch (error) {
    process.exitCode = explain(error);
  }
}

function explain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // commander has already said why
  process.stderr.write(`${harmless(error instanceof HarnessError ? messageOf(error) : unexpected(error))}\n`);
  return error instanceof HarnessError ? error.exitCode : 3;
}

/** A defect of ours: the stack is what its report needs. */
function unexpected(error: unknown): string {
  const stack = error instanceof Error ? error.stack : String(error);
  return `tickmark: this should not have happened; please report it with these lines\n${stack}`;
}

await main();
