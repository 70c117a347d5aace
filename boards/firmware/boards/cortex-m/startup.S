/* Vectors, reset and faults of every Cortex-M port. ARMv6-M and ARMv7-M manuals B1.5. */
#include "port.h"
  .equ TELLING_BYTES, 512 /* of stack; report_fault takes less than 300 */
  .syntax unified
  .thumb

  .section .vectors, "a"
  .balign 256 << -(IRQS > 48) << -(IRQS > 112) /* VTOR: the table's size, to a power of two; "true" is -1 */
vectors:
  .word __stack_top
  .word reset
  .rept 13 /* NMI, HardFault and all that escalate to it */
  .word fault
  .endr
  .word systick_interrupt
  .rept UART_IRQ
  .word fault
  .endr
  .word uart_interrupt
  .rept IRQS - UART_IRQ - 1
  .word fault
  .endr

  .text
  .thumb_func
  .global reset
reset:
  ldr r0, =vectors /* an emulator or a debugger may start here without the boot loader */
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
  ldr r1, =__stack_bottom + TELLING_BYTES
  cmp r0, r1
  bhs 8f
  ldr r1, =__stack_top /* too little stack is left to tell it on, and nothing returns to what lies there */
  msr msp, r1
8:ldr r1, =report_fault
  bx r1
  .ltorg

/* Division by zero: the compiler's library would trap here; a kernel never divides by zero. */
  .thumb_func
  .global __aeabi_idiv0
__aeabi_idiv0:
  udf #0
