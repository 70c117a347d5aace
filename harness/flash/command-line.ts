/** An argument array as a person would type it: for reading and for trying by hand, never to be run. */
export function shownCommand(words: readonly string[]): string {
  return words.map(shown).join(' ');
}

function shown(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** `['--chip', 'esp32']`; nothing where there is no value. */
export function option(name: string, value: string | number | undefined): readonly string[] {
  return value === undefined ? [] : [name, String(value)];
}
