/* Marks unanswered items of an inspection's checklist as "not checked", flagged as filled in bulk
 * (FIELD 8). The store's thread reads and writes the items in one piece of work, so that no answer
 * is overwritten. */
#pragma once

#include "sync/device/store/store.h"

G_BEGIN_DECLS

typedef struct _BhVisitFill BhVisitFill;

/* A work without items; the arguments are copied. bh_visit_fill_free. */
BhVisitFill *bh_visit_fill_new(const char *author, const char *inspection);
/* Adds an item that is filled in when it has no answer. */
void bh_visit_fill_add(BhVisitFill *fill, const char *item_no);
/* A BhWorkFunc for the store's thread; `fill` is a BhVisitFill. Saves at most one entry. Result:
 * {"filled": number of items}. */
void bh_visit_fill_run(BhDevice *device, GTask *task, gpointer fill);
/* Frees the work; a GDestroyNotify. */
void bh_visit_fill_free(gpointer fill);

G_END_DECLS
