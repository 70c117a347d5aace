import { FirmwareFault, TargetError } from '../errors.ts';

/** The function that an address lies in, by the image's symbols. */
type FunctionAt = (address: number) => string | undefined;

/** A fault or a lock-up with the function beside each address that it tells: `pc=0x00000420 in reference_invoke+0x12`. Other errors as they are. */
export function located(error: unknown, functionAt: FunctionAt | undefined): unknown {
  if (!functionAt || !(error instanceof FirmwareFault || error instanceof TargetError)) return error;
  const what = error.what.replaceAll(told, (whole, address: string) => {
    const place = functionAt(Number(address));
    return place === undefined ? whole : `${whole} in ${place}`;
  });
  if (what === error.what) return error;
  const Kind = error.constructor as new (...details: ConstructorParameters<typeof TargetError>) => Error;
  return new Kind(what, error.where, error.fix, { cause: error });
}

/** Program counters and return addresses, by the names that cores give them; not those that have their place already. */
const told = /\b(?:pc|lr|epc|mepc|ra)=(0x[0-9a-f]{1,8})\b(?! in )/gi;
