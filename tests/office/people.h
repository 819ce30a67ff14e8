/* Many people, for tests of how one of them is found. */
#pragma once

#include "sync/hub/hub.h"

G_BEGIN_DECLS

/* Adds `count` people of a unit, named "样例人员 000" and so on. Aborts when the hub refuses one.
 */
void test_add_people(BhHub *hub, const char *unit, int count);

G_END_DECLS
