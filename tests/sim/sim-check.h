/* What must hold once everything has come to rest. */
#pragma once

#include "tests/sim/sim-world.h"

/* NULL when all is well, else what is wrong; g_free. */
char *sim_check(SimWorld *world);
/* Whether the hub has the entry. */
gboolean sim_hub_has(SimWorld *world, const char *entry);
/* Whether it has all bytes of a file. */
gboolean sim_hub_has_file(SimWorld *world, const char *sha256);
