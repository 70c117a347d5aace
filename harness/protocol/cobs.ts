const longestBlock = 0xff;

/** Consistent Overhead Byte Stuffing: the same bytes without a zero, one more in 254 at most (Cheshire and Baker, 1999). */
export function encodeCobs(bytes: Uint8Array): Uint8Array {
  const encoded = new Uint8Array(bytes.length + Math.floor(bytes.length / (longestBlock - 1)) + 1);
  let code = 0; // where the length of the block being filled goes
  let end = 1;
  for (const byte of bytes) {
    if (end - code === longestBlock) {
      encoded[code] = longestBlock;
      code = end++;
    }
    if (byte === 0) {
      encoded[code] = end - code;
      code = end++;
    } else {
      encoded[end++] = byte;
    }
  }
  encoded[code] = end - code;
  return encoded.subarray(0, end);
}

/** The bytes that were encoded; undefined when `encoded` (which holds no zero) ends within a block. */
export function decodeCobs(encoded: Uint8Array): Uint8Array | undefined {
  const bytes = new Uint8Array(encoded.length);
  let end = 0;
  for (let at = 0; at < encoded.length; ) {
    const code = encoded[at] ?? 0;
    const next = at + code;
    if (next > encoded.length) return undefined;
    bytes.set(encoded.subarray(at + 1, next), end);
    end += code - 1;
    // A full block stands for no zero, nor does the last one.
    if (code < longestBlock && next < encoded.length) end++;
    at = next;
  }
  return bytes.subarray(0, end);
}
