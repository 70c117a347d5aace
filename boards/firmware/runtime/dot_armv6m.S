/*
 * Sums of products for Cortex-M0+, which has one 32-bit multiply and no multiply-add. Per product: one load, one multiply,
 * one add to a high register; the load of x serves four rows. In RAM, where a taken branch finds its target without a wait.
 */
#ifdef __ARM_ARCH_6M__
  .syntax unified
  .thumb
#ifdef HOT_SECTION
  .section HOT_SECTION, "ax"
#else
  .text
#endif

/* sum \sum += x (r6) * row \row[index] */
.macro multiply_add row, index, sum
  ldrsb r7, [\row, \index]
  muls r7, r6
  add \sum, r7
.endm

.macro save
  push {r4-r7, lr}
  mov r4, r8
  mov r5, r9
  mov r6, r10
  mov r7, r11
  push {r3-r7} /* r3: where the sums go */
.endm

/* Adds r8-r11 to the sums at the address saved first. */
.macro add_sums_and_return
  pop {r3-r7}
  ldmia r3!, {r0, r1, r2}
  add r0, r8
  add r1, r9
  add r2, r10
  subs r3, #12
  stmia r3!, {r0, r1, r2}
  ldr r0, [r3]
  add r0, r11
  str r0, [r3]
  mov r8, r4
  mov r9, r5
  mov r10, r6
  mov r11, r7
  pop {r4-r7, pc}
.endm

/* r0 x, r1 rows, r2 length, r3 sums -> r0 x, r1-r4 the rows, all pointing behind their ends, r5 index -length */
.macro point_behind bytes_of_x_shift
  movs r5, #0
  mov r8, r5
  mov r9, r5
  mov r10, r5
  mov r11, r5
  lsls r5, r2, #\bytes_of_x_shift
  adds r0, r0, r5
  movs r5, r2
  adds r1, r1, r5
  adds r2, r1, r5
  adds r3, r2, r5
  adds r4, r3, r5
  rsbs r5, r5, #0
.endm

  .thumb_func
  .global dot_rows4
dot_rows4:
  save
  point_behind 0
.macro one_of_four
  ldrsb r6, [r0, r5]
  multiply_add r1, r5, r8
  multiply_add r2, r5, r9
  multiply_add r3, r5, r10
  multiply_add r4, r5, r11
  adds r5, #1
.endm
  lsls r6, r5, #30 /* up to three first, until the rest is a multiple of four */
  beq 2f
1:one_of_four
  lsls r6, r5, #30
  bne 1b
  cmp r5, #0
  beq 3f
2:one_of_four
  one_of_four
  one_of_four
  one_of_four
  bne 2b
3:add_sums_and_return

  .thumb_func
  .global dot_wide_rows4
dot_wide_rows4:
  save
  point_behind 1
.macro one_of_four_wide
  lsls r6, r5, #1
  ldrsh r6, [r0, r6]
  multiply_add r1, r5, r8
  multiply_add r2, r5, r9
  multiply_add r3, r5, r10
  multiply_add r4, r5, r11
  adds r5, #1
.endm
  lsls r6, r5, #30
  beq 2f
1:one_of_four_wide
  lsls r6, r5, #30
  bne 1b
  cmp r5, #0
  beq 3f
2:one_of_four_wide
  one_of_four_wide
  one_of_four_wide
  one_of_four_wide
  bne 2b
3:add_sums_and_return

/* r0 x, r1 w, r2 taps, r3 count, on the stack: sums */
  .thumb_func
  .global dot_columns
dot_columns:
  push {r4-r7, lr}
  mov r4, r8
  mov r5, r9
  mov r6, r10
  push {r4-r6}
  mov r8, r2
  ldr r4, [sp, #32]
  mov r10, r4
  adds r4, r0, r3
  mov r9, r4 /* x of the column behind the last */
.macro one_tap
  ldrsb r6, [r0, r5]
  ldrsb r7, [r1, r5]
  muls r6, r7
  adds r4, r4, r6
  adds r5, r5, r3
.endm
1:mov r7, r10
  ldr r4, [r7]
  movs r5, #0
  mov r2, r8
  subs r2, #9 /* a window of 3 x 3 without a loop */
  blo 3f
2:.rept 9
  one_tap
  .endr
  subs r2, #9
  bhs 2b
3:adds r2, #9
  beq 5f
4:one_tap
  subs r2, #1
  bne 4b
5:mov r7, r10
  stmia r7!, {r4}
  mov r10, r7
  adds r0, #1
  adds r1, #1
  cmp r0, r9
  bne 1b
  pop {r4-r6}
  mov r8, r4
  mov r9, r5
  mov r10, r6
  pop {r4-r7, pc}
#endif
