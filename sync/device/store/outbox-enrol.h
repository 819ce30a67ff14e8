/* Part of outbox-enrol.c that a page of changes uses. */
#pragma once

#include "sync/device/store/core.h"

G_BEGIN_DECLS

/* Notes an address that the hub says it has, for the time when it does not answer at the present
 * one. An address that is known or not valid changes nothing. Inside a transaction. */
gboolean bh_outbox_note_address(BhDevice *device, const char *url, GError **error);

G_END_DECLS
