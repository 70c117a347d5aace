/* Vectors, reset and faults. ARMv7-M manual B1.5. */
  .syntax unified
  .thumb

  .section .vectors, "a"
  .word __stack_top
  .word reset
  .rept 13 /* NMI, HardFault and all that escalate to it */
  .word fault
  .endr
  .word systick_interrupt
  .word uart0_interrupt /* IRQ 0: UART0 has received */
  .rept 31
  .word fault
  .endr

  .text
  .thumb_func
  .global reset
reset:
  ldr r0, =__stack_bottom /* paint the stack, to see later how deep it went */
  ldr r1, =__stack_top
  ldr r2, =STACK_PAINT
1:stmia r0!, {r2}
  cmp r0, r1
  bne 1b

  ldr r0, =__data_start
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

#ifdef __ARM_FP /* full access to the FPU, for a build that uses it */
  ldr r0, =0xe000ed88
  ldr r1, [r0]
  orr r1, r1, #0xf00000
  str r1, [r0]
  dsb
  isb
#endif

  ldr r4, =__init_array_start /* constructors of a firmware that is partly C++ */
  ldr r5, =__init_array_end
  b 7f
6:ldmia r4!, {r0}
  blx r0
7:cmp r4, r5
  bne 6b

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
