/* How long until a record is due, as text. Use on the main thread only. */
#pragma once

#include "app/session.h"

G_BEGIN_DECLS

/* "3 days left", "Due today" or "5 days overdue", for a deadline at a moment with its time; NULL
 * when the record has no due date. `row` is a row of a list, or a record, of the store. Sets *days
 * (may be NULL) to the days left, negative when overdue; untouched when NULL is returned. g_free.
 */
char *bh_due_dup_text(const json_t *row, int *days);
/* Whether the record of the row is overdue, or due so soon that people should be told. */
gboolean bh_due_is_soon(const json_t *row);
/* The same for a day "YYYY-MM-DD"; NULL when `day` is NULL or not a date. g_free. */
char *bh_due_dup_day_text(BhSession *session, const char *day);

G_END_DECLS
