/* Reset, interrupts and exceptions in machine mode. RISC-V privileged architecture, 3.1 and 3.7. */
  .section .vectors, "ax"
  .global reset
reset:
  csrw mie, zero
  la sp, __stack_top
  la t0, vectors + 1 /* 1: vectored, the one mode of an ESP32-C3 */
  csrw mtvec, t0

  la t0, __stack_guard /* PMP entry 0, 4 KiB that nobody may touch: locked, which binds machine mode too */
  srli t0, t0, 2
  ori t0, t0, 0x1ff
  csrw pmpaddr0, t0
  li t0, 0x98 /* L, NAPOT, no access */
  csrw pmpcfg0, t0

  la t0, __stack_bottom /* paint the stack, to see later how deep it went */
  la t1, __stack_top
  li t2, STACK_PAINT
1:sw t2, 0(t0)
  addi t0, t0, 4
  bne t0, t1, 1b

  la t0, __data_start
  la t1, __data_end
  la t2, __data_load
  j 3f
2:lw t3, 0(t2)
  sw t3, 0(t0)
  addi t0, t0, 4
  addi t2, t2, 4
3:bne t0, t1, 2b

  la t0, __bss_start
  la t1, __bss_end
  j 5f
4:sw zero, 0(t0)
  addi t0, t0, 4
5:bne t0, t1, 4b

  la s0, __init_array_start /* constructors of a firmware that is partly C++ */
  la s1, __init_array_end
  j 7f
6:lw t0, 0(s0)
  addi s0, s0, 4
  jalr t0
7:bne s0, s1, 6b

  call main
  j .

/* Entry 0 takes every exception. The others are interrupts by number, and all that a port lets in are its UART's. */
  .balign 256
  .option push
  .option norvc
vectors:
  j fault
  .rept 31
  j uart_interrupt
  .endr
  .option pop

  .text
fault:
  la sp, fault_stack_top /* the other one may be what is broken */
  csrr a0, mcause
  csrr a1, mepc
  csrr a2, mtval
  tail report_fault

  .bss
  .balign 16
  .space 1024
fault_stack_top:
