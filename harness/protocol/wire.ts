// The numbers of boards/firmware/PROTOCOL.md, for the host and for the DUT that tests put in its place.

export const magic = 'TKMK';
export const version = 1;

export const kinds = {
  hello: 0x01,
  describe: 0x02,
  write: 0x03,
  prepare: 0x04,
  prove: 0x05,
  infer: 0x06,
  read: 0x07,
  stats: 0x08,
  operators: 0x09,
  identify: 0x0a,
  feed: 0x0b,
  collect: 0x0c,
  reset: 0x0d,
  ready: 0x80,
  fault: 0xfd,
  error: 0xff,
} as const;

export type RequestName = Exclude<keyof typeof kinds, 'ready' | 'fault' | 'error'>;

/** An answer has the request's kind with this bit set. */
export const answerBit = 0x80;

export const regionNumbers = { model: 0, input: 1, output: 2, arena: 3, stack: 4 } as const;
export type RegionName = keyof typeof regionNumbers;
export const writable = 1;
export const addressable = 2;

export const errorCodes = {
  unknownRequest: 1,
  wrongField: 2,
  noCommonVersion: 3,
  outsideRegion: 4,
  notWritable: 5,
  notAModel: 6,
  noKernel: 7,
  doesNotFit: 8,
  notPrepared: 9,
  wrongInput: 10,
  inferenceFailed: 11,
} as const;

/** What `HELLO` answers of the firmware, a bit each: a pin marks each window. */
export const features = { marksWindows: 1 } as const;

/** What `INFER` answers of its window: no byte from the host came in it, one did, or the DUT cannot tell. */
export const disturbances = { none: 0, bytes: 1, unknown: 2 } as const;

/** `FEED`'s mark: this slice ends an input. The round stands in the bits above. */
export const lastSliceMark = 1;
export const roundShift = 1;
export const rounds = 128;

/** `INFER` flag: take the ticks of each operator too. */
export const profileFlag = 1;
