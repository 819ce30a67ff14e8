/* Rows of own entries. The journal is append-only, except that a new incarnation gives entries new
 * envelopes (incarnation.c), and that bodies which are no longer needed are dropped (prune.c). */
#pragma once

#include "sync/device/store/core.h"

G_BEGIN_DECLS

typedef struct {
  gint64 pos;
  char *id;
  char *author;
  gint64 at_ms;
  char *body; /* "" after the body was dropped */
  char *openings;
} BhOwnEntry;
/* Frees the texts; `entry` itself stays. */
void bh_own_entry_clear(BhOwnEntry *entry);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhOwnEntry, bh_own_entry_clear)

/* Adds an entry. Inside a transaction. */
gboolean bh_journal_store_insert(BhDevice *device, gint64 pos, const char *id, const char *author,
                                 gint64 at_ms, const BhEntryText *text, GError **error);
/* Notes that the entry at `pos` touches the record. Inside a transaction. */
gboolean bh_journal_store_link(BhDevice *device, const char *record, gint64 pos, GError **error);
/* The entries at these positions (JSON array), read in one statement; BhOwnEntry*. Positions
 * without an entry are left out. */
GPtrArray *bh_journal_store_read_many(BhDevice *device, const json_t *positions, GError **error);
/* Fills `entry`, which must be zero. BH_ERROR_NOT_FOUND when there is no entry at `pos`. */
gboolean bh_journal_store_read(BhDevice *device, gint64 pos, BhOwnEntry *entry, GError **error);
/* The entry as it was signed; the body is NULL after it was dropped. BH_ERROR_NOT_FOUND when there
 * is no row. */
BhEntryText *bh_journal_store_read_text(BhDevice *device, gint64 pos, GError **error);
/* Position of an entry; 0 when there is none, and on error. */
gint64 bh_journal_store_find(BhDevice *device, const char *entry_id);
/* Positions of own entries in (after, through], oldest first; GArray of gint64. */
GArray *bh_journal_store_list(BhDevice *device, gint64 after, gint64 through, GError **error);
/* Why the hub quarantined the entry, "" until the hub has sent the reason; NULL when the entry is
 * not quarantined, and on error. g_free. */
char *bh_journal_store_dup_quarantine(BhDevice *device, gint64 pos);
/* The signed envelope of the entry at `pos`; g_free. BH_ERROR_NOT_FOUND when there is no row. */
char *bh_journal_store_dup_envelope(BhDevice *device, gint64 pos, GError **error);

G_END_DECLS
