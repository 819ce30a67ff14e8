/* The words of a search. A record is found by its own words, and by those of the records that it
 * belongs to: a hazard by the name of its enterprise, which may be reached through its inspection.
 * These are looked up at the time of the search, so that a change of an enterprise need not write
 * its hazards. */
#pragma once

#include "sync/device/store/core.h"

G_BEGIN_DECLS

typedef struct _BhListWords BhListWords;

/* Appends to `groups` arrays (GArray of term numbers) of which a record must have one term each.
 * Words that would select too many records are kept in the result instead, and checked for each
 * record (bh_list_words_fit). *partial is set when more words begin like a typed one than are
 * looked up. */
BhListWords *bh_list_words_new(BhDevice *device, const BhKind *kind, const char *typed,
                               GPtrArray *groups, gboolean *partial, GError **error);
/* NULL is ignored. */
void bh_list_words_free(BhListWords *words);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhListWords, bh_list_words_free)

/* *yes: whether the record has the words that are in no group. `words` may be NULL. */
gboolean bh_list_words_fit(BhDevice *device, const BhListWords *words, gint64 number, gboolean *yes,
                           GError **error);

G_END_DECLS
