/* Rows of folded records and of what is derived from them: index, search, files, moves. Only SQL;
 * what stands in the columns is decided in records.c. */
#pragma once

#include "schema/merge.h"
#include "sync/db/db.h"

G_BEGIN_DECLS

typedef struct {
  gint64 nr; /* 0 while there is no row */
  char id[BH_ID_LEN + 1];
  char *kind;
  char *parent;
  char *area;
  char *unit;
  char *scope;
  char *scope2;
  char *scope_from;
  char *state;
  char *title;
  char *review;
  char *restriction; /* who may see it (schema/restriction.h); NULL: not known */
  gboolean conflict;
  gint64 position;
  gint64 created;
  gint64 changed_ms;
  char *snapshot;
} BhRecordRow;

void bh_record_row_clear(BhRecordRow *row);

/* FALSE on error; *found tells whether there is one. `row` must be zeroed. */
gboolean bh_record_row_load(BhDb *db, const char *id, BhRecordRow *row, gboolean *found,
                            GError **error);
gboolean bh_record_row_insert(BhDb *db, const BhRecordRow *row, GError **error);
gboolean bh_record_row_update(BhDb *db, const BhRecordRow *row, GError **error);
gboolean bh_record_row_set_review(BhDb *db, gint64 nr, const char *review, GError **error);

gboolean bh_record_index_add(BhDb *db, const char *kind, const char *field, const char *value,
                             gint64 nr, GError **error);
gboolean bh_record_index_remove(BhDb *db, const char *kind, const char *field, const char *value,
                                gint64 nr, GError **error);
/* Makes the index say `grams` of a record; `is_new`: it says nothing of it yet. */
gboolean bh_record_search_set(BhDb *db, gint64 nr, const char *grams, gboolean is_new,
                              GError **error);
/* Entries that a device's sets of a key named and that have not come. `position` is that of an
 * entry that came; `key` NULL counts all keys. */
gboolean bh_record_awaited_add(BhDb *db, gint64 nr, const char *device, const char *key,
                               const char *entry, GError **error);
gboolean bh_record_awaited_remove(BhDb *db, gint64 nr, gint64 position, GError **error);
gboolean bh_record_awaited_count(BhDb *db, gint64 nr, const char *device, const char *key,
                                 guint *count, GError **error);
gboolean bh_record_files_add(BhDb *db, gint64 nr, const char *sha256, GError **error);
gboolean bh_record_files_remove(BhDb *db, gint64 nr, const char *sha256, GError **error);
gboolean bh_record_moved(BhDb *db, gint64 position, const char *scope, const char *record,
                         GError **error);

/* Ids of records that take their scope from one, and of its children (char*). */
GPtrArray *bh_record_list_dependents(BhDb *db, const char *id, GError **error);
/* Ids of children, of one kind or of all (kind NULL). */
GPtrArray *bh_record_list_children(BhDb *db, const char *parent, const char *kind, guint max,
                                   GError **error);
/* Sets the review column of all children of a kind that were never reviewed; `review` may be NULL.
 * Else those in a state of the JSON array `unfinished` stay as they are. */
gboolean bh_record_set_child_reviews(BhDb *db, const char *parent, const char *kind,
                                     const char *unfinished, const char *review, GError **error);
/* Whether the first entry of a record is this device's. */
gboolean bh_record_is_made_by(BhDb *db, const char *id, const char *device, gboolean *made,
                              GError **error);
/* Whether what a record hangs on, directly or above that, has not arrived: nothing says yet who may
 * see it. */
gboolean bh_record_is_orphan(BhDb *db, const char *id, gboolean *orphan, GError **error);
/* All ids in order of their numbers, after one, a page. */
GPtrArray *bh_record_list_ids(BhDb *db, gint64 *after_nr, int limit, GError **error);
/* Id of the review that arrived last; NULL without an error when there is none. */
char *bh_record_dup_last_review(BhDb *db, const char *target, GError **error);
/* How deep records hang on each other: a picture of a signature of a document of a visit. */
#define BH_RECORD_DEPTH "3"

/* Whether `record`, or what lies below it, was changed after the entry `covers` by an entry that is
 * not one of `review` too. `apart`: JSON array of the kinds below it that are reviewed by
 * themselves, with all that is theirs. An unknown `covers` counts as changed. */
gboolean bh_record_changed_since(BhDb *db, gint64 record, const char *apart, const char *covers,
                                 gint64 review, gboolean *changed, GError **error);

G_END_DECLS
