/* SQL of records and of the tables derived from them: files, moves, awaited entries. What the
 * columns contain is decided in derive.c and flush.c. All functions return FALSE or NULL on a
 * storage error. `nr` is the number of a record's row, `id` its id. */
#pragma once

#include "schema/merge.h"
#include "sync/db/db.h"

G_BEGIN_DECLS

typedef struct {
  gint64 nr; /* number of the row; 0: no row is stored yet */
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
  char *restriction; /* who may see the record (schema/restriction.h); NULL: not known */
  gboolean conflict; /* a field has several current values */
  gint64 position;   /* position in the feed of the last change */
  gint64 created;    /* position in the feed of the first write */
  gint64 changed_ms; /* UTC; when the row was last written */
  char *snapshot;
} BhRecordRow;

/* Frees what the row owns, not the row itself. */
void bh_record_row_clear(BhRecordRow *row);

/* Loads a row. *found: whether there is one. `row` must be zeroed; bh_record_row_clear. */
gboolean bh_record_row_load(BhDb *db, const char *id, BhRecordRow *row, gboolean *found,
                            GError **error);
/* Like bh_record_row_load, by the number of the row instead of the id of the record. */
gboolean bh_record_row_load_nr(BhDb *db, gint64 nr, BhRecordRow *row, gboolean *found,
                               GError **error);
/* Kind and title of a record (g_free), both NULL when there is none. */
gboolean bh_record_read_title(BhDb *db, const char *id, char **kind, char **title, GError **error);
/* Inserts a row with all columns. */
gboolean bh_record_row_insert(BhDb *db, const BhRecordRow *row, GError **error);
/* Updates all columns but id, review and created. */
gboolean bh_record_row_update(BhDb *db, const BhRecordRow *row, GError **error);
/* Sets the review column and marks the record for the index; `review` may be NULL. */
gboolean bh_record_row_set_review(BhDb *db, gint64 nr, const char *review, GError **error);

/* Adds an awaited entry: one that a device named in `was` when it set `key`, and that has not
 * arrived. Does nothing when the record awaits that entry already. */
gboolean bh_record_awaited_add(BhDb *db, gint64 nr, const char *device, const char *key,
                               const char *entry, GError **error);
/* Removes the entry at `position`, which has arrived, from the entries that the record awaits. */
gboolean bh_record_awaited_remove(BhDb *db, gint64 nr, gint64 position, GError **error);
/* Counts the entries that sets of a device to `key` (NULL: to any key) await. */
gboolean bh_record_awaited_count(BhDb *db, gint64 nr, const char *device, const char *key,
                                 guint *count, GError **error);
/* Stores that the record has the file `sha256` in one of its fields; does nothing when that is
 * stored already. */
gboolean bh_record_files_add(BhDb *db, gint64 nr, const char *sha256, GError **error);
/* Removes the file `sha256` from the files of the record. */
gboolean bh_record_files_remove(BhDb *db, gint64 nr, const char *sha256, GError **error);
/* Stores that a record left `scope` at `position`, so that the feed of that scope reports the
 * record as gone. */
gboolean bh_record_add_move(BhDb *db, gint64 position, const char *scope, const char *record,
                            GError **error);

/* *has: whether there are records of this kind. Reads rows until one is found. */
gboolean bh_record_has_kind(BhDb *db, const char *kind, gboolean *has, GError **error);
/* Ids of the records that take their scope from the record `id`, and of its children (char*). */
GPtrArray *bh_record_list_dependents(BhDb *db, const char *id, GError **error);
/* Ids of the children of one kind (NULL: of all), in the order of the numbers of their rows
 * (char*). At most `max` + 1, so that the caller notices when there are more than `max`. */
GPtrArray *bh_record_list_children(BhDb *db, const char *parent, const char *kind, guint max,
                                   GError **error);
/* Sets the review column of those children of a kind that were never reviewed. `review` may be
 * NULL. If `review` is not NULL, children in a state of the JSON array `unfinished` are skipped. */
gboolean bh_record_set_child_reviews(BhDb *db, const char *parent, const char *kind,
                                     const char *unfinished, const char *review, GError **error);
/* *made: whether the first entry of the record `id` was signed by `device`. */
gboolean bh_record_is_made_by(BhDb *db, const char *id, const char *device, gboolean *made,
                              GError **error);
/* *orphan: whether a record above the record `id`, at any level, has not arrived. The hub then
 * cannot compute who may see the record `id`. */
gboolean bh_record_is_orphan(BhDb *db, const char *id, gboolean *orphan, GError **error);
/* One page of the ids of all records, in the order of the numbers of their rows, after the number
 * *after_nr (char*). *after_nr is set to the last number of the page. */
GPtrArray *bh_record_list_ids(BhDb *db, gint64 *after_nr, int limit, GError **error);
/* Id (g_free) of that review of the record `target` which arrived last; NULL without an error when
 * there is none. */
char *bh_record_dup_last_review(BhDb *db, const char *target, GError **error);
/* Levels below a record under review: a picture of a signature of a document of a visit. */
#define BH_RECORD_DEPTH "3"

/* *changed: whether the record with the row number `record`, or a record below it, was changed
 * after the entry `covers`. Entries that also change the review with the row number `review` do not
 * count. `reviewed_kinds`: JSON array of kinds that have reviews of their own; their records, and
 * records below these, do not count. If the hub has no entry `covers`, *changed is TRUE. */
gboolean bh_record_changed_since(BhDb *db, gint64 record, const char *reviewed_kinds,
                                 const char *covers, gint64 review, gboolean *changed,
                                 GError **error);
/* *total: the number of files that a record and its children of kind "file" declare; *received: how
 * many of these the hub has received completely. */
gboolean bh_record_count_files(BhDb *db, const char *id, gint64 nr, gint64 *total, gint64 *received,
                               GError **error);
/* Marks all records for the index. */
gboolean bh_record_mark_all(BhDb *db, GError **error);

G_END_DECLS
