/*
 * Vectors, reset and exceptions, of code without register windows (call0 ABI). Xtensa ISA reference manual, 4.4.1 and 8.1; where a
 * vector lies behind VECBASE: xtensa/core-isa.h of the ESP32.
 */
  .section .vectors, "ax"
  .balign 1024 /* VECBASE */
vectors:
  .org 0x300 /* an exception of a kernel, as which nothing here runs */
  j fault
  .org 0x340 /* an exception of a program, or an interrupt of level 1 */
  wsr.excsave1 a0
  j exception
  .org 0x3c0 /* an exception in the handler of one */
  j double_fault
  .org 0x400

  .literal_position
  .global reset
reset:
  movi a2, 0
  wsr.intenable a2
  movi a2, 0x2f /* a program (UM), without windows, interrupts off */
  wsr.ps a2
  movi a2, vectors
  wsr.vecbase a2
  rsync
  movi a1, __stack_top

  movi a2, __stack_bottom /* paint the stack, to see later how deep it went */
  movi a3, STACK_PAINT
1:s32i a3, a2, 0
  addi a2, a2, 4
  bne a2, a1, 1b

  movi a2, __data_start
  movi a3, __data_end
  movi a4, __data_load
  j 3f
2:l32i a5, a4, 0
  s32i a5, a2, 0
  addi a2, a2, 4
  addi a4, a4, 4
3:bne a2, a3, 2b

  movi a2, __bss_start
  movi a3, __bss_end
  movi a4, 0
  j 5f
4:s32i a4, a2, 0
  addi a2, a2, 4
5:bne a2, a3, 4b

  movi a12, __init_array_start /* constructors of a firmware that is partly C++ */
  movi a13, __init_array_end
  j 7f
6:l32i a2, a12, 0
  addi a12, a12, 4
  callx0 a2
7:bne a12, a13, 6b

  call0 main
8:j 8b

  .text
  .balign 4
  .literal_position
exception:
  rsr.exccause a0
  bnei a0, 4, fault /* 4: an interrupt of level 1 */
  addi a1, a1, -64
  s32i a2, a1, 0 /* what a function of the call0 ABI may change */
  s32i a3, a1, 4
  s32i a4, a1, 8
  s32i a5, a1, 12
  s32i a6, a1, 16
  s32i a7, a1, 20
  s32i a8, a1, 24
  s32i a9, a1, 28
  s32i a10, a1, 32
  s32i a11, a1, 36
  rsr.sar a2
  s32i a2, a1, 40
  call0 uart_interrupt
  l32i a2, a1, 40
  wsr.sar a2
  l32i a2, a1, 0
  l32i a3, a1, 4
  l32i a4, a1, 8
  l32i a5, a1, 12
  l32i a6, a1, 16
  l32i a7, a1, 20
  l32i a8, a1, 24
  l32i a9, a1, 28
  l32i a10, a1, 32
  l32i a11, a1, 36
  addi a1, a1, 64
  rsr.excsave1 a0
  rfe

fault:
  rsr.epc1 a3
  j tell

double_fault:
  rsr.depc a3
tell:
  rsr.exccause a2
  rsr.excvaddr a4
  movi a1, fault_stack_top /* the other one may be what is broken */
  call0 report_fault

  .bss
  .balign 16
  .space 1024
fault_stack_top:
