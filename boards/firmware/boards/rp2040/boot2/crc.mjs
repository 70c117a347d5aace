// Pads the assembled second-stage boot loader to 252 bytes and adds the CRC-32 that the boot ROM checks:
// polynomial 0x04c11db7, not reflected, initial 0xffffffff, no final XOR (RP2040 datasheet 2.8.1.3.1).
import { readFileSync, writeFileSync } from 'node:fs';

const [from, to] = process.argv.slice(2);
const code = readFileSync(from);
if (code.length > 252) throw new Error(`${from}: ${code.length} bytes, the boot ROM loads 252 → make boot2.S smaller`);

const image = Buffer.alloc(256);
code.copy(image);
image.writeUInt32LE(crc32(image.subarray(0, 252)), 252);
writeFileSync(to, image);

function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  }
  return crc >>> 0;
}
