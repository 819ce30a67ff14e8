/* The words of a search. A record is found by what stands in it, and by what stands in the record
 * it belongs to: a hazard by the name of its enterprise, which may be reached through its
 * inspection. That is looked up when somebody searches, so that a change of the enterprise writes
 * nothing but the enterprise. Inside sync/device only. */
#pragma once

#include "sync/device/store/device-private.h"

G_BEGIN_DECLS

typedef struct _BhListWords BhListWords;

/* Adds to `groups` (GArray of term numbers) what a record must stand under, one of each group; what
 * too many others belong to is asked of each record instead (bh_list_words_fit). *partial is set
 * when more words begin like a typed one than are looked up. */
BhListWords *bh_list_words_new(BhDevice *device, const BhKind *kind, const char *typed,
                               GPtrArray *groups, gboolean *partial, GError **error);
void bh_list_words_free(BhListWords *words);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhListWords, bh_list_words_free)

/* Whether the record has the words that no group stands for. `words` may be NULL. */
gboolean bh_list_words_fit(BhDevice *device, const BhListWords *words, gint64 number, gboolean *yes,
                           GError **error);

G_END_DECLS
