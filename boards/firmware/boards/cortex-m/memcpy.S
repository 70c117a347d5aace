/* memcpy: windows are gathered by it, so it moves four words at a time where both sides are aligned. */
  .syntax unified
  .thumb
#ifdef HOT_SECTION
  .section HOT_SECTION, "ax"
#else
  .text
#endif

/* r0 to, r1 from, r2 count; returns r0 */
  .thumb_func
  .global memcpy
memcpy:
  push {r0, r4-r6, lr}
  movs r3, r0
  orrs r3, r1
  lsls r3, r3, #30
  bne 5f
  subs r2, #16
  blo 2f
1:ldmia r1!, {r3-r6}
  stmia r0!, {r3-r6}
  subs r2, #16
  bhs 1b
2:adds r2, #12
  blo 4f
3:ldmia r1!, {r3}
  stmia r0!, {r3}
  subs r2, #4
  bhs 3b
4:adds r2, #4
5:subs r2, #1
  blo 7f
6:ldrb r3, [r1]
  strb r3, [r0]
  adds r1, #1
  adds r0, #1
  subs r2, #1
  bhs 6b
7:pop {r0, r4-r6, pc}
