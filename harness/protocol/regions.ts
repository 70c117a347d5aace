import { ProtocolError } from '../errors.ts';
import type { Link, Memory } from '../target/port.ts';
import { ask, type Session } from './asking.ts';
import { join, u8, u32 } from './payload.ts';
import type { Way } from './port.ts';
import { addressable, type RegionName, regionNumbers, writable } from './wire.ts';

export interface Region {
  readonly address: number;
  readonly sizeBytes: number;
  readonly flags: number;
}

/** The DUT's memory, by the back door where the link and the region have one. */
export interface Regions {
  /** Asked for once, until `forget`. */
  describe(name: RegionName): Promise<Region>;
  hasBackDoor(name: RegionName): Promise<boolean>;
  /** Where inputs lie may be known only once a model is prepared. */
  forget(): void;
  /** From the region's start on. Says by which way. */
  fill(name: RegionName, bytes: Uint8Array): Promise<Way>;
  /** From `offset` on, as much as one answer holds. */
  read(name: RegionName, offset: number): Promise<Uint8Array>;
}

export function regionsOf(session: Session): Regions {
  const known = new Map<RegionName, Region>();

  const describe = async (name: RegionName): Promise<Region> => {
    const region =
      known.get(name) ??
      (await ask(session, { name: 'describe', fields: u8(regionNumbers[name]) }, answer => ({
        address: answer.u32(),
        sizeBytes: answer.u32(),
        flags: answer.u8(),
      })));
    known.set(name, region);
    return region;
  };

  /** As much as a frame carries now. Bytes written. */
  const writeSome = async (name: RegionName, bytes: Uint8Array, offset: number): Promise<number> => {
    let count = 0;
    const fields = (dataBytes: number): Uint8Array => {
      const data = bytes.subarray(offset, offset + dataBytes);
      count = data.length; // of a request that was sent in two sizes, the DUT may have got only the smaller
      return join(u8(regionNumbers[name]), u32(offset), data);
    };
    await ask(session, { name: 'write', fields }, () => {});
    return count;
  };

  return {
    describe,
    hasBackDoor: async name => backDoorTo((await describe(name)).flags, session.link) !== undefined,
    forget: () => known.clear(),
    async fill(name, bytes) {
      const { address, sizeBytes, flags } = await describe(name);
      if (bytes.length > sizeBytes)
        throw new ProtocolError(
          `its ${name} region has ${sizeBytes} bytes, ${bytes.length} are to be written`,
          'DUT',
          'give the region more room in the firmware',
        );
      const backDoor = backDoorTo(flags, session.link);
      if (backDoor) {
        await backDoor.write(address, bytes);
        return 'memory';
      }
      if (!(flags & writable))
        throw new ProtocolError(
          `its ${name} region can be written by no way this link has`,
          'DUT',
          'use firmware that takes WRITE for it',
        );
      for (let offset = 0; offset < bytes.length; ) offset += await writeSome(name, bytes, offset);
      return 'uart';
    },
    read: (name, offset) =>
      ask(session, { name: 'read', fields: join(u8(regionNumbers[name]), u32(offset)), leastAnswerBytes: 1 }, answer =>
        answer.rest(),
      ),
  };
}

/** The back door, where the region has one and it is not kept for regions that have no other way. */
function backDoorTo(flags: number, { memory }: Link): Memory | undefined {
  if (!memory || !(flags & addressable)) return undefined;
  return memory.isLastResort && flags & writable ? undefined : memory;
}
