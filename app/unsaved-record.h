/* Values that a person has typed for a record that does not exist yet. They are stored as the draft
 * of a new record, one for each person, and found again by the record's parent. Use on the main
 * thread only. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

typedef struct {
  char record[BH_ID_LEN + 1]; /* id of the draft, and of the record that is made from it; "" until
                                 the draft is loaded */
  char *kind;
  char *parent_key; /* key of the draft that names the parent, for example "enterprise" */
  char *parent;     /* record id of the parent */
  gboolean has_draft;
  gboolean is_finished; /* the record was saved, or the draft was discarded: changes are not stored
                           any more */
} BhUnsavedRecord;

/* All arguments are copied. `record` names a known draft; "" or NULL: the newest draft of the
 * parent is used, or a new record id. */
BhUnsavedRecord *bh_unsaved_record_new(const char *kind, const char *parent_key, const char *parent,
                                       const char *record);
/* Frees an unsaved record; NULL is ignored. */
void bh_unsaved_record_free(BhUnsavedRecord *unsaved);
/* Reads the draft. `reply` receives the values of the draft, {key: value}, or {} when there is no
 * draft; `unsaved->record` is set before. `unsaved` must live as long as the page. */
void bh_unsaved_record_load(BhUnsavedRecord *unsaved, BhPage *page, BhPageReply reply);
/* Stores the value of one key (copied) in the draft; NULL clears the key. Ignored before the draft
 * is loaded and after it is finished. */
void bh_unsaved_record_set(BhUnsavedRecord *unsaved, BhPage *page, const char *key,
                           const json_t *value);
/* Discards the draft; nothing is stored afterwards. */
void bh_unsaved_record_discard(BhUnsavedRecord *unsaved, BhPage *page);

G_END_DECLS
