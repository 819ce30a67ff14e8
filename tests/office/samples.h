/* The sample data as records of a hub; see assets/samples/README.md. */
#pragma once

#include "sync/hub/hub.h"

G_BEGIN_DECLS

/* Makes the records of the file `name` in assets/samples. */
gboolean test_load_samples(BhHub *hub, const char *name, GError **error);

G_END_DECLS
