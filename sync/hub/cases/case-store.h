/* SQL that finds the entries of a case. The functions only read and may use any connection. They
 * return FALSE or NULL with an error when the store fails. */
#pragma once

#include <glib.h>
#include "sync/db/db.h"

G_BEGIN_DECLS

/* Appends the positions (gint64) of all entries that were folded into a record. */
gboolean bh_case_store_list_folded(BhDb *db, const char *record, GArray *positions, GError **error);

/* An entry that is, or was, in quarantine. */
typedef struct {
  gint64 position;
  char *decided_by; /* entry that released or dismissed it; NULL: not decided */
} BhCaseQuarantined;

/* The entries about any of these records that are, or were, in quarantine (BhCaseQuarantined*; free
 * the array with g_ptr_array_unref). `records`: a JSON array of ids. */
GPtrArray *bh_case_store_list_quarantined(BhDb *db, const char *records, GError **error);
/* Appends the positions (gint64) of a chain's entries with the numbers `from` to `to`, both
 * included. */
gboolean bh_case_store_list_chain(BhDb *db, const char *device, const char *incarnation,
                                  gint64 from, gint64 to, GArray *positions, GError **error);

G_END_DECLS
