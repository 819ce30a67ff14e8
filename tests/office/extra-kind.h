/* A kind that is not shipped, for tests of what is declared. */
#pragma once

#include "sync/hub/hub.h"

G_BEGIN_DECLS

/* Adds the kind of tests/support/FILE to the kinds that the hub uses. FALSE with an error that
 * names the file or the place in the kinds. */
gboolean test_add_kind(BhHub *hub, const char *file, GError **error);
/* Adds the kind of tests/support/measure-kind.json, and a record of it. The id of the record
 * (g_free), NULL with an error. */
char *test_add_measure(BhHub *hub, GError **error);

G_END_DECLS
