/* Writes an act of a person as one entry. The writer checks again that the record has not changed
 * since the person saw it, so that a newer change is never overwritten unseen. Start at
 * bh_office_write_change. */
#include "sync/hub/office/internal.h"

#include <string.h>

#include "schema/error.h"
#include "sync/hub/office/office-store.h"

/* A change, and what the writer answers. */
typedef struct {
  const BhOfficeChange *change;
  char *entry; /* id of the appended entry; g_free */
} Write;

void bh_office_set_changed(GError **error)
{
  g_set_error_literal(error, BH_ERROR, BH_ERROR_CHAIN,
                      "record: it was changed meanwhile, load it again");
}

static gboolean heads_are(char *const *heads, const json_t *expected)
{
  if (g_strv_length((char **)heads) != json_array_size(expected))
    return FALSE;
  gsize index;
  json_t *id;
  json_array_foreach((json_t *)expected, index, id) {
    const char *text = json_string_value(id);
    if (text == NULL || !g_strv_contains((const char *const *)heads, text))
      return FALSE;
  }
  return TRUE;
}

gboolean bh_office_is_newest(BhDb *db, const char *record, const char *covers, GError **error)
{
  g_autofree char *newest = NULL;
  if (!bh_office_store_newest_entry(db, record, &newest, error))
    return FALSE;
  if (strcmp(newest, covers) == 0)
    return TRUE;
  bh_office_set_changed(error);
  return FALSE;
}

/* FALSE with BH_ERROR_CHAIN when the store has a record with this id. */
static gboolean is_unused(BhDb *db, const char *record, GError **error)
{
  g_autoptr(GError) none = NULL;
  g_autoptr(BhRecord) known = bh_record_load(db, record, &none);
  if (known == NULL && g_error_matches(none, BH_ERROR, BH_ERROR_NOT_FOUND))
    return TRUE;
  if (known == NULL)
    g_propagate_error(error, g_steal_pointer(&none));
  else
    g_set_error_literal(error, BH_ERROR, BH_ERROR_CHAIN,
                        "record: a record with this id exists already");
  return FALSE;
}

/* Whether the record is still as the person saw it. FALSE with BH_ERROR_CHAIN if it was changed
 * since. */
static gboolean is_unchanged(const BhOfficeChange *change, BhDb *db, GError **error)
{
  if (change->creates)
    return is_unused(db, change->record, error);
  if (change->key != NULL) {
    g_autoptr(BhRecord) record = bh_record_load(db, change->record, error);
    if (record == NULL)
      return FALSE;
    g_auto(GStrv) heads = bh_record_dup_heads(record, change->key);
    if (!heads_are(heads, change->heads)) {
      bh_office_set_changed(error);
      return FALSE;
    }
  }
  return change->covers == NULL || bh_office_is_newest(db, change->record, change->covers, error);
}

static gboolean write_change(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  Write *write = data;
  const BhOfficeChange *change = write->change;
  if (!is_unchanged(change, db, error) ||
      (change->files != NULL && !bh_office_write_files(hub, db, change->files, error)))
    return FALSE;
  write->entry = bh_hub_append_in(hub, db, change->call->staff, change->ops, error);
  return write->entry != NULL &&
         (change->files == NULL || bh_office_place_files(hub, change->files, error));
}

json_t *bh_office_write_change(const BhOfficeChange *change, GError **error)
{
  Write write = {.change = change};
  g_autoptr(GError) refused = NULL;
  gboolean good = bh_hub_write(change->call->hub, write_change, &write, &refused);
  g_autofree char *entry = write.entry;
  if (good)
    return json_pack("{s:s,s:s}", "entry", entry, "record", change->record);
  bh_office_explain(change->call, &refused);
  g_propagate_error(error, g_steal_pointer(&refused));
  return NULL;
}
