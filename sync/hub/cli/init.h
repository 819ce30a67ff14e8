/* Makes a hub in a folder, and takes it away again. */
#pragma once

#include "schema/error.h"

G_BEGIN_DECLS

typedef struct {
  const char *name;
  const char *area;       /* code or name of an area of the pack */
  const char *public_url; /* where devices reach the hub (bh_hub_set_public_url); NULL: not yet */
  const char *regions;    /* path of the region pack; NULL: the one that is installed */
  const char *lang;       /* "zh" or "en", for what is wrong with the area; NULL: "en" */
} BhHubPlan;

/* Makes a hub in a directory that is there: store, hub keys, plaque key, TLS key and certificate,
 * kind set and region pack. Nothing of it is left when it fails. BH_ERROR_BUSY when there is a hub
 * already, or anything of one. */
gboolean bh_hub_make(const char *dir, const BhHubPlan *plan, GError **error);
/* The same with the installed pack. */
gboolean bh_hub_init(const char *dir, const char *name, const char *area, GError **error);
/* TRUE when a directory holds nothing of a hub; else BH_ERROR_BUSY. */
gboolean bh_hub_is_free(const char *dir, GError **error);
/* Takes all that makes a hub out of a directory; only for one that was free. */
void bh_hub_take_away(const char *dir);

G_END_DECLS
