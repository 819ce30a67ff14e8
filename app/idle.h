/* How long nobody has touched the window, by a clock that goes on while the machine sleeps: a
 * handheld that was put away signed in must not wake up signed in. Pure; one thread. */
#pragma once

#include "schema/ident.h"

G_BEGIN_DECLS

typedef struct {
  const BhClock *clock; /* its boot clock must count suspend (schema/world.h) */
  gint64 touched_ms;    /* by that clock */
} BhIdle;

/* `clock` is borrowed. Counts from now. */
void bh_idle_init(BhIdle *idle, const BhClock *clock);
/* Somebody touched it. FALSE when the limit was over before: the touch is then nobody's, the time
 * goes on from it, and the caller locks. `minutes` is the limit, at least 1. */
gboolean bh_idle_touch(BhIdle *idle, int minutes);
gboolean bh_idle_is_over(const BhIdle *idle, int minutes);

G_END_DECLS
