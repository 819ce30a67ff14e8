/* SQL of the values of sealed fields. */
#pragma once

#include "sync/db/db.h"

G_BEGIN_DECLS

/* Stores the encrypted value that an entry gave a field of a record. */
gboolean bh_sealed_store_add(BhDb *db, const char *record, const char *field, const char *entry,
                             const char *box, GError **error);
/* *box: the encrypted value (g_free), NULL when there is none. */
gboolean bh_sealed_store_get(BhDb *db, const char *record, const char *field, const char *entry,
                             char **box, GError **error);

G_END_DECLS
