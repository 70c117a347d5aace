/* An RV32IMC core on QEMU's machine virt, which is no chip: RAM for everything. */

/* QEMU's mcycle counts nanoseconds of virtual time: one for each instruction, where one takes a nanosecond (-icount
 * shift=0). */
#define TICK_HZ 1000000000

#define MODEL_FLAGS (TICKMARK_WRITABLE | TICKMARK_ADDRESSABLE)

/* Room for images of 640 x 480 and for arenas of megabytes; a firmware of one model may define what it wants. */
#ifndef ARENA_BYTES
#define INPUT_BYTES (640 * 1024)
#define OUTPUT_BYTES (128 * 1024)
#define ARENA_BYTES (3 * 1024 * 1024)
#endif
