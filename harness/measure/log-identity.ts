import { TargetError, WrongFirmware } from '../errors.ts';

/** Whom an image's log has to name. */
export interface ImageIdentity {
  readonly sha256: string;
  readonly buildId?: string;
}

interface Fact {
  readonly name: string;
  readonly text: string;
  readonly line: number;
}

/** Holds what a log says of who runs against what the suite wants. */
export interface IdentityCheck {
  /** Throws WrongFirmware with both values when they differ. */
  see(fact: Fact): void;
  /** Throws TargetError when something that had to be said was not. */
  readonly expectAll: () => void;
}

/** `wanted` is by fact: the text, or `image` for the image's own. ESP-IDF's `elf_sha256` is held against the image whether or not it is wanted. */
export function identityCheck(
  wanted: Readonly<Record<string, string>>,
  image: ImageIdentity | undefined,
  where: string,
): IdentityCheck {
  const own = image ? { elf_sha256: 'image' } : {};
  const expected = new Map(Object.entries({ ...own, ...wanted }));
  const missing = new Set(Object.keys(wanted));
  return {
    see({ name, text, line }) {
      const value = expected.get(name);
      if (value === undefined) return;
      const accepted = value === 'image' ? [image?.sha256, image?.buildId].filter(each => each !== undefined) : [value];
      if (!accepted.some(each => isSame(each, text)))
        throw new WrongFirmware(
          `the firmware that prints is another: line ${line} says that its ${name} is ${text}, expected ${accepted.join(' or ')}`,
          where,
          'load the image again, or correct log.identity',
        );
      missing.delete(name);
    },
    expectAll() {
      const [name] = missing;
      if (name === undefined) return;
      const value = expected.get(name) ?? '';
      throw new TargetError(
        `the log never says its ${name}, which has to be ${value}`,
        where,
        'capture from the reset on, or name a group of log.metrics that tells it',
      );
    },
  };
}

const hashLength = 6;

/** Logs print the beginning of a hash: as much of it as both have counts. */
function isSame(expected: string, told: string): boolean {
  const [a, b] = [expected, told].map(each => each.toLowerCase().replace(/^0x/, '')) as [string, string];
  if (a === b) return true;
  const isHash = [a, b].every(each => /^[0-9a-f]+$/.test(each) && each.length >= hashLength);
  return isHash && a.length !== b.length && (a.startsWith(b) || b.startsWith(a));
}
