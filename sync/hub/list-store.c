#include "sync/hub/list-store.h"

#include "sync/hub/sql.h"

#define FEW 2000 /* matches of an indexed value up to which the index leads */

void bh_list_query_clear(BhListQuery *query)
{
  for (int i = 0; i < query->n_where; i++)
    g_free(query->where[i].values);
  g_free(query->areas);
  g_free(query->parent_not);
  g_free(query->scopes);
  g_free(query->restrictions);
  g_free(query->match);
  g_free(query->after_key);
}

static void list_row_free(BhListRow *row)
{
  g_free(row->id);
  g_free(row->kind);
  g_free(row->title);
  g_free(row->state);
  g_free(row->area);
  g_free(row->unit);
  g_free(row->scope);
  g_free(row->scope2);
  g_free(row->review);
  g_free(row->snapshot);
  g_free(row->due);
  g_free(row);
}

const char *bh_list_row_key(const BhListRow *row, BhListOrder order)
{
  return order == BH_LIST_BY_TITLE ? row->title : order == BH_LIST_BY_DUE ? row->due : NULL;
}

/* Whether so few records have one of the values that starting from them is cheaper than walking
 * the order and looking each one up. */
static gboolean is_selective(BhDb *db, const BhListQuery *query, const BhListWhere *where,
                             gboolean *few, GError **error)
{
  gboolean found;
  g_autoptr(BhStmt) stmt =
      bh_sql_row(db, &found, error,
                 "SELECT count(*) FROM (SELECT 1 FROM field_value WHERE kind = :kind"
                 " AND field = :field AND value IN (SELECT value FROM json_each(:values))"
                 " LIMIT :few)",
                 "ttti", "kind", query->kind, "field", where->field, "values", where->values, "few",
                 (gint64)FEW);
  if (stmt == NULL)
    return FALSE;
  *few = bh_stmt_get_int(stmt, 0) < FEW;
  return TRUE;
}

/* The same question for the scopes. */
static gboolean append_scopes(BhDb *db, const BhListQuery *query, GString *sql, GError **error)
{
  gboolean found;
  if (query->scopes == NULL)
    return TRUE;
  g_autoptr(BhStmt) stmt =
      bh_sql_row(db, &found, error,
                 "SELECT count(*) FROM (SELECT 1 FROM record WHERE scope IN"
                 " (SELECT value FROM json_each(:scopes)) UNION ALL SELECT 1 FROM record"
                 " WHERE scope2 IN (SELECT value FROM json_each(:scopes)) LIMIT :few)",
                 "ti", "scopes", query->scopes, "few", (gint64)FEW);
  if (stmt == NULL)
    return FALSE;
  g_string_append(sql, bh_stmt_get_int(stmt, 0) < FEW
                           ? " AND r.nr IN (SELECT nr FROM record WHERE scope IN"
                             " (SELECT value FROM json_each(:scopes)) UNION SELECT nr FROM record"
                             " WHERE scope2 IN (SELECT value FROM json_each(:scopes)))"
                           : " AND (+r.scope IN (SELECT value FROM json_each(:scopes))"
                             " OR +r.scope2 IN (SELECT value FROM json_each(:scopes)))");
  return TRUE;
}

static gboolean append_where(BhDb *db, const BhListQuery *query, GString *sql, GError **error)
{
  for (int i = 0; i < query->n_where; i++) {
    const BhListWhere *where = &query->where[i];
    gboolean few;
    if (g_str_equal(where->field, "state")) {
      g_string_append_printf(sql, " AND r.state IN (SELECT value FROM json_each(:v%d))", i);
      continue;
    }
    if (!is_selective(db, query, where, &few, error))
      return FALSE;
    g_string_append_printf(sql,
                           few ? " AND r.nr IN (SELECT v.record FROM field_value v"
                                 " WHERE v.kind = :kind AND v.field = :f%d"
                                 " AND v.value IN (SELECT value FROM json_each(:v%d)))"
                               : " AND EXISTS (SELECT 1 FROM field_value v WHERE v.kind = r.kind"
                                 " AND v.field = :f%d AND v.record = r.nr"
                                 " AND v.value IN (SELECT value FROM json_each(:v%d)))",
                           i, i);
  }
  return TRUE;
}

static char *make_sql(BhDb *db, const BhListQuery *query, GError **error)
{
  g_autoptr(GString) sql = g_string_new(
      "SELECT r.nr, r.position, r.changed_ms, r.id, r.kind, r.title, r.state, r.area, r.unit,"
      " r.review, r.conflict, ");
  g_string_append(sql, query->count ? "NULL" : "r.snapshot");
  g_string_append(sql, ", r.scope, r.scope2, r.restriction IS NOT NULL");
  g_string_append(sql, query->order == BH_LIST_BY_DUE
                           ? ", d.value FROM field_value d JOIN record r ON r.nr = d.record"
                             " WHERE d.kind = :kind AND d.field = '" BH_INDEX_DUE "'"
                             " AND d.value < :due"
                           : " FROM record r WHERE 1");
  if (query->kind != NULL)
    g_string_append(sql, " AND r.kind = :kind");
  if (query->parent != NULL)
    g_string_append(sql, " AND r.parent = :parent");
  if (query->without != NULL)
    g_string_append(sql, " AND NOT EXISTS (SELECT 1 FROM record c WHERE c.parent = r.id"
                         " AND c.kind = :without)");
  if (query->parent_not != NULL)
    g_string_append(sql, " AND NOT EXISTS (SELECT 1 FROM record p WHERE p.id = r.parent"
                         " AND p.state IN (SELECT value FROM json_each(:parent_not)))");
  if (query->areas != NULL)
    g_string_append(sql, " AND r.area IN (SELECT value FROM json_each(:areas))");
  if (query->restrictions != NULL)
    g_string_append(sql, " AND (r.restriction IS NULL OR r.restriction = '' OR r.restriction IN"
                         " (SELECT value FROM json_each(:restrictions)))");
  if (query->match != NULL)
    g_string_append(sql, " AND r.nr IN (SELECT rowid FROM search WHERE search MATCH :match)");
  if (query->review != NULL)
    g_string_append(sql, " AND r.review = :review");
  if (query->conflict)
    g_string_append(sql, " AND r.conflict = 1");
  if (query->quarantined)
    g_string_append(sql, " AND r.id IN (SELECT q.record FROM quarantine q"
                         " WHERE q.decided_by IS NULL)");
  if (!append_scopes(db, query, sql, error) || !append_where(db, query, sql, error))
    return NULL;
  static const char *const after[] = {" AND r.position < :position",
                                      " AND (r.title, r.nr) > (:key, :nr)",
                                      " AND (d.value, d.record) > (:key, :nr)"};
  static const char *const order[] = {" ORDER BY r.position DESC LIMIT :limit",
                                      " ORDER BY r.title, r.nr LIMIT :limit",
                                      " ORDER BY d.value, d.record LIMIT :limit"};
  if (query->order == BH_LIST_BY_CHANGE ? query->after_position > 0 : query->after_key != NULL)
    g_string_append(sql, after[query->order]);
  g_string_append(sql, order[query->order]);
  return g_string_free(g_steal_pointer(&sql), FALSE);
}

static void bind_query(BhStmt *stmt, const BhListQuery *query)
{
  if (query->kind != NULL)
    bh_stmt_bind_text(stmt, "kind", query->kind);
  if (query->parent != NULL)
    bh_stmt_bind_text(stmt, "parent", query->parent);
  if (query->without != NULL)
    bh_stmt_bind_text(stmt, "without", query->without);
  if (query->parent_not != NULL)
    bh_stmt_bind_text(stmt, "parent_not", query->parent_not);
  if (query->areas != NULL)
    bh_stmt_bind_text(stmt, "areas", query->areas);
  if (query->scopes != NULL)
    bh_stmt_bind_text(stmt, "scopes", query->scopes);
  if (query->restrictions != NULL)
    bh_stmt_bind_text(stmt, "restrictions", query->restrictions);
  if (query->match != NULL)
    bh_stmt_bind_text(stmt, "match", query->match);
  if (query->review != NULL)
    bh_stmt_bind_text(stmt, "review", query->review);
  for (int i = 0; i < query->n_where; i++) {
    char name[16];
    g_snprintf(name, sizeof name, "v%d", i);
    bh_stmt_bind_text(stmt, name, query->where[i].values);
    g_snprintf(name, sizeof name, "f%d", i);
    if (!g_str_equal(query->where[i].field, "state"))
      bh_stmt_bind_text(stmt, name, query->where[i].field);
  }
  if (query->order == BH_LIST_BY_DUE)
    bh_stmt_bind_text(stmt, "due", query->due_before);
  if (query->order != BH_LIST_BY_CHANGE && query->after_key != NULL) {
    bh_stmt_bind_text(stmt, "key", query->after_key);
    bh_stmt_bind_int(stmt, "nr", query->after_nr);
  } else if (query->order == BH_LIST_BY_CHANGE && query->after_position > 0) {
    bh_stmt_bind_int(stmt, "position", query->after_position);
  }
  bh_stmt_bind_int(stmt, "limit", query->limit);
}

GPtrArray *bh_hub_list_page(BhDb *db, const BhListQuery *query, GError **error)
{
  g_autofree char *sql = make_sql(db, query, error);
  g_autoptr(BhStmt) stmt = sql != NULL ? bh_db_prepare(db, sql, error) : NULL;
  if (stmt == NULL)
    return NULL;
  bind_query(stmt, query);
  g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func((GDestroyNotify)list_row_free);
  gboolean more = FALSE;
  while (bh_stmt_step(stmt, &more, error) && more) {
    BhListRow *row = g_new0(BhListRow, 1);
    row->nr = bh_stmt_get_int(stmt, 0);
    row->position = bh_stmt_get_int(stmt, 1);
    row->changed_ms = bh_stmt_get_int(stmt, 2);
    row->id = g_strdup(bh_stmt_get_text(stmt, 3));
    row->kind = g_strdup(bh_stmt_get_text(stmt, 4));
    row->title = g_strdup(bh_stmt_get_text(stmt, 5));
    row->state = g_strdup(bh_stmt_get_text(stmt, 6));
    row->area = g_strdup(bh_stmt_get_text(stmt, 7));
    row->unit = g_strdup(bh_stmt_get_text(stmt, 8));
    row->review = g_strdup(bh_stmt_get_text(stmt, 9));
    row->conflict = bh_stmt_get_int(stmt, 10) != 0;
    row->snapshot = g_strdup(bh_stmt_get_text(stmt, 11));
    row->scope = g_strdup(bh_stmt_get_text(stmt, 12));
    row->scope2 = g_strdup(bh_stmt_get_text(stmt, 13));
    row->is_derived = bh_stmt_get_int(stmt, 14) != 0;
    if (query->order == BH_LIST_BY_DUE)
      row->due = g_strdup(bh_stmt_get_text(stmt, 15));
    g_ptr_array_add(rows, row);
  }
  return more ? NULL : g_steal_pointer(&rows);
}

GPtrArray *bh_list_store_restrictions(BhDb *db, const char *kind, int max, GError **error)
{
  /* From one text to the next by the index, however many records share each. */
  return bh_sql_collect_texts(
      bh_sql_query(db, error,
                   "WITH RECURSIVE each (kind, text) AS (SELECT * FROM (SELECT kind, restriction"
                   " FROM record WHERE restriction > '' AND (:kind IS NULL OR kind = :kind)"
                   " ORDER BY kind, restriction LIMIT 1) UNION ALL SELECT n.kind, n.restriction"
                   " FROM each JOIN record n ON n.rowid = (SELECT r.rowid FROM record r"
                   " WHERE r.restriction > '' AND (r.kind, r.restriction) > (each.kind, each.text)"
                   " ORDER BY r.kind, r.restriction LIMIT 1)"
                   " WHERE :kind IS NULL OR n.kind = :kind)"
                   " SELECT text FROM each LIMIT :max",
                   "ti", "kind", kind, "max", (gint64)max),
      error);
}

gboolean bh_list_store_count_files(BhDb *db, const char *id, gint64 nr, gint64 *total, gint64 *here,
                                   GError **error)
{
  gboolean found;
  g_autoptr(BhStmt) stmt =
      bh_sql_row(db, &found, error,
                 "SELECT count(*), coalesce(sum(f.complete_ms IS NOT NULL), 0) FROM"
                 " (SELECT sha256 FROM record_file WHERE record = :nr UNION"
                 "  SELECT x.sha256 FROM record c JOIN record_file x ON x.record = c.nr"
                 "  WHERE c.parent = :id AND c.kind = 'file') d"
                 " LEFT JOIN file f ON f.sha256 = d.sha256",
                 "it", "nr", nr, "id", id);
  if (stmt == NULL)
    return FALSE;
  *total = bh_stmt_get_int(stmt, 0);
  *here = bh_stmt_get_int(stmt, 1);
  return TRUE;
}

GPtrArray *bh_list_store_history(BhDb *db, const char *record, gint64 before, int limit,
                                 GError **error)
{
  g_autoptr(GArray) positions = g_array_new(FALSE, FALSE, sizeof(gint64));
  BhStmt *stmt = bh_sql_query(
      db, error,
      "SELECT position FROM (SELECT l.position FROM record r JOIN entry_record l"
      " ON l.record = r.nr WHERE r.id = :record AND l.position < :before UNION"
      " SELECT q.position FROM quarantine q WHERE q.record = :record AND q.position < :before"
      " AND q.decided_by IS NULL) ORDER BY position DESC LIMIT :limit",
      "tii", "record", record, "before", before > 0 ? before : G_MAXINT64, "limit", (gint64)limit);
  if (stmt == NULL)
    return NULL;
  gboolean more = FALSE;
  while (bh_stmt_step(stmt, &more, error) && more) {
    gint64 position = bh_stmt_get_int(stmt, 0);
    g_array_append_val(positions, position);
  }
  bh_stmt_reset(stmt);
  if (more)
    return NULL;
  g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func((GDestroyNotify)bh_entry_row_free);
  for (guint i = 0; i < positions->len; i++) {
    BhEntryRow *row = bh_log_load_entry(db, g_array_index(positions, gint64, i), error);
    if (row == NULL)
      return NULL;
    g_ptr_array_add(rows, row);
  }
  return g_steal_pointer(&rows);
}
