/* Rows of records: the snapshot that the hub sent (base), the snapshot with own entries folded in
 * (view), and the row that lists read. */
#pragma once

#include "sync/device/store/core.h"

G_BEGIN_DECLS

typedef struct {
  gint64 number; /* number of the row in this store; 0: no row yet */
  char *kind;
  char *title;
  char *state;
  char *parent; /* id of the record that it belongs to; NULL: none */
  /* id of the record from which it takes its scope, for example its enterprise */
  char *scope_from;
  gint64 conflicts;
  gint64 changed; /* serial number of its newest change */
} BhRow;
/* Frees the texts and sets the number to 0. */
void bh_row_clear(BhRow *row);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhRow, bh_row_clear)

/* --- the row --- */

/* Fills `row`, which must be zero; row->number stays 0 when there is none. */
gboolean bh_records_store_find(BhDevice *device, const char *id, BhRow *row, GError **error);
/* Adds a row and sets row->number. Inside a transaction, as is everything below that writes. */
gboolean bh_records_store_insert(BhDevice *device, const char *id, BhRow *row, GError **error);
/* Writes all columns of a row except the kind. */
gboolean bh_records_store_update(BhDevice *device, const BhRow *row, GError **error);
/* Writes `conflicts` and `changed` only. */
gboolean bh_records_store_touch(BhDevice *device, const BhRow *row, GError **error);
/* Removes the row of a record, and neither its base nor its view. */
gboolean bh_records_store_delete(BhDevice *device, gint64 number, GError **error);
/* Id of the record with this number; g_free. NULL when there is none. */
char *bh_records_store_dup_id(BhDevice *device, gint64 number, GError **error);
/* Ids of the children of a kind, newest first; GPtrArray of strings that it owns. */
GPtrArray *bh_records_store_list_children(BhDevice *device, const char *parent, const char *kind,
                                          GError **error);
/* Replaces the files that a record names, and notes those that it names no more (release.h).
 * `hashes`: JSON array. */
gboolean bh_records_store_set_files(BhDevice *device, gint64 number, const json_t *hashes,
                                    GError **error);
/* *has: whether a record names the file. */
gboolean bh_records_store_has_file(BhDevice *device, const char *sha256, gboolean *has,
                                   GError **error);
/* JSON array of the ids of the newest `max` records of settings and calendars, and of the newest
 * `max_codes` of codes. */
json_t *bh_records_store_list_settings(BhDevice *device, int max, int max_codes, GError **error);
/* The highest number that a record was given; 0 on error. */
gint64 bh_records_store_max_number(BhDevice *device);
/* Appends copies of the ids of at most `limit` records after *number, in the order of their
 * numbers, and moves *number to the last one. */
gboolean bh_records_store_list_after(BhDevice *device, gint64 *number, int limit, GPtrArray *ids,
                                     GError **error);

/* What is stored of one record, to be folded. */
typedef struct {
  char id[BH_ID_LEN + 1];
  BhRow row;
  char *text;      /* the stored view as text, else the base; NULL: neither */
  GArray *overlay; /* gint64: positions of own entries that `text` does not contain, oldest first */
} BhStoredRecord;
/* Reads some records in two statements; `ids` is a JSON array. BhStoredRecord*, in no order. Ids
 * that are not stored are left out. */
GPtrArray *bh_records_store_load(BhDevice *device, const json_t *ids, GError **error);
/* {number: id} of the records with these numbers (JSON array); keys are gint64*. */
GHashTable *bh_records_store_list_ids(BhDevice *device, const json_t *numbers, GError **error);
/* {id: number of own entries that the hub has not acknowledged} of those records that have such
 * entries. */
GHashTable *bh_records_store_count_pending_of(BhDevice *device, const json_t *ids, GError **error);
/* [id of the parent, id] of the children of a kind, the newest first, of all these parents; char*,
 * one after the other. */
GPtrArray *bh_records_store_list_children_of(BhDevice *device, const json_t *parents,
                                             const char *kind, GError **error);

/* --- base and view --- */

/* The hub's snapshot of a record (its base) as text; g_free. NULL without error when there is none.
 * *changed_ms and *gone (may be NULL): when it was changed, and whether the hub took the record
 * back from this device. */
char *bh_records_store_dup_base(BhDevice *device, gint64 number, gint64 *changed_ms, gboolean *gone,
                                GError **error);
/* The stored view of a record (its folded snapshot) as text; g_free. NULL without error when there
 * is none. *pos: position of the last own entry in it, set only when there is one. */
char *bh_records_store_dup_view(BhDevice *device, gint64 number, gint64 *pos, GError **error);
/* Replaces the hub's snapshot (base) of a record. `through`: position of the last own entry that
 * the snapshot contains. */
gboolean bh_records_store_put_base(BhDevice *device, gint64 number, const char *text,
                                   gint64 changed_ms, gint64 through, GError **error);
/* Stores whether the hub has taken the record back from this device (`gone`). */
gboolean bh_records_store_mark_gone(BhDevice *device, gint64 number, gboolean gone, GError **error);
/* Removes the hub's snapshot (base) of a record. */
gboolean bh_records_store_drop_base(BhDevice *device, gint64 number, GError **error);
/* Stores the folded snapshot (view) of a record, which contains own entries up to `pos`. */
gboolean bh_records_store_put_view(BhDevice *device, gint64 number, const char *text, gint64 pos,
                                   GError **error);
/* Removes the stored view of a record. */
gboolean bh_records_store_drop_view(BhDevice *device, gint64 number, GError **error);
/* Ids of the records that the hub has taken back (bh_records_store_mark_gone); GPtrArray of strings
 * that it owns. */
GPtrArray *bh_records_store_list_gone(BhDevice *device, GError **error);

/* --- own entries of a record --- */

/* Positions above `after` of own entries that touch the record and that its base does not contain,
 * oldest first; GArray of gint64. */
GArray *bh_records_store_list_overlay(BhDevice *device, const char *id, gint64 after,
                                      GError **error);
/* Positions of own entries that touch the record, newest first, at most `limit`; GArray of
 * gint64. */
GArray *bh_records_store_list_entries(BhDevice *device, const char *id, int limit, GError **error);
/* Number of own entries on the record that the hub has not acknowledged; 0 on error. */
gint64 bh_records_store_count_pending(BhDevice *device, const char *id);
/* Number of own entries on the record that are in quarantine; 0 on error. */
gint64 bh_records_store_count_quarantined(BhDevice *device, const char *id);

/* --- what is to be done later --- */

/* Notes the records that take their scope from this one, and with `children` also those that belong
 * to it: their titles and search texts are to be made again. */
gboolean bh_records_store_retitle(BhDevice *device, const char *id, gboolean children,
                                  GError **error);
/* Removes the first `limit` notes of bh_records_store_retitle, and returns the ids of their
 * records; GPtrArray of strings that it owns. */
GPtrArray *bh_records_store_take_retitle(BhDevice *device, int limit, GError **error);
/* Notes a file as wanted from the hub, unless the store has its bytes. */
gboolean bh_records_store_want_file(BhDevice *device, const char *sha256, GError **error);

G_END_DECLS
