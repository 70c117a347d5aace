/** How much data frames in one direction should carry: less where the line is bad, more again when it has been good for a while. */
export interface FrameSize {
  /** Bytes of data for the next frame; between 12 and `allow`'s. */
  readonly dataBytes: number;
  /** The least that `dataBytes` has been. */
  readonly leastDataBytes: number;
  /** No frame may carry more than this. */
  allow(mostBytes: number): void;
  /** A frame of so many bytes on the wire arrived whole. */
  passed(frameBytes: number): void;
  /** A frame of so many bytes on the wire was lost or damaged. */
  lost(frameBytes: number): void;
}

/** What moving data costs beside the data: a WRITE or READ without it and its answer, with the zeros around both. */
const overheadBytes = 26;
const leastBytes = 12;
/** After so many frames an old one weighs 1/e: long enough to see an error rate, short enough to follow a cable that is moved. */
const memoryFrames = 32;

/**
 * Weighs losses against the bytes they befell. At an error rate r a byte, data of n bytes with h of overhead arrives at the rate
 * n/(n+h)·e^(−r(n+h)), which is highest at n² + hn = h/r: about √(h/r).
 */
export function frameSize(): FrameSize {
  let [lostFrames, bytes, mostBytes, leastDataBytes] = [0, 0, 64, 64];

  const dataBytes = (): number => {
    const best = (Math.sqrt(overheadBytes ** 2 + (4 * overheadBytes * bytes) / lostFrames) - overheadBytes) / 2;
    return Math.max(leastBytes, Math.min(mostBytes, lostFrames === 0 ? mostBytes : Math.floor(best)));
  };
  const add = (lost: number, exposed: number): void => {
    const fade = 1 - 1 / memoryFrames;
    lostFrames = lostFrames * fade + lost;
    bytes = bytes * fade + exposed;
    leastDataBytes = Math.min(leastDataBytes, dataBytes());
  };

  return {
    get dataBytes() {
      return dataBytes();
    },
    get leastDataBytes() {
      return leastDataBytes;
    },
    allow(most) {
      mostBytes = most;
      leastDataBytes = lostFrames === 0 ? most : leastDataBytes;
    },
    passed: frameBytes => add(0, frameBytes),
    // The first error lay anywhere in it; what came after that was not put to the test.
    lost: frameBytes => add(1, frameBytes / 2),
  };
}
