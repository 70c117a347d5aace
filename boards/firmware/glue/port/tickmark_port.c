#include "tickmark_port.h"

void tickmark_port_serve(const tickmark_board *board) {
  tickmark_start(board);
  for (;;) tickmark_port_poll();
}

void tickmark_hex(char *text, uint32_t room, const uint8_t *bytes, uint32_t count) {
  static const char digits[] = "0123456789abcdef";
  for (; count > 0 && room > 2; bytes++, count--, room -= 2) {
    *text++ = digits[*bytes >> 4];
    *text++ = digits[*bytes & 15];
  }
  *text = '\0';
}
