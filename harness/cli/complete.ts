import type { Argument, Command, Option } from 'commander';
import { type Candidate, valuesFor } from './complete-values.ts';

/**
 * `tickmark __complete`: what may follow a command line, for the scripts of `tickmark completion`. `words` are those after the program's
 * name; the last is being typed, and may be empty. Throws nothing: a completion that fails offers nothing.
 */
export function complete(program: Command, words: readonly string[], cwd: string): readonly Candidate[] {
  try {
    return candidates(program, words, cwd);
  } catch {
    return [];
  }
}

function candidates(program: Command, words: readonly string[], cwd: string): readonly Candidate[] {
  const typed = words.slice(0, -1);
  const current = words.at(-1) ?? '';
  const at = typed.findIndex(word => !word.startsWith('-'));
  const command = program.commands.find(each => at >= 0 && each.name() === typed[at]);
  if (at >= 0 && !command) return [];
  if (!command)
    return beginning(current, [...commandsOf(program), ...(current.startsWith('-') ? optionsOf(program) : [])]);

  const { option, operands } = walk(command, typed.slice(at + 1));
  const [, flag = '', begun = ''] = /^(--[^=]+=)(.*)$/.exec(current) ?? [];
  if (flag !== '') return assigned(flag, valuesOf(find(command, flag.slice(0, -1)), begun, cwd));
  if (option) return valuesOf(option, current, cwd);
  if (current.startsWith('-')) return beginning(current, optionsOf(command));
  return valuesOf(argumentAt(command, operands), current, cwd);
}

/** What the words after a command leave open: an option that still takes a value, and how many operands were given. */
function walk(command: Command, words: readonly string[]): { readonly option?: Option; readonly operands: number } {
  let option: Option | undefined;
  let operands = 0;
  for (const word of words) {
    if (word.startsWith('-')) {
      const found = word.includes('=') ? undefined : find(command, word);
      option = found?.required ? found : undefined;
    } else if (!option) operands++;
    else if (!option.variadic) option = undefined;
  }
  return { operands, ...(option && { option }) };
}

function find(command: Command, flag: string): Option | undefined {
  return command.options.find(({ long, short }) => long === flag || short === flag);
}

/** The last argument takes all that follow when it is variadic. */
function argumentAt({ registeredArguments }: Command, index: number): Argument | undefined {
  const last = registeredArguments.at(-1);
  return registeredArguments[index] ?? (last?.variadic ? last : undefined);
}

/** By what the value is called in the help: `--target <NAME...>` takes a NAME. */
function valuesOf(taker: Option | Argument | undefined, begun: string, cwd: string): readonly Candidate[] {
  if (!taker) return [];
  const name = 'flags' in taker ? (/<([^>.]+)/.exec(taker.flags)?.[1] ?? '') : taker.name();
  const choices = taker.argChoices?.map(value => ({ value, about: '' }));
  return choices ? beginning(begun, choices) : valuesFor(name, begun, cwd);
}

function assigned(flag: string, values: readonly Candidate[]): readonly Candidate[] {
  return values.map(({ value, about }) => ({ value: flag + value, about }));
}

function commandsOf(program: Command): readonly Candidate[] {
  const visible = program.createHelp().visibleCommands(program);
  return visible.map(command => ({ value: command.name(), about: command.description() }));
}

function optionsOf(command: Command): readonly Candidate[] {
  const visible = command.createHelp().visibleOptions(command);
  return visible.map(({ long, short, description }) => ({ value: long ?? short ?? '', about: description }));
}

function beginning(begun: string, all: readonly Candidate[]): readonly Candidate[] {
  return all.filter(({ value }) => value.startsWith(begun));
}
