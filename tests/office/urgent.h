/* An urgent message, and its copy ahead of its chain. */
#pragma once

#include "sync/hub/hub.h"

G_BEGIN_DECLS

/* The operation that makes an urgent message; a new reference. */
json_t *test_make_urgent(const char *record, const char *unit, const char *author);
/* Gives the hub the copy of an entry of a device. */
gboolean test_add_copy(BhHub *hub, const char *device, const char *id, const BhEntryText *text,
                       GError **error);

G_END_DECLS
