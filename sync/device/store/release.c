/* Removes files that nothing names any more, step by step; see release.h. */
#include "sync/device/store/release.h"

#include <string.h>

#include "sync/device/store/records-store.h"
#include "sync/device/store/release-store.h"
#include "sync/device/store/shadow-store.h"

#define STEP 20 /* files that are checked in one transaction */

/* Why a file stays although nothing names it. Kept in memory only. */
typedef struct {
  int added;       /* times the file was added without being named by a draft since */
  gint64 until_ms; /* boot clock until which the file stays after its draft was discarded */
} Held;

static gint64 boot_ms(BhDevice *device)
{
  return device->clock->boot_ms(device->clock->data);
}

static Held *need_held(BhDevice *device, const char *sha256)
{
  if (device->held_files == NULL)
    device->held_files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  Held *held = g_hash_table_lookup(device->held_files, sha256);
  if (held == NULL) {
    held = g_new0(Held, 1);
    g_hash_table_insert(device->held_files, g_strdup(sha256), held);
  }
  return held;
}

static gboolean is_held(BhDevice *device, const char *sha256)
{
  const Held *held =
      device->held_files != NULL ? g_hash_table_lookup(device->held_files, sha256) : NULL;

  if (held == NULL)
    return FALSE;
  if (held->added > 0 || boot_ms(device) < held->until_ms)
    return TRUE;
  g_hash_table_remove(device->held_files, sha256);
  return FALSE;
}

/* --- what a value names --- */

typedef gboolean (*EachHash)(BhDevice *device, const char *sha256, GError **error);

static gboolean each_hash(BhDevice *device, const json_t *value, EachHash func, GError **error)
{
  gsize index;
  json_t *child;
  const char *key;

  if (json_is_string(value) && bh_hash_is_valid(json_string_value(value)))
    return func(device, json_string_value(value), error);
  if (json_is_array(value)) {
    json_array_foreach((json_t *)value, index, child) {
      if (!each_hash(device, child, func, error))
        return FALSE;
    }
  } else if (json_is_object(value)) {
    json_object_foreach((json_t *)value, key, child) {
      if (!each_hash(device, child, func, error))
        return FALSE;
    }
  }
  return TRUE;
}

static gboolean each_hash_of_text(BhDevice *device, const char *text, EachHash func, GError **error)
{
  gsize len = text != NULL ? strlen(text) : 0;
  g_autoptr(json_t) value =
      len > BH_HASH_HEX_LEN ? bh_json_parse(text, len, BH_BODY_MAX, "draft value", NULL) : NULL;
  return value == NULL || each_hash(device, value, func, error);
}

static gboolean note_discarded(BhDevice *device, const char *sha256, GError **error)
{
  need_held(device, sha256)->until_ms = boot_ms(device) + BH_RELEASE_GRACE_MS;
  return bh_release_store_add(device, sha256, error);
}

static gboolean settle(BhDevice *device, const char *sha256, GError **error G_GNUC_UNUSED)
{
  Held *held = device->held_files != NULL ? g_hash_table_lookup(device->held_files, sha256) : NULL;

  if (held != NULL && held->added > 0)
    held->added--;
  return TRUE;
}

gboolean bh_release_note_draft(BhDevice *device, const char *value, GError **error)
{
  return each_hash_of_text(device, value, note_discarded, error);
}

void bh_release_hold(BhDevice *device, const char *sha256)
{
  need_held(device, sha256)->added++;
}

void bh_release_settle(BhDevice *device, const char *value)
{
  each_hash_of_text(device, value, settle, NULL);
}

/* --- what stays --- */

gboolean bh_release_is_named(BhDevice *device, const char *sha256, gboolean *named, GError **error)
{
  return bh_records_store_has_file(device, sha256, named, error);
}

static gboolean is_used(BhDevice *device, const char *sha256, gboolean *used, GError **error)
{
  return bh_release_is_named(device, sha256, used, error) &&
         (*used || bh_release_store_is_drafted(device, sha256, used, error));
}

static gboolean check_noted(BhDevice *device, const char *sha256, GError **error)
{
  gboolean used = FALSE;

  return is_used(device, sha256, &used, error) &&
         (used || bh_release_store_discard(device, sha256, error)) &&
         bh_release_store_drop(device, sha256, error);
}

/* Removes files from the array that are held (Held) and that nothing uses; they are checked again
 * later. */
static gboolean skip_held(BhDevice *device, GPtrArray *noted, GError **error)
{
  for (guint i = noted->len; i > 0; i--) {
    gboolean used = FALSE;
    if (!is_held(device, noted->pdata[i - 1]))
      continue;
    if (!is_used(device, noted->pdata[i - 1], &used, error))
      return FALSE;
    if (!used)
      g_ptr_array_remove_index(noted, i - 1);
  }
  return TRUE;
}

gboolean bh_release_is_index_complete(BhDevice *device)
{
  g_autofree char *reindex = bh_setting_dup(device, "reindex");
  return reindex == NULL && !bh_shadow_store_is_open(device);
}

gboolean bh_release_some(BhDevice *device, gboolean *more, GError **error)
{
  *more = FALSE;
  if (boot_ms(device) < device->opened_boot_ms + BH_RELEASE_OPEN_MS ||
      !bh_release_is_index_complete(device))
    return TRUE;
  g_autoptr(GPtrArray) noted = bh_release_store_list(device, device->release_place, STEP, error);
  if (noted == NULL)
    return FALSE;
  *more = noted->len == STEP;
  /* Held files are skipped and checked again in the next sweep. */
  g_strlcpy(device->release_place, *more ? noted->pdata[STEP - 1] : "",
            sizeof device->release_place);
  if (!skip_held(device, noted, error))
    return FALSE;
  if (noted->len == 0)
    return TRUE;
  g_autoptr(BhWrite) write = bh_write_begin(device, error);
  if (write == NULL)
    return FALSE;
  for (guint i = 0; i < noted->len; i++)
    if (!check_noted(device, noted->pdata[i], error))
      return FALSE;
  return bh_write_commit(write, error);
}
