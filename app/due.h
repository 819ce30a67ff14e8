/* How long until a record is due, in words. */
#pragma once

#include "app/session.h"

G_BEGIN_DECLS

/* "3 days left", "Due today", "5 days overdue"; NULL when nothing says by when. *days (may be NULL)
 * is negative when overdue. g_free. */
char *bh_due_dup_text(BhSession *session, const BhKind *kind, const json_t *values, int *days);

G_END_DECLS
