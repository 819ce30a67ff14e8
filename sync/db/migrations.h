/* The migrations of schema/sql/device and schema/sql/hub, embedded at build time. Static; any
 * thread. */
#pragma once

#include "sync/db/migrate.h"

G_BEGIN_DECLS

/* Migrations of a device's store; *n is their number. */
const BhMigration *bh_migrations_get_device(gsize *n);
/* Migrations of a hub's store; *n is their number. */
const BhMigration *bh_migrations_get_hub(gsize *n);

G_END_DECLS
