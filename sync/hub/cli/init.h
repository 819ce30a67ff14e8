/* Makes the files of a new hub in a folder, and removes them. */
#pragma once

#include "schema/error.h"

G_BEGIN_DECLS

typedef struct {
  const char *name;
  const char *area;       /* code or name of an area of the pack */
  const char *public_url; /* address at which devices reach the hub (bh_hub_set_public_url); NULL:
                           * not known yet */
  const char *regions;    /* path of the region pack; NULL: the installed one */
  const char *lang;       /* "zh" or "en", for errors about the area; NULL: "en" */
} BhHubPlan;

/* Makes a hub in an existing directory: store, hub keys, plaque key, TLS key and certificate, kind
 * set and region pack. On failure all files that were made are removed. BH_ERROR_BUSY when the
 * directory has a hub, or a part of one. */
gboolean bh_hub_make(const char *dir, const BhHubPlan *plan, GError **error);
/* Calls bh_hub_make with the installed region pack and without a public URL. */
gboolean bh_hub_init(const char *dir, const char *name, const char *area, GError **error);
/* TRUE when a directory has no part of a hub; else FALSE with BH_ERROR_BUSY. */
gboolean bh_hub_is_free(const char *dir, GError **error);
/* Removes all parts of a hub from a directory. Only for a directory for which bh_hub_is_free was
 * TRUE before. */
void bh_hub_remove(const char *dir);

G_END_DECLS
