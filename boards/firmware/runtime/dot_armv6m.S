/*
 * Sums of products for Cortex-M0+, which has one 32-bit multiply and no multiply-add. Per product: one load, one multiply,
 * one add to a high register; the load of x serves four rows. In RAM, where a taken branch finds its target without a wait.
 */
  .syntax unified
  .cpu cortex-m0plus
  .thumb
  .section .ramfunc, "ax"

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

/* Sums in r8-r11 to the address saved first. */
.macro store_sums_and_return
  pop {r3-r7}
  mov r0, r8
  str r0, [r3]
  mov r0, r9
  str r0, [r3, #4]
  mov r0, r10
  str r0, [r3, #8]
  mov r0, r11
  str r0, [r3, #12]
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
3:store_sums_and_return

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
3:store_sums_and_return

/* r0 x, r1 w, r2 taps, r3 stride */
  .thumb_func
  .global dot_strided
dot_strided:
  push {r4-r7, lr}
  movs r4, #0 /* the sum */
  movs r5, #0 /* the offset */
.macro one_tap
  ldrsb r6, [r0, r5]
  ldrsb r7, [r1, r5]
  muls r6, r7
  adds r4, r4, r6
  adds r5, r5, r3
.endm
  subs r2, #3
  blo 2f
1:one_tap
  one_tap
  one_tap
  subs r2, #3
  bhs 1b
2:adds r2, #3
  beq 4f
3:one_tap
  subs r2, #1
  bne 3b
4:movs r0, r4
  pop {r4-r7, pc}
