/* What the doctor asks the store. Only SQL. */
#pragma once

#include "sync/db/db.h"

G_BEGIN_DECLS

/* What the engine finds first, or NULL when nothing is damaged; g_free. `full`: with indexes. */
gboolean bh_doctor_store_check(BhDb *db, gboolean full, char **damage, GError **error);

typedef struct {
  gint64 chains;
  gint64 broken; /* whose head is not its last entry, or that lack entries */
  char *example; /* a device of one; g_free */
  gint64 stray;  /* entries of no chain */
} BhDoctorChains;

gboolean bh_doctor_store_count_chains(BhDb *db, BhDoctorChains *chains, GError **error);

/* Called for each file that is complete, in order of hashes. */
typedef void (*BhDoctorFile)(const char *sha256, gint64 size, gpointer data);
gboolean bh_doctor_store_each_file(BhDb *db, BhDoctorFile func, gpointer data, GError **error);
/* Declared by an entry, and not here yet. */
gboolean bh_doctor_store_count_awaited(BhDb *db, gint64 *n, GError **error);
/* Whether a name stands for a file that is complete, or for an upload. */
gboolean bh_doctor_store_has_file(BhDb *db, const char *sha256, gboolean *has, GError **error);
gboolean bh_doctor_store_has_upload(BhDb *db, const char *id, gboolean *has, GError **error);

G_END_DECLS
