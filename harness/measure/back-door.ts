import type { Suite } from '../suite/suite.ts';
import type { Link } from '../target/port.ts';

/** The link as a suite wants it used: with `link: uart` the back door is left to what the DUT takes in no other way. */
export function linkFor({ measure }: Pick<Suite, 'measure'>, link: Link): Link {
  return measure.link === 'uart' ? withoutShortcut(link) : link;
}

/** The same link, whose bulk data goes as frames where the DUT takes them. */
export function withoutShortcut(link: Link): Link {
  return link.memory ? { ...link, memory: { ...link.memory, isLastResort: true } } : link;
}
