/* Reads a record for the index (index-source.h). */
#include "sync/hub/records/index-source.h"

#include <string.h>

#include "sync/hub/records/record-store.h"
#include "sync/hub/records/records.h"

/* Title (g_free) of the record from which a record takes its area or unit, mostly its enterprise,
 * so that a search for that title finds the record. NULL for a kind of which records can be hidden:
 * a search result would reveal that a hidden record exists. */
static gboolean dup_place_title(const BhRecordsIndex *index, const char *id, char **title,
                                GError **error)
{
  g_autofree char *name = NULL;
  *title = NULL;
  if (id == NULL)
    return TRUE;
  if (!bh_record_read_title(index->db, id, &name, title, error))
    return FALSE;
  const BhKind *kind = name != NULL ? bh_kind_set_find(index->kinds, name) : NULL;
  if (kind == NULL || !bh_index_shows_title(kind))
    g_clear_pointer(title, g_free);
  return TRUE;
}

static json_t *dup_values(const BhRecordsIndex *index, const BhRecordRow *stored)
{
  json_t *cached = bh_record_cache_get_values(index->cache, stored->id, stored->snapshot);
  if (cached != NULL)
    return cached;
  g_autoptr(GError) error = NULL;
  g_autoptr(BhRecord) record =
      bh_record_from_snapshot(stored->snapshot, strlen(stored->snapshot), &error);
  if (record != NULL)
    return bh_record_dup_values(record);
  g_warning("record %s: cannot be indexed by its values: %s", stored->id, error->message);
  return json_object();
}

static gboolean fill_derived(const BhRecordsIndex *index, const BhRecordRow *stored,
                             BhIndexRow *row, GError **error)
{
  const BhKind *kind = bh_kind_set_find(index->kinds, stored->kind);
  g_autofree char *place = NULL;
  if (!dup_place_title(index, stored->scope_from, &place, error))
    return FALSE;
  if (kind == NULL) {
    row->values = json_object();
    row->text = g_strdup(row->title);
    return TRUE;
  }
  g_autoptr(json_t) values = dup_values(index, stored);
  const BhContext context = {.values = values,
                             .record = stored->id,
                             .lookup = bh_records_lookup,
                             .kind_of = bh_records_get_kind,
                             .settings = bh_records_get_settings,
                             .data = index->others};
  row->values = bh_index_collect_values(kind, &context);
  row->text = bh_index_collect_text(kind, values, row->title, place);
  return TRUE;
}

gboolean bh_records_fill_index(gint64 nr, BhIndexRow *row, gpointer data, GError **error)
{
  const BhRecordsIndex *index = data;
  BhRecordRow stored = {0};
  gboolean found;
  if (!bh_record_row_load_nr(index->db, nr, &stored, &found, error))
    return FALSE;
  if (!found)
    return TRUE;
  row->kind = g_strdup(stored.kind);
  row->state = g_strdup(stored.state);
  row->area = g_strdup(stored.area);
  row->scope = g_strdup(stored.scope);
  row->scope2 = g_strdup(stored.scope2);
  row->restriction = g_strdup(stored.restriction);
  row->review = g_strdup(stored.review);
  row->title = g_strdup(stored.title);
  row->conflict = stored.conflict;
  row->position = stored.position;
  gboolean ok = fill_derived(index, &stored, row, error);
  bh_record_row_clear(&stored);
  return ok;
}
