/* Faults that the tests of the office put into the hub's database. They block until the writer has
 * committed. FALSE with an error when the statement fails. */
#pragma once

#include "sync/hub/hub.h"

/* Stores a refused request of an unknown device. */
gboolean test_add_refusal(BhHub *hub, GError **error);
/* Makes the access log refuse new rows (`full`), or accept them again. */
gboolean test_set_log_full(BhHub *hub, gboolean full, GError **error);
