#include "caches.h"

#include "../cortex-m/core.h"

#define CCR 0xe000ed14
#define ICIALLU 0xe000ef50
#define DCISW 0xe000ef60

static void barrier(void) { __asm__ volatile("dsb\n\tisb" ::: "memory"); }

/* 4 ways of 32 lines of 32 bytes. A cache holds anything at all after power-on. ARMv7-M manual, "Caches"; PM0253,
 * "Cache maintenance". */
static void invalidate(void) {
  enum { WAYS = 4, SETS = 32, WAY_AT = 30, SET_AT = 5 };
  REGISTER(ICIALLU) = 0;
  for (uint32_t way = 0; way < WAYS; way++) {
    for (uint32_t set = 0; set < SETS; set++) REGISTER(DCISW) = way << WAY_AT | set << SET_AT;
  }
}

void caches_start(void) {
  enum { DATA = 1 << 16, INSTRUCTIONS = 1 << 17 };
  if (REGISTER(CCR) & DATA) return; /* on since before a reset of the core alone: invalid lines would lose data */
  barrier();
  invalidate();
  barrier();
  REGISTER(CCR) |= DATA | INSTRUCTIONS;
  barrier();
}
