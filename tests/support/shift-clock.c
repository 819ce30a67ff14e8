/* Preloaded into a program, it moves the program's clocks; monotonic time is not changed.
 * SHIFT_CLOCK_S: seconds that the wall clock is ahead of the machine's (behind, when negative).
 * SHIFT_CLOCK_FILE: a file with a 64-bit number of seconds, which a test may overwrite in place at
 * any time. The wall clock and the boot clock go ahead by it, as when the machine slept. */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *slept_s; /* NULL without SHIFT_CLOCK_FILE */

__attribute__((constructor)) static void map_file(void)
{
  const char *path = getenv("SHIFT_CLOCK_FILE");
  if (path == NULL)
    return;

  int file = open(path, O_RDONLY | O_CLOEXEC);
  void *mapped = mmap(NULL, sizeof *slept_s, PROT_READ, MAP_SHARED, file, 0);
  if (file < 0 || mapped == MAP_FAILED)
    abort(); /* the test would pass or fail for another reason */
  close(file);
  slept_s = mapped;
}

__attribute__((visibility("default"))) int clock_gettime(clockid_t id, struct timespec *now)
{
  int failed = (int)syscall(SYS_clock_gettime, id, now);
  const char *shift = getenv("SHIFT_CLOCK_S");
  if (failed == 0 && id == CLOCK_REALTIME && shift != NULL)
    now->tv_sec += (time_t)strtoll(shift, NULL, 10);
  if (failed == 0 && (id == CLOCK_REALTIME || id == CLOCK_BOOTTIME) && slept_s != NULL)
    now->tv_sec += (time_t)*slept_s;
  return failed;
}
