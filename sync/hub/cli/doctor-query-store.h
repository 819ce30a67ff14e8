/* SQL of `bihuan-hub doctor`. The functions only read and return FALSE with an error when the store
 * fails. */
#pragma once

#include "sync/db/db.h"

G_BEGIN_DECLS

typedef struct {
  gint64 chains;
  /* number of chains that lack entries, or whose stored end is not their last entry */
  gint64 broken;
  char *example; /* the device of a broken chain, or NULL; g_free */
  gint64 stray;  /* number of entries that belong to no chain */
} BhDoctorChains;

/* Compares the chains with their entries. */
gboolean bh_doctor_store_count_chains(BhDb *db, BhDoctorChains *chains, GError **error);

/* Receives one complete file. */
typedef void (*BhDoctorFile)(const char *sha256, gint64 size, gpointer data);
/* Calls `func` for each complete file, in the order of the hashes. */
gboolean bh_doctor_store_each_file(BhDb *db, BhDoctorFile func, gpointer data, GError **error);
/* *n: the number of files that entries declare and the hub has not received yet. */
gboolean bh_doctor_store_count_awaited(BhDb *db, gint64 *n, GError **error);
/* *has: whether there is a complete file with this hash. */
gboolean bh_doctor_store_has_file(BhDb *db, const char *sha256, gboolean *has, GError **error);
/* *has: whether there is an upload with this id. */
gboolean bh_doctor_store_has_upload(BhDb *db, const char *id, gboolean *has, GError **error);

G_END_DECLS
