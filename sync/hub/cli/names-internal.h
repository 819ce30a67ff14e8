/* The members of a BhNames. Shared by names.c and names-value.c. */
#pragma once

#include "sync/hub/cli/names.h"

G_BEGIN_DECLS

struct _BhNames {
  BhHub *hub;
  BhDb *db;
  const BhKindSet *kinds;
  const BhRegion *region;
  const char *lang;
  BhSettingValues *settings; /* settings and code lists; NULL: not read yet */
  GHashTable *kinds_listed;  /* kind → Listed (names.c) */
  GHashTable *by_id;         /* id → row */
};

G_END_DECLS
