/* Rows of records, bases and views; see records-store.h. */
#include "sync/device/store/records-store.h"

#include <string.h>

#include "sync/db/params.h"
#include "sync/device/store/release-store.h"

/* Own entries of :record that its base does not contain: those with a seq above all that the hub's
 * records contain and a position above the base's last entry, and those quarantined at the hub. */
#define OVERLAY                                                                                    \
  "SELECT r.pos FROM entry_record r JOIN incarnation i ON i.number = r.pos >> 40"                  \
  " WHERE r.record = :record AND r.pos > :after"                                                   \
  " AND ((r.pos & 1099511627775) > i.included"                                                     \
  " AND r.pos > coalesce((SELECT b.through FROM record x JOIN base b ON b.number = x.nr"           \
  " WHERE x.id = :record), 0)"                                                                     \
  " OR EXISTS (SELECT 1 FROM quarantine q WHERE q.pos = r.pos)) ORDER BY r.pos"

static void read_row(BhStmt *stmt, BhRow *row)
{
  row->number = bh_stmt_get_int(stmt, 0);
  row->kind = g_strdup(bh_stmt_get_text(stmt, 1));
  row->title = g_strdup(bh_stmt_get_text(stmt, 2));
  row->state = g_strdup(bh_stmt_get_text(stmt, 3));
  row->conflicts = bh_stmt_get_int(stmt, 4);
  row->changed = bh_stmt_get_int(stmt, 5);
  row->parent = g_strdup(bh_stmt_get_text(stmt, 6));
  row->scope_from = g_strdup(bh_stmt_get_text(stmt, 7));
}

gboolean bh_records_store_find(BhDevice *device, const char *id, BhRow *row, GError **error)
{
  g_autoptr(BhStmt) stmt = NULL;
  memset(row, 0, sizeof *row);
  if (!bh_db_query_row(device->db,
                       "SELECT nr, kind, title, state, conflicts, changed, parent, scope_from"
                       " FROM record WHERE id = :id",
                       BH_PARAMS(bh_param_text("id", id)), &stmt, error))
    return FALSE;
  if (stmt == NULL)
    return TRUE;
  read_row(stmt, row);
  return TRUE;
}

gboolean bh_records_store_insert(BhDevice *device, const char *id, BhRow *row, GError **error)
{
  return bh_db_get_int(
      device->db,
      "INSERT INTO record (id, kind, title, state, parent, scope_from, conflicts, changed) VALUES"
      " (:id, :kind, :title, :state, :parent, :scope_from, :conflicts, :changed) RETURNING nr",
      BH_PARAMS(bh_param_text("id", id), bh_param_text("kind", row->kind),
                bh_param_text("title", row->title), bh_param_text("state", row->state),
                bh_param_text("parent", row->parent), bh_param_text("scope_from", row->scope_from),
                bh_param_int("conflicts", row->conflicts), bh_param_int("changed", row->changed)),
      &row->number, error);
}

gboolean bh_records_store_update(BhDevice *device, const BhRow *row, GError **error)
{
  return bh_db_run(
      device->db,
      "UPDATE record SET conflicts = :conflicts, changed = :changed, title = :title,"
      " state = :state, parent = :parent, scope_from = :scope_from WHERE nr = :number",
      BH_PARAMS(bh_param_int("number", row->number), bh_param_int("conflicts", row->conflicts),
                bh_param_int("changed", row->changed), bh_param_text("title", row->title),
                bh_param_text("state", row->state), bh_param_text("parent", row->parent),
                bh_param_text("scope_from", row->scope_from)),
      error);
}

gboolean bh_records_store_touch(BhDevice *device, const BhRow *row, GError **error)
{
  return bh_db_run(
      device->db, "UPDATE record SET conflicts = :conflicts, changed = :changed WHERE nr = :number",
      BH_PARAMS(bh_param_int("number", row->number), bh_param_int("conflicts", row->conflicts),
                bh_param_int("changed", row->changed)),
      error);
}

static gboolean run_for_number(BhDevice *device, const char *sql, gint64 number, GError **error)
{
  return bh_db_run(device->db, sql, BH_PARAMS(bh_param_int("number", number)), error);
}

gboolean bh_records_store_delete(BhDevice *device, gint64 number, GError **error)
{
  return run_for_number(device, "DELETE FROM record WHERE nr = :number", number, error);
}

gboolean bh_records_store_drop_base(BhDevice *device, gint64 number, GError **error)
{
  return run_for_number(device, "DELETE FROM base WHERE number = :number", number, error);
}

gboolean bh_records_store_drop_view(BhDevice *device, gint64 number, GError **error)
{
  return run_for_number(device, "DELETE FROM view WHERE number = :number", number, error);
}

gboolean bh_records_store_mark_gone(BhDevice *device, gint64 number, gboolean gone, GError **error)
{
  return gone ? run_for_number(device, "UPDATE base SET gone = 1 WHERE number = :number", number,
                               error)
              : run_for_number(device, "UPDATE base SET gone = 0 WHERE number = :number", number,
                               error);
}

char *bh_records_store_dup_id(BhDevice *device, gint64 number, GError **error)
{
  char *id;
  bh_db_dup_text(device->db, "SELECT id FROM record WHERE nr = :number",
                 BH_PARAMS(bh_param_int("number", number)), &id, error);
  return id;
}

GPtrArray *bh_records_store_list_children(BhDevice *device, const char *parent, const char *kind,
                                          GError **error)
{
  return bh_stmt_collect_texts(
      bh_db_query(device->db,
                  "SELECT id FROM record WHERE parent = :parent AND kind = :kind ORDER BY nr DESC",
                  BH_PARAMS(bh_param_text("parent", parent), bh_param_text("kind", kind)), error),
      error);
}

static gboolean add_ids(BhDevice *device, const char *sql, int max, json_t *out, GError **error)
{
  g_autoptr(GPtrArray) ids = bh_stmt_collect_texts(
      bh_db_query(device->db, sql, BH_PARAMS(bh_param_int("max", max)), error), error);
  for (guint i = 0; ids != NULL && i < ids->len; i++)
    json_array_append_new(out, json_string(ids->pdata[i]));
  return ids != NULL;
}

json_t *bh_records_store_list_settings(BhDevice *device, int max, int max_codes, GError **error)
{
  g_autoptr(json_t) out = json_array();
  return add_ids(device,
                 "SELECT id FROM record WHERE kind IN ('setting', 'calendar')"
                 " ORDER BY nr DESC LIMIT :max",
                 max, out, error) &&
                 add_ids(device,
                         "SELECT id FROM record WHERE kind = 'code' ORDER BY nr DESC LIMIT :max",
                         max_codes, out, error)
             ? g_steal_pointer(&out)
             : NULL;
}

/* Files of the record that are not in the JSON array :hashes. */
#define OTHER_FILES                                                                                \
  " FROM record_file WHERE record = :number"                                                       \
  " AND sha256 NOT IN (SELECT value FROM json_each(:hashes))"

gboolean bh_records_store_set_files(BhDevice *device, gint64 number, const json_t *hashes,
                                    GError **error)
{
  g_autofree char *list = bh_json_dump(hashes);
  const BhParam *params = BH_PARAMS(bh_param_int("number", number), bh_param_text("hashes", list));
  g_autoptr(GPtrArray) left = bh_stmt_collect_texts(
      bh_db_query(device->db, "SELECT sha256" OTHER_FILES, params, error), error);
  if (left == NULL ||
      (left->len > 0 && !bh_db_run(device->db, "DELETE" OTHER_FILES, params, error)))
    return FALSE;
  for (guint i = 0; i < left->len; i++)
    if (!bh_release_store_add(device, left->pdata[i], error))
      return FALSE;
  return json_array_size(hashes) == 0 ||
         bh_db_run(
             device->db,
             "INSERT INTO record_file (record, sha256)"
             " SELECT :number, value FROM json_each(:hashes) WHERE true ON CONFLICT DO NOTHING",
             params, error);
}

gboolean bh_records_store_has_file(BhDevice *device, const char *sha256, gboolean *has,
                                   GError **error)
{
  return bh_db_has_row(device->db, "SELECT 1 FROM record_file WHERE sha256 = :sha LIMIT 1",
                       BH_PARAMS(bh_param_text("sha", sha256)), has, error);
}

/* --- many records --- */

static void stored_free(gpointer data)
{
  BhStoredRecord *stored = data;
  bh_row_clear(&stored->row);
  g_free(stored->text);
  g_array_unref(stored->overlay);
  g_free(stored);
}

/* The ids, each once. */
#define ONCE "(SELECT DISTINCT value FROM json_each(:ids))"

static gboolean load_texts(BhDevice *device, const char *ids, GPtrArray *all, GHashTable *by_id,
                           GError **error)
{
  gboolean ended;
  g_autoptr(BhStmt) stmt =
      bh_db_query(device->db,
                  "SELECT r.nr, r.kind, r.title, r.state, r.conflicts, r.changed, r.parent,"
                  " r.scope_from, r.id, coalesce(v.text, b.text)"
                  " FROM " ONCE " j CROSS JOIN record r ON r.id = j.value"
                  " LEFT JOIN view v ON v.number = r.nr LEFT JOIN base b ON b.number = r.nr",
                  BH_PARAMS(bh_param_text("ids", ids)), error);
  if (stmt == NULL)
    return FALSE;
  while (bh_stmt_next(stmt, &ended, error)) {
    BhStoredRecord *stored = g_new0(BhStoredRecord, 1);
    read_row(stmt, &stored->row);
    g_strlcpy(stored->id, bh_stmt_get_text(stmt, 8), sizeof stored->id);
    stored->text = g_strdup(bh_stmt_get_text(stmt, 9));
    stored->overlay = g_array_new(FALSE, FALSE, sizeof(gint64));
    g_ptr_array_add(all, stored);
    g_hash_table_insert(by_id, stored->id, stored);
  }
  return ended;
}

GPtrArray *bh_records_store_load(BhDevice *device, const json_t *ids, GError **error)
{
  g_autofree char *list = bh_json_dump(ids);
  g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(stored_free);
  g_autoptr(GHashTable) by_id = g_hash_table_new(g_str_hash, g_str_equal);
  gboolean ended;
  if (!load_texts(device, list, all, by_id, error))
    return NULL;
  g_autoptr(BhStmt) stmt = bh_db_query(
      device->db,
      "SELECT x.id, r.pos FROM (SELECT DISTINCT value FROM json_each(:ids)) j CROSS JOIN record x "
      "ON x.id = j.value"
      " LEFT JOIN view v ON v.number = x.nr LEFT JOIN base b ON b.number = x.nr"
      " CROSS JOIN entry_record r ON r.record = x.id AND r.pos > coalesce(v.pos, 0)"
      " JOIN incarnation i ON i.number = r.pos >> 40"
      " WHERE (r.pos & 1099511627775) > i.included AND r.pos > coalesce(b.through, 0)"
      " OR EXISTS (SELECT 1 FROM quarantine q WHERE q.pos = r.pos) ORDER BY x.id, r.pos",
      BH_PARAMS(bh_param_text("ids", list)), error);
  if (stmt == NULL)
    return NULL;
  while (bh_stmt_next(stmt, &ended, error)) {
    const BhStoredRecord *stored = g_hash_table_lookup(by_id, bh_stmt_get_text(stmt, 0));
    gint64 pos = bh_stmt_get_int(stmt, 1);
    if (stored != NULL)
      g_array_append_val(stored->overlay, pos);
  }
  return ended ? g_steal_pointer(&all) : NULL;
}

GHashTable *bh_records_store_list_ids(BhDevice *device, const json_t *numbers, GError **error)
{
  g_autofree char *list = bh_json_dump(numbers);
  g_autoptr(GHashTable) ids = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
  gboolean ended;
  g_autoptr(BhStmt) stmt = bh_db_query(
      device->db, "SELECT nr, id FROM record WHERE nr IN (SELECT value FROM json_each(:numbers))",
      BH_PARAMS(bh_param_text("numbers", list)), error);
  if (stmt == NULL)
    return NULL;
  while (bh_stmt_next(stmt, &ended, error)) {
    gint64 number = bh_stmt_get_int(stmt, 0);
    g_hash_table_insert(ids, g_memdup2(&number, sizeof number),
                        g_strdup(bh_stmt_get_text(stmt, 1)));
  }
  return ended ? g_steal_pointer(&ids) : NULL;
}

GHashTable *bh_records_store_count_pending_of(BhDevice *device, const json_t *ids, GError **error)
{
  g_autofree char *list = bh_json_dump(ids);
  g_autoptr(GHashTable) counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  gboolean ended;
  g_autoptr(BhStmt) stmt =
      bh_db_query(device->db,
                  "SELECT r.record, count(*) FROM json_each(:ids) j"
                  " CROSS JOIN entry_record r ON r.record = j.value AND r.pos > :acked"
                  " GROUP BY r.record",
                  BH_PARAMS(bh_param_text("ids", list),
                            bh_param_int("acked", BH_POS(device->incarnation, device->acked))),
                  error);
  if (stmt == NULL)
    return NULL;
  while (bh_stmt_next(stmt, &ended, error))
    g_hash_table_insert(counts, g_strdup(bh_stmt_get_text(stmt, 0)),
                        GINT_TO_POINTER((int)bh_stmt_get_int(stmt, 1)));
  return ended ? g_steal_pointer(&counts) : NULL;
}

GPtrArray *bh_records_store_list_children_of(BhDevice *device, const json_t *parents,
                                             const char *kind, GError **error)
{
  g_autofree char *list = bh_json_dump(parents);
  g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
  gboolean ended;
  g_autoptr(BhStmt) stmt =
      bh_db_query(device->db,
                  "SELECT r.parent, r.id FROM json_each(:parents) j CROSS JOIN record r"
                  " ON r.parent = j.value AND r.kind = :kind ORDER BY r.nr DESC",
                  BH_PARAMS(bh_param_text("parents", list), bh_param_text("kind", kind)), error);
  if (stmt == NULL)
    return NULL;
  while (bh_stmt_next(stmt, &ended, error)) {
    g_ptr_array_add(ids, g_strdup(bh_stmt_get_text(stmt, 0)));
    g_ptr_array_add(ids, g_strdup(bh_stmt_get_text(stmt, 1)));
  }
  return ended ? g_steal_pointer(&ids) : NULL;
}

/* --- base and view --- */

char *bh_records_store_dup_base(BhDevice *device, gint64 number, gint64 *changed_ms, gboolean *gone,
                                GError **error)
{
  g_autoptr(BhStmt) row = NULL;
  if (!bh_db_query_row(device->db, "SELECT text, changed_ms, gone FROM base WHERE number = :number",
                       BH_PARAMS(bh_param_int("number", number)), &row, error) ||
      row == NULL)
    return NULL;
  if (changed_ms != NULL)
    *changed_ms = bh_stmt_get_int(row, 1);
  if (gone != NULL)
    *gone = bh_stmt_get_int(row, 2) != 0;
  return g_strdup(bh_stmt_get_text(row, 0));
}

char *bh_records_store_dup_view(BhDevice *device, gint64 number, gint64 *pos, GError **error)
{
  g_autoptr(BhStmt) row = NULL;
  if (!bh_db_query_row(device->db, "SELECT text, pos FROM view WHERE number = :number",
                       BH_PARAMS(bh_param_int("number", number)), &row, error) ||
      row == NULL)
    return NULL;
  *pos = bh_stmt_get_int(row, 1);
  return g_strdup(bh_stmt_get_text(row, 0));
}

gboolean bh_records_store_put_base(BhDevice *device, gint64 number, const char *text,
                                   gint64 changed_ms, gint64 through, GError **error)
{
  return bh_db_run(device->db,
                   "INSERT INTO base (number, text, changed_ms, gone, through)"
                   " VALUES (:number, :text, :ms, 0, :through) ON CONFLICT (number) DO UPDATE SET"
                   " text = excluded.text, changed_ms = excluded.changed_ms, gone = 0,"
                   " through = excluded.through",
                   BH_PARAMS(bh_param_int("number", number), bh_param_text("text", text),
                             bh_param_int("ms", changed_ms), bh_param_int("through", through)),
                   error);
}

gboolean bh_records_store_put_view(BhDevice *device, gint64 number, const char *text, gint64 pos,
                                   GError **error)
{
  return bh_db_run(device->db,
                   "INSERT INTO view (number, text, pos) VALUES (:number, :text, :pos)"
                   " ON CONFLICT (number) DO UPDATE SET text = excluded.text, pos = excluded.pos",
                   BH_PARAMS(bh_param_int("number", number), bh_param_text("text", text),
                             bh_param_int("pos", pos)),
                   error);
}

GArray *bh_records_store_list_overlay(BhDevice *device, const char *id, gint64 after,
                                      GError **error)
{
  return bh_stmt_collect_ints(
      bh_db_query(device->db, OVERLAY,
                  BH_PARAMS(bh_param_text("record", id), bh_param_int("after", after)), error),
      error);
}

GArray *bh_records_store_list_entries(BhDevice *device, const char *id, int limit, GError **error)
{
  return bh_stmt_collect_ints(
      bh_db_query(device->db,
                  "SELECT pos FROM entry_record WHERE record = :record ORDER BY pos DESC"
                  " LIMIT :limit",
                  BH_PARAMS(bh_param_text("record", id), bh_param_int("limit", limit)), error),
      error);
}

gint64 bh_records_store_count_pending(BhDevice *device, const char *id)
{
  gint64 count;
  bh_db_get_int(device->db,
                "SELECT count(*) FROM entry_record WHERE record = :record AND pos > :acked",
                BH_PARAMS(bh_param_text("record", id),
                          bh_param_int("acked", BH_POS(device->incarnation, device->acked))),
                &count, NULL);
  return count;
}

gint64 bh_records_store_count_quarantined(BhDevice *device, const char *id)
{
  gint64 count;
  if (device->counters.quarantined == 0)
    return 0;
  bh_db_get_int(device->db,
                "SELECT count(*) FROM quarantine q JOIN entry_record r ON r.pos = q.pos"
                " AND r.record = :record",
                BH_PARAMS(bh_param_text("record", id)), &count, NULL);
  return count;
}

GPtrArray *bh_records_store_list_gone(BhDevice *device, GError **error)
{
  return bh_stmt_collect_texts(
      bh_db_query(device->db,
                  "SELECT r.id FROM base b JOIN record r ON r.nr = b.number WHERE b.gone = 1", NULL,
                  error),
      error);
}

gboolean bh_records_store_retitle(BhDevice *device, const char *id, gboolean children,
                                  GError **error)
{
  if (!bh_db_run(device->db,
                 "INSERT INTO retitle (number) SELECT nr FROM record WHERE scope_from = :id"
                 " UNION SELECT nr FROM record WHERE :children AND parent = :id"
                 " ON CONFLICT (number) DO NOTHING",
                 BH_PARAMS(bh_param_text("id", id), bh_param_int("children", children)), error))
    return FALSE;
  device->retitle = device->retitle || bh_db_changes(device->db) > 0;
  return TRUE;
}

/* Reads rows that consist of the id of a record and a number: appends the ids, and sets *last to
 * the last number. */
static gboolean append_ids(BhStmt *stmt, GPtrArray *ids, gint64 *last, GError **error)
{
  gboolean ended;
  if (stmt == NULL)
    return FALSE;
  while (bh_stmt_next(stmt, &ended, error)) {
    g_ptr_array_add(ids, g_strdup(bh_stmt_get_text(stmt, 0)));
    *last = bh_stmt_get_int(stmt, 1);
  }
  bh_stmt_reset(stmt);
  return ended;
}

GPtrArray *bh_records_store_take_retitle(BhDevice *device, int limit, GError **error)
{
  g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
  gint64 last = 0;
  if (!append_ids(bh_db_query(device->db,
                              "SELECT r.id, q.number FROM retitle q"
                              " JOIN record r ON r.nr = q.number ORDER BY q.number LIMIT :limit",
                              BH_PARAMS(bh_param_int("limit", limit)), error),
                  ids, &last, error))
    return NULL;
  return run_for_number(device, "DELETE FROM retitle WHERE number <= :number",
                        ids->len < (guint)limit ? G_MAXINT64 : last, error)
             ? g_steal_pointer(&ids)
             : NULL;
}

gint64 bh_records_store_max_number(BhDevice *device)
{
  gint64 number;
  bh_db_get_int(device->db, "SELECT max(nr) FROM record", NULL, &number, NULL);
  return number;
}

gboolean bh_records_store_want_file(BhDevice *device, const char *sha256, GError **error)
{
  return bh_db_run(device->db,
                   "INSERT INTO wanted (sha256) SELECT :sha WHERE NOT EXISTS"
                   " (SELECT 1 FROM file WHERE sha256 = :sha) ON CONFLICT (sha256) DO NOTHING",
                   BH_PARAMS(bh_param_text("sha", sha256)), error);
}

void bh_row_clear(BhRow *row)
{
  g_clear_pointer(&row->kind, g_free);
  g_clear_pointer(&row->title, g_free);
  g_clear_pointer(&row->state, g_free);
  g_clear_pointer(&row->parent, g_free);
  g_clear_pointer(&row->scope_from, g_free);
  row->number = 0;
}

gboolean bh_records_store_list_after(BhDevice *device, gint64 *number, int limit, GPtrArray *ids,
                                     GError **error)
{
  return append_ids(
      bh_db_query(device->db,
                  "SELECT id, nr FROM record WHERE nr > :number ORDER BY nr LIMIT :limit",
                  BH_PARAMS(bh_param_int("number", *number), bh_param_int("limit", limit)), error),
      ids, number, error);
}
