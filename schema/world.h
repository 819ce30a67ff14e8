/* The real sources of time and randomness, for programs; tests and simulations inject their own.
 * Any thread; static, never freed. */
#pragma once

#include "schema/ident.h"

G_BEGIN_DECLS

/* Wall clock in UTC, boot clock with suspend included, the kernel's boot id. */
const BhClock *bh_clock_system(void);
/* The kernel's random generator through libsodium. */
const BhRandom *bh_random_system(void);

G_END_DECLS
