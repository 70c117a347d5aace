/** QEMU's `-icount shift=N`, 0 to 10: an instruction takes 2^N ns. Undefined for a rate that it cannot count at. */
export function icountShift(clockHz: number): number | undefined {
  const shift = Math.log2(1e9 / clockHz);
  return Number.isInteger(shift) && shift >= 0 && shift <= 10 ? shift : undefined;
}
