/* The second-stage boot loader as the boot ROM wants it: 252 bytes and their CRC-32. Built from boot2/. */
  .section .boot2, "a"
  .incbin "boot2.bin"
