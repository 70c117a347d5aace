/*
 * shift_right_codes for Cortex-M0+: code_of_sum of channels.c for right shifts of 1 to 31, a loop of 44 cycles.
 * Scaling is high_multiply of fixed_point.h; wherever it adds a last bit that was shifted out, that bit is the carry here.
 */
#ifdef __ARM_ARCH_6M__
  .syntax unified
  .thumb
#ifdef HOT_SECTION
  .section HOT_SECTION, "ax"
#else
  .text
#endif

/* r0 the job: sums, multipliers, shifts, out, count, zero point, low, high */
  .thumb_func
  .global shift_right_codes
shift_right_codes:
  push {r4-r7, lr}
  mov r4, r8
  mov r5, r9
  mov r6, r10
  mov r7, r11
  push {r4-r7}
  ldr r4, [r0, #20]
  mov r8, r4
  ldr r4, [r0, #24]
  mov r9, r4
  ldr r4, [r0, #28]
  mov r10, r4
  ldr r3, [r0, #16]
  ldmia r0!, {r4, r5, r6, r7}
  adds r3, r6, r3
  mov r11, r3 /* behind the last shift */
  subs r7, r7, r6
  mov lr, r7 /* from a shift to its code */
  movs r0, r4
  movs r1, r5
  movs r2, r6
  movs r3, #0
  cmp r2, r11
  beq 4f

1:ldmia r0!, {r4}
  ldmia r1!, {r5}
  sxth r6, r4 /* r4 r6: high and low half of the sum */
  asrs r4, r4, #16
  adcs r4, r3
  sxth r7, r5 /* r5 r7: of the multiplier */
  asrs r5, r5, #16
  adcs r5, r3
  mov r12, r6
  muls r6, r7
  asrs r6, r6, #16
  muls r7, r4
  adds r6, r6, r7
  mov r7, r12
  muls r7, r5
  adds r6, r6, r7 /* the middle */
  muls r4, r5
  lsls r4, r4, #1
  asrs r6, r6, #15
  adcs r4, r6

  ldrb r5, [r2]
  asrs r6, r4, #31 /* ties away from zero */
  adds r4, r4, r6
  asrs r4, r5
  adcs r4, r3

  add r4, r8
  cmp r4, r9
  bge 2f
  mov r4, r9
2:cmp r4, r10
  ble 3f
  mov r4, r10
3:mov r5, lr
  strb r4, [r2, r5]
  adds r2, #1
  cmp r2, r11
  bne 1b

4:pop {r4-r7}
  mov r8, r4
  mov r9, r5
  mov r10, r6
  mov r11, r7
  pop {r4-r7, pc}
#endif
