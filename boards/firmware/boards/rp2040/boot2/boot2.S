/*
 * Second stage of the boot: the ROM copies these 256 bytes to RAM, checks their CRC and jumps here. RP2040 datasheet 2.8.
 * It lets the flash be read in place by the plain serial read (03h), which every flash chip knows, at a quarter of the
 * core's clock; then starts the image. An emulator that starts at the vector table passes it by.
 */
  .syntax unified
  .cpu cortex-m0plus
  .thumb

  .equ SSI_BASE, 0x18000000
  .equ SSI_CTRLR0, 0x00
  .equ SSI_CTRLR1, 0x04
  .equ SSI_SSIENR, 0x08
  .equ SSI_BAUDR, 0x14
  .equ SSI_SPI_CTRLR0, 0xf4
  .equ CTRLR0_READ_32_BITS, (3 << 8) | (31 << 16)      /* TMOD: EEPROM read; frames of 32 bits, one wire */
  .equ SPI_CTRLR0_READ, (0x03 << 24) | (6 << 2) | (2 << 8) /* command 03h, 24 bits of address, 8 bits of command */
  .equ VTOR, 0xe000ed08
  .equ IMAGE, 0x10000100

  .section .boot2, "ax"
  ldr r0, =SSI_BASE
  movs r1, #0
  str r1, [r0, #SSI_SSIENR]
  movs r1, #4
  str r1, [r0, #SSI_BAUDR]
  ldr r1, =CTRLR0_READ_32_BITS
  str r1, [r0, #SSI_CTRLR0]
  ldr r1, =SPI_CTRLR0_READ
  movs r2, #SSI_SPI_CTRLR0
  str r1, [r0, r2]
  movs r1, #0
  str r1, [r0, #SSI_CTRLR1]
  movs r1, #1
  str r1, [r0, #SSI_SSIENR]

  ldr r0, =IMAGE
  ldr r1, =VTOR
  str r0, [r1]
  ldmia r0, {r0, r1}
  msr msp, r0
  bx r1
  .ltorg
