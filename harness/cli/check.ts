import { chooseCases } from '../runner/select.ts';
import { imageOption } from './options.ts';
import { say } from './say.ts';

/** `tickmark check`: reads everything a run would read. Throws InputError with every fault. */
export function check(suites: readonly string[], options: { image?: string[] }): void {
  const cases = chooseCases({ cwd: process.cwd(), suites, targets: [], images: imageOption(options.image) });
  const names = [...new Set(cases.map(each => each.suite.name))];
  say(`${names.length} ${names.length === 1 ? 'suite is' : 'suites are'} sound: ${names.join(', ')}`);
}
