/* Loads records once and keeps their values (shown.h). */
#include "sync/hub/access/shown.h"

#include <string.h>

#include "schema/ident.h"
#include "sync/hub/records/records.h"

struct _BhShown {
  BhDb *db;
  GHashTable *records; /* id → BhShownRecord, or NULL */
};

static void record_free(gpointer data)
{
  BhShownRecord *record = data;
  if (record == NULL)
    return;
  json_decref(record->values);
  g_free(record->kind);
  g_free(record->scope);
  g_free(record->scope2);
  g_free(record);
}

BhShown *bh_shown_new(BhDb *db)
{
  BhShown *shown = g_new0(BhShown, 1);
  shown->db = db;
  shown->records = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, record_free);
  return shown;
}

void bh_shown_free(BhShown *shown)
{
  if (shown == NULL)
    return;
  g_hash_table_unref(shown->records);
  g_free(shown);
}

static gboolean load(BhShown *shown, const char *id, BhShownRecord **record, GError **error)
{
  BhRecordRow row = {0};
  gboolean found;
  *record = NULL;
  if (!bh_record_row_load(shown->db, id, &row, &found, error))
    return FALSE;
  if (!found)
    return TRUE;
  g_autoptr(BhRecord) folded = bh_record_from_snapshot(row.snapshot, strlen(row.snapshot), error);
  if (folded != NULL) {
    *record = g_new0(BhShownRecord, 1);
    (*record)->values = bh_record_dup_values(folded);
    (*record)->kind = g_steal_pointer(&row.kind);
    (*record)->scope = g_steal_pointer(&row.scope);
    (*record)->scope2 = g_steal_pointer(&row.scope2);
  }
  bh_record_row_clear(&row);
  return folded != NULL;
}

const BhShownRecord *bh_shown_find(BhShown *shown, const char *id, GError **error)
{
  gpointer known = NULL;
  BhShownRecord *record;
  if (!bh_id_is_valid(id))
    return NULL;
  if (g_hash_table_lookup_extended(shown->records, id, NULL, &known))
    return known;
  if (!load(shown, id, &record, error))
    return NULL;
  g_hash_table_insert(shown->records, g_strdup(id), record);
  return record;
}

const json_t *bh_shown_lookup(const char *id, gpointer shown)
{
  const BhShownRecord *record = bh_shown_find(shown, id, NULL);
  return record != NULL ? record->values : NULL;
}
