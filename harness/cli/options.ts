import { InputError, messageOf } from '../errors.ts';

/** `--grep` as a regular expression; absent when it was not given. Throws InputError when it is none. */
export function grepOption(source: string | undefined): { grep?: RegExp } {
  if (source === undefined) return {};
  try {
    return { grep: new RegExp(source) };
  } catch (cause) {
    throw new InputError(messageOf(cause), `--grep ${source}`, 'write a regular expression, such as "fashion"', {
      cause,
    });
  }
}
