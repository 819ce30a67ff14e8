/* Function of outbox-enrol.c that outbox-pull.c uses. */
#pragma once

#include "sync/device/store/core.h"

G_BEGIN_DECLS

/* Stores another address of the hub, as the hub gave it. It is used when the hub does not answer at
 * the present one. An address that is known or not valid changes nothing. Inside a transaction. */
gboolean bh_outbox_note_address(BhDevice *device, const char *url, GError **error);

G_END_DECLS
