/* Drafts of a hazard that were discarded, kept for the undo that a toast offers. The undo stores
 * them again, also when the page is gone. Reference counted, because the answer of the store and
 * the toast both hold one. Main thread. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

typedef struct _BhDiscarded BhDiscarded;

/* Shows a restored picture on the page again. */
typedef void (*BhDiscardedShow)(BhPage *page, const char *id, json_t *values);

/* What the actor discarded on `page`. `changed`: {key: value} of the draft of the hazard `record`,
 * `photos`: {id: values} of picture drafts; both are taken over. `show` (NULL: nothing to show) is
 * called at the undo for each picture, unless the page is gone. bh_discarded_release. */
BhDiscarded *bh_discarded_new(BhPage *page, const char *record, json_t *changed, json_t *photos,
                              BhDiscardedShow show);
/* The pictures, borrowed. */
const json_t *bh_discarded_get_photos(const BhDiscarded *discarded);
/* Shows a toast with `text` and the undo, on the window of `page`. */
void bh_discarded_offer_undo(BhDiscarded *discarded, BhPage *page, const char *text);
/* Releases one reference; a GDestroyNotify. */
void bh_discarded_release(gpointer discarded);

G_END_DECLS
