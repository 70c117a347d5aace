/** CRC-32 of IEEE 802.3, as in PNG and zlib: reflected, initial value and final XOR all ones. */
export const crc32 = crcWith(0xedb8_8320);

/** CRC-32C (Castagnoli, RFC 3720 B.4): the same with the polynomial that finds more in long messages. */
export const crc32c = crcWith(0x82f6_3b78);

/** A CRC over `parts` as if they were one text. */
function crcWith(reflectedPolynomial: number): (...parts: readonly Uint8Array[]) => number {
  const table = Uint32Array.from({ length: 256 }, (_, byte) => shiftedOut(byte, reflectedPolynomial));
  return (...parts) => {
    let crc = ~0;
    for (const part of parts) for (const byte of part) crc = (table[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
    return ~crc >>> 0;
  };
}

function shiftedOut(byte: number, polynomial: number): number {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
  return crc;
}
