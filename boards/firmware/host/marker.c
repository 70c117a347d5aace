#define _GNU_SOURCE
#include "marker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *path;
static int fd = -1;

/* A FIFO without a reader cannot be opened, and breaks one that is open. */
bool marker_open(void) {
  path = getenv("TICKMARK_MARKER");
  if (!path || !*path) return false;
  if (mkfifo(path, 0600) != 0 && errno != EEXIST) exit((perror(path), 2));
  signal(SIGPIPE, SIG_IGN);
  return true;
}

static void tell(char edge) {
  if (fd < 0) fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0 || write(fd, &edge, 1) == 1 || errno == EAGAIN) return;
  close(fd);
  fd = -1;
}

void marker_set(bool is_active) { tell(is_active ? '1' : '0'); }

void marker_draw(bool is_busy) { tell(is_busy ? '+' : '-'); }
