/* Function of outbox-ahead.c that journal.c uses. */
#pragma once

#include "sync/device/store/core.h"

G_BEGIN_DECLS

/* Notes the entry if one of its records is of an urgent kind, so that a copy is sent ahead of its
 * chain. Inside the transaction that saves the entry. */
gboolean bh_outbox_note_urgent(BhDevice *device, const BhBody *body, GError **error);

G_END_DECLS
