import { resolve } from 'node:path';
import { InputError, messageOf } from '../errors.ts';

/** `--grep` as a regular expression; absent when it was not given. Throws InputError when it is none. */
export function grepOption(source: string | undefined): { grep?: RegExp } {
  return source === undefined ? {} : { grep: regularExpression('--grep', source) };
}

/** What an option was given, as a regular expression. Throws InputError when it is none. */
export function regularExpression(option: string, source: string): RegExp {
  try {
    return new RegExp(source);
  } catch (cause) {
    throw new InputError(messageOf(cause), `${option} ${source}`, 'write a regular expression, such as "fashion"', {
      cause,
    });
  }
}

/** `--workers N`: how many emulators at once; absent when it was not given. Throws InputError when it is no number of them. */
export function workersOption(text: string | undefined): { emulators?: number } {
  if (text === undefined) return {};
  const emulators = Number(text);
  if (/^\d+$/.test(text) && emulators >= 1 && emulators <= mostEmulators) return { emulators };
  throw new InputError(`is no number from 1 to ${mostEmulators}`, `--workers ${text}`, 'write how many, such as 2');
}

/** Beyond any machine: a slip of the finger must not start thousands of processes. */
const mostEmulators = 1000;

/** `--image TARGET=ELF`, as often as given, as absolute paths by target. Throws InputError for what is none, or names a target twice. */
export function imageOption(given: readonly string[] = [], cwd = process.cwd()): Readonly<Record<string, string>> {
  const images = new Map<string, string>();
  for (const text of given) {
    const [target = '', ...path] = text.split('=');
    const fail = (what: string) => new InputError(what, `--image ${text}`, 'write --image TARGET=ELF, once a target');
    if (target === '' || path.join('=') === '') throw fail('names no target and file');
    if (images.has(target)) throw fail(`"${target}" has an image already`);
    images.set(target, resolve(cwd, path.join('=')));
  }
  return Object.fromEntries(images);
}
