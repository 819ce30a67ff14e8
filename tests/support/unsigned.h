/* People of a test who act on devices without a PIN: the hub accepts entries in their name without
 * their signature, as it does for a while after an upgrade from PINs without keys. */
#pragma once

#include "sync/hub/hub.h"
#include "sync/hub/log/person-store.h"

static inline gboolean test_write_unsigned(BhHub *hub, BhDb *db, gpointer staff, GError **error)
{
  (void)hub;
  return bh_person_store_add_key(db, staff, "", 0, error);
}

static inline void test_take_unsigned(BhHub *hub, const char *staff)
{
  g_autoptr(GError) error = NULL;
  bh_hub_write(hub, test_write_unsigned, (gpointer)staff, &error);
  g_assert_no_error(error);
}
