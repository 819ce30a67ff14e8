/* The idle time of the window. Locking is done in window.c. */
#include "app/idle.h"

#define MINUTE_MS (60 * 1000LL)

static gint64 now_ms(const BhIdle *idle)
{
  return idle->clock->boot_ms(idle->clock->data);
}

void bh_idle_init(BhIdle *idle, const BhClock *clock)
{
  idle->clock = clock;
  idle->touched_ms = now_ms(idle);
}

gboolean bh_idle_is_over(const BhIdle *idle, int minutes)
{
  return now_ms(idle) - idle->touched_ms > minutes * MINUTE_MS;
}

gboolean bh_idle_touch(BhIdle *idle, int minutes)
{
  gboolean over = bh_idle_is_over(idle, minutes);
  idle->touched_ms = now_ms(idle);
  return !over;
}
