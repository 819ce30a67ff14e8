/* Decides which records a device may change (write-access.h). A verdict is kept for the whole
 * piece, so that the piece's own changes do not alter it. */
#include "sync/hub/ingest/write-access.h"

#include "sync/hub/records/records.h"

struct _BhWriteAccess {
  BhDb *db;
  gint64 now_ms;
  BhRecords *records;
  const BhKindSet *kinds;
  const BhRegion *region;
  const char *unit;
  const char *device;
  GPtrArray *viewers;   /* json_t*: staff of the unit; NULL until it is needed */
  GHashTable *verdicts; /* record id → TRUE or FALSE */
};

BhWriteAccess *bh_write_access_new(BhDb *db, gint64 now_ms, BhRecords *records,
                                   const BhKindSet *kinds, const BhRegion *region, const char *unit,
                                   const char *device)
{
  BhWriteAccess *access = g_new0(BhWriteAccess, 1);
  access->db = db;
  access->now_ms = now_ms;
  access->records = records;
  access->kinds = kinds;
  access->region = region;
  access->unit = unit;
  access->device = device;
  access->verdicts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  return access;
}

void bh_write_access_free(BhWriteAccess *access)
{
  if (access == NULL)
    return;
  g_clear_pointer(&access->viewers, g_ptr_array_unref);
  g_hash_table_unref(access->verdicts);
  g_free(access);
}

static const json_t *lookup(const char *id, gpointer data)
{
  BhWriteAccess *access = data;
  return bh_records_get_values(access->records, id);
}

static const char *get_kind(const char *id, gpointer data)
{
  BhWriteAccess *access = data;
  return bh_records_get_kind(id, access->records);
}

static gboolean has_scope(BhWriteAccess *access, const char *scope)
{
  return bh_scope_is_within(scope, access->unit, FALSE, access->region, lookup, access);
}

static gboolean is_shown(BhWriteAccess *access, const BhKind *kind, const char *id,
                         const json_t *values, gboolean *shown, GError **error)
{
  const BhVisibilitySource source = {lookup, get_kind, access};
  /* The staff of the unit is loaded only if a record is not open to everybody. */
  *shown = bh_visibility_compute(kind, id, values, NULL, 0, &source) == BH_VISIBILITY_OPEN;
  if (*shown)
    return TRUE;
  if (access->viewers == NULL)
    access->viewers = bh_record_list_viewers(access->db, access->unit, access->now_ms, error);
  if (access->viewers == NULL)
    return FALSE;
  *shown = bh_visibility_compute(kind, id, values, (const json_t *const *)access->viewers->pdata,
                                 access->viewers->len, &source) != BH_VISIBILITY_NONE;
  return TRUE;
}

static gboolean check(BhWriteAccess *access, const char *id, gboolean *allowed, GError **error)
{
  const BhRecordRow *row;
  if (!bh_records_get_row(access->records, id, &row, error))
    return FALSE;
  *allowed = row == NULL || row->nr == 0;
  if (*allowed)
    return TRUE;
  /* The row is still as stored: a record that this piece changed was judged before the change. */
  const BhKind *kind = bh_kind_set_find(access->kinds, row->kind);
  if (kind == NULL || (!has_scope(access, row->scope) && !has_scope(access, row->scope2)))
    return TRUE;
  return is_shown(access, kind, id, bh_records_get_values(access->records, id), allowed, error) &&
         (*allowed || bh_record_is_own_orphan(access->db, id, access->device, allowed, error));
}

gboolean bh_write_access_check(BhWriteAccess *access, const char *record, gboolean *allowed,
                               GError **error)
{
  gpointer verdict;
  if (g_hash_table_lookup_extended(access->verdicts, record, NULL, &verdict)) {
    *allowed = GPOINTER_TO_INT(verdict);
    return TRUE;
  }
  if (!check(access, record, allowed, error))
    return FALSE;
  g_hash_table_insert(access->verdicts, g_strdup(record), GINT_TO_POINTER(*allowed));
  return TRUE;
}
