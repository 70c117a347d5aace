/* Vectors, reset and faults. ARMv6-M manual B1.5. */
  .syntax unified
  .cpu cortex-m0plus
  .thumb

  .section .boot2, "a"
  .incbin "boot2.bin"

  .section .vectors, "a"
  .word __stack_top
  .word reset
  .word fault /* NMI */
  .word fault /* HardFault */
  .rept 11
  .word fault
  .endr
  .word systick_interrupt
  .rept 20
  .word fault
  .endr
  .word uart0_interrupt
  .rept 11
  .word fault
  .endr

  .text
  .thumb_func
  .global reset
reset:
  ldr r0, =0x10000100 /* the vectors; an emulator may start here without the boot loader */
  ldr r1, =0xe000ed08
  str r0, [r1]
  ldr r0, =__stack_top
  msr msp, r0

  ldr r0, =__stack_bottom /* paint the stack, to see later how deep it went */
  ldr r1, =__stack_top
  ldr r2, =STACK_PAINT
1:stmia r0!, {r2}
  cmp r0, r1
  bne 1b

  ldr r0, =__data_start /* data, and the functions that run from RAM */
  ldr r1, =__data_end
  ldr r2, =__data_load
  b 3f
2:ldmia r2!, {r3}
  stmia r0!, {r3}
3:cmp r0, r1
  bne 2b

  ldr r0, =__bss_start
  ldr r1, =__bss_end
  movs r2, #0
  b 5f
4:stmia r0!, {r2}
5:cmp r0, r1
  bne 4b

  bl main
  b .

  .thumb_func
fault:
  mrs r0, msp /* where the core left r0-r3, r12, lr, pc, xpsr */
  ldr r1, =report_fault
  bx r1
  .ltorg

/* Division by zero: the compiler's library would trap here; a kernel never divides by zero. */
  .thumb_func
  .global __aeabi_idiv0
__aeabi_idiv0:
  udf #0
