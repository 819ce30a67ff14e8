/* Checks the invariants when nothing is in progress any more. */
#pragma once

#include "tests/sim/sim-world.h"

/* Returns NULL when all invariants hold, else a text that names the violated one; g_free. */
char *sim_check(SimWorld *world);
/* Whether the hub has the entry. */
gboolean sim_hub_has(SimWorld *world, const char *entry);
/* Whether the hub has all bytes of a file. */
gboolean sim_hub_has_file(SimWorld *world, const char *sha256);
