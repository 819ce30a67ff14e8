/* Looks values up in an overlay: unsaved values in place of stored ones (overlay.h). */
#include "schema/overlay.h"

static void free_values(gpointer values)
{
  json_decref(values);
}

const json_t *bh_overlay_lookup(const char *record, gpointer data)
{
  BhOverlay *overlay = data;
  const json_t *unsaved =
      overlay->unsaved != NULL ? g_hash_table_lookup(overlay->unsaved, record) : NULL;
  if (unsaved != NULL)
    return unsaved;
  const json_t *stored = overlay->lookup(record, overlay->store);
  json_t *made = overlay->make(record, stored, overlay->maker);
  if (made == NULL)
    return stored;
  if (overlay->unsaved == NULL)
    overlay->unsaved = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_values);
  g_hash_table_insert(overlay->unsaved, g_strdup(record), made);
  return made;
}

const char *bh_overlay_get_kind(const char *record, gpointer data)
{
  BhOverlay *overlay = data;
  return overlay->kind_of != NULL ? overlay->kind_of(record, overlay->store) : NULL;
}

json_t *bh_overlay_list_children(const char *record, const char *kind, gpointer data)
{
  BhOverlay *overlay = data;
  return overlay->children != NULL ? overlay->children(record, kind, overlay->store) : NULL;
}

json_t *bh_overlay_list_referring(const char *record, const char *kind, const char *field,
                                  gboolean *complete, gpointer data)
{
  BhOverlay *overlay = data;
  return overlay->referring != NULL
             ? overlay->referring(record, kind, field, complete, overlay->store)
             : NULL;
}

void bh_overlay_forget(BhOverlay *overlay, const char *record)
{
  if (overlay->unsaved != NULL)
    g_hash_table_remove(overlay->unsaved, record);
}

void bh_overlay_clear(BhOverlay *overlay)
{
  g_clear_pointer(&overlay->unsaved, g_hash_table_unref);
}

void bh_values_apply(json_t *values, const json_t *set)
{
  const char *key;
  json_t *value;
  json_object_foreach((json_t *)set, key, value) {
    if (json_is_null(value))
      json_object_del(values, key);
    else
      json_object_set(values, key, value);
  }
}
