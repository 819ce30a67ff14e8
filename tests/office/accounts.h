/* People who can sign in at the office, for tests. */
#pragma once

#include "sync/hub/hub.h"

G_BEGIN_DECLS

/* Adds a person with the login `login` and the password "bihuan-LOGIN-1". `roles` are separated by
 * commas. `area` NULL: `unit` is the id of a unit; else the person belongs to a new unit with the
 * name `unit` in this area. Aborts when the hub refuses. */
void test_add_account(BhHub *hub, const char *login, const char *name, const char *roles,
                      const char *unit, const char *area);
/* Records that the person with this login left the service. */
void test_end_service(BhHub *hub, const char *login);

G_END_DECLS
