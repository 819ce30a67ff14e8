/* What somebody has typed for a record that does not exist yet, kept as a draft of a fresh record
 * until it is made. Found again by the record above it, for each person their own. Main thread. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

typedef struct {
  char record[BH_ID_LEN + 1]; /* of the draft, and of what will be made of it */
  char *kind;
  char *parent_key; /* key of the draft that names the record above: "enterprise" */
  char *parent;
  gboolean has_draft;   /* there is a draft */
  gboolean is_finished; /* what was typed is made or thrown away: nothing more is kept */
} BhUnsavedRecord;

/* All copied; `record` "" or NULL makes a fresh one when no draft is found. */
BhUnsavedRecord *bh_unsaved_record_new(const char *kind, const char *parent_key, const char *parent,
                                       const char *record);
void bh_unsaved_record_free(BhUnsavedRecord *unsaved);
/* Answers with {key: value} of the draft, {} without one; `typed->record` is known from then on.
 * `typed` must live as long as the page. */
void bh_unsaved_record_load(BhUnsavedRecord *unsaved, BhPage *page, BhPageReply reply);
/* Keeps one key; NULL clears it. */
void bh_unsaved_record_set(BhUnsavedRecord *unsaved, BhPage *page, const char *key,
                           const json_t *value);
/* Throws the draft away; nothing is kept after it. */
void bh_unsaved_record_discard(BhUnsavedRecord *unsaved, BhPage *page);

G_END_DECLS
