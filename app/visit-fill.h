/* Items of an inspection's list that nobody answered become "not checked", marked as filled in
 * bulk. What is unanswered is read and written in one piece of work on the store's thread, so that
 * no answer is ever overwritten. */
#pragma once

#include "sync/device/store/store.h"

G_BEGIN_DECLS

typedef struct _BhVisitFill BhVisitFill;

BhVisitFill *bh_visit_fill_new(const char *author, const char *inspection);
void bh_visit_fill_add(BhVisitFill *fill, const char *item_no);
/* BhWorkFunc over a BhVisitFill: at most one entry. Answers {"filled": number of items}. */
void bh_visit_fill_run(BhDevice *device, GTask *task, gpointer fill);
/* A GDestroyNotify. */
void bh_visit_fill_free(gpointer fill);

G_END_DECLS
