/* Measures how long the window was not touched, by a clock that also counts while the machine is
 * suspended, so that a handheld which wakes up after a long time is locked. Pure; one thread. */
#pragma once

#include "schema/ident.h"

G_BEGIN_DECLS

typedef struct {
  const BhClock *clock; /* its boot clock must count suspend (schema/world.h) */
  gint64 touched_ms;    /* time of the last touch by the boot clock */
} BhIdle;

/* Starts to count now. `clock` is borrowed and must live as long. */
void bh_idle_init(BhIdle *idle, const BhClock *clock);
/* Notes a touch and counts anew. FALSE when the window was not touched for more than `minutes` (at
 * least 1) before this touch: the caller must lock the window and must not deliver the touch. */
gboolean bh_idle_touch(BhIdle *idle, int minutes);
/* TRUE when the last touch is more than `minutes` ago. */
gboolean bh_idle_is_over(const BhIdle *idle, int minutes);

G_END_DECLS
