/* SQL of record-store.h; one function for each statement. */
#include "sync/hub/records/record-store.h"

#include <string.h>

#include "sync/hub/log/log.h"

void bh_record_row_clear(BhRecordRow *row)
{
  g_clear_pointer(&row->kind, g_free);
  g_clear_pointer(&row->parent, g_free);
  g_clear_pointer(&row->area, g_free);
  g_clear_pointer(&row->unit, g_free);
  g_clear_pointer(&row->scope, g_free);
  g_clear_pointer(&row->scope2, g_free);
  g_clear_pointer(&row->scope_from, g_free);
  g_clear_pointer(&row->state, g_free);
  g_clear_pointer(&row->title, g_free);
  g_clear_pointer(&row->review, g_free);
  g_clear_pointer(&row->restriction, g_free);
  g_clear_pointer(&row->snapshot, g_free);
}

gboolean bh_record_row_load(BhDb *db, const char *id, BhRecordRow *row, gboolean *found,
                            GError **error)
{
  g_autoptr(GError) failed = NULL;
  g_autoptr(BhStmt) stmt = bh_sql_row(
      db, found, &failed,
      "SELECT nr, kind, parent, area, unit, scope, scope2, scope_from, state, title,"
      " review, conflict, position, created, changed_ms, snapshot, restriction FROM record"
      " WHERE id = :id",
      "t", "id", id);
  if (failed != NULL) {
    g_propagate_error(error, g_steal_pointer(&failed));
    return FALSE;
  }
  if (stmt == NULL)
    return TRUE;
  g_strlcpy(row->id, id, sizeof row->id);
  row->nr = bh_stmt_get_int(stmt, 0);
  row->kind = g_strdup(bh_stmt_get_text(stmt, 1));
  row->parent = g_strdup(bh_stmt_get_text(stmt, 2));
  row->area = g_strdup(bh_stmt_get_text(stmt, 3));
  row->unit = g_strdup(bh_stmt_get_text(stmt, 4));
  row->scope = g_strdup(bh_stmt_get_text(stmt, 5));
  row->scope2 = g_strdup(bh_stmt_get_text(stmt, 6));
  row->scope_from = g_strdup(bh_stmt_get_text(stmt, 7));
  row->state = g_strdup(bh_stmt_get_text(stmt, 8));
  row->title = g_strdup(bh_stmt_get_text(stmt, 9));
  row->review = g_strdup(bh_stmt_get_text(stmt, 10));
  row->conflict = bh_stmt_get_int(stmt, 11) != 0;
  row->position = bh_stmt_get_int(stmt, 12);
  row->created = bh_stmt_get_int(stmt, 13);
  row->changed_ms = bh_stmt_get_int(stmt, 14);
  row->snapshot = g_strdup(bh_stmt_get_text(stmt, 15));
  row->restriction = g_strdup(bh_stmt_get_text(stmt, 16));
  return TRUE;
}

gboolean bh_record_row_insert(BhDb *db, const BhRecordRow *row, GError **error)
{
  return bh_sql_run(
      db, error,
      "INSERT INTO record (nr, id, kind, parent, area, unit, scope, scope2, scope_from, state,"
      " title, review, conflict, position, created, changed_ms, snapshot, restriction) VALUES (:nr,"
      " :id, :kind, :parent, :area, :unit, :scope, :scope2, :scope_from, :state, :title, :review,"
      " :conflict, :position, :created, :changed_ms, :snapshot, :restriction)",
      "itttttttttttiiiitt", "nr", row->nr, "id", row->id, "kind", row->kind, "parent", row->parent,
      "area", row->area, "unit", row->unit, "scope", row->scope, "scope2", row->scope2,
      "scope_from", row->scope_from, "state", row->state, "title", row->title, "review",
      row->review, "conflict", (gint64)row->conflict, "position", row->position, "created",
      row->created, "changed_ms", row->changed_ms, "snapshot", row->snapshot, "restriction",
      row->restriction);
}

gboolean bh_record_row_update(BhDb *db, const BhRecordRow *row, GError **error)
{
  return bh_sql_run(
      db, error,
      "UPDATE record SET kind = :kind, parent = :parent, area = :area, unit = :unit,"
      " scope = :scope, scope2 = :scope2, scope_from = :scope_from, state = :state,"
      " title = :title, conflict = :conflict, position = :position, changed_ms = :changed_ms,"
      " snapshot = :snapshot, restriction = :restriction WHERE nr = :nr",
      "itttttttttiiitt", "nr", row->nr, "kind", row->kind, "parent", row->parent, "area", row->area,
      "unit", row->unit, "scope", row->scope, "scope2", row->scope2, "scope_from", row->scope_from,
      "state", row->state, "title", row->title, "conflict", (gint64)row->conflict, "position",
      row->position, "changed_ms", row->changed_ms, "snapshot", row->snapshot, "restriction",
      row->restriction);
}

gboolean bh_record_row_set_review(BhDb *db, gint64 nr, const char *review, GError **error)
{
  return bh_sql_run(db, error, "UPDATE record SET review = :review WHERE nr = :nr", "ti", "review",
                    review, "nr", nr);
}

gboolean bh_record_index_add(BhDb *db, const char *kind, const char *field, const char *value,
                             gint64 nr, GError **error)
{
  return bh_sql_run(db, error,
                    "INSERT INTO field_value (kind, field, value, record)"
                    " VALUES (:kind, :field, :value, :nr) ON CONFLICT DO NOTHING",
                    "ttti", "kind", kind, "field", field, "value", value, "nr", nr);
}

gboolean bh_record_index_remove(BhDb *db, const char *kind, const char *field, const char *value,
                                gint64 nr, GError **error)
{
  return bh_sql_run(db, error,
                    "DELETE FROM field_value WHERE kind = :kind AND field = :field"
                    " AND value = :value AND record = :nr",
                    "ttti", "kind", kind, "field", field, "value", value, "nr", nr);
}

/* *same: whether the stored search terms equal `grams`. */
static gboolean has_same_terms(BhDb *db, gint64 nr, const char *grams, gboolean *same,
                               GError **error)
{
  g_autoptr(GError) failed = NULL;
  gboolean found;
  g_autoptr(BhStmt) stmt =
      bh_sql_row(db, &found, &failed, "SELECT grams FROM search WHERE rowid = :nr", "i", "nr", nr);
  *same = strcmp(stmt != NULL ? bh_stmt_get_text(stmt, 0) : "", grams) == 0;
  if (failed == NULL)
    return TRUE;
  g_propagate_error(error, g_steal_pointer(&failed));
  return FALSE;
}

gboolean bh_record_search_set(BhDb *db, gint64 nr, const char *grams, gboolean is_new,
                              GError **error)
{
  gboolean same = FALSE;
  if (!is_new && !has_same_terms(db, nr, grams, &same, error))
    return FALSE;
  if (same)
    return TRUE;
  if (!is_new && !bh_sql_run(db, error, "DELETE FROM search WHERE rowid = :nr", "i", "nr", nr))
    return FALSE;
  return *grams == '\0' ||
         bh_sql_run(db, error, "INSERT INTO search (rowid, grams) VALUES (:nr, :grams)", "it", "nr",
                    nr, "grams", grams);
}

gboolean bh_record_awaited_add(BhDb *db, gint64 nr, const char *device, const char *key,
                               const char *entry, GError **error)
{
  return bh_sql_run(db, error,
                    "INSERT INTO awaited (record, device, key, entry)"
                    " VALUES (:nr, :device, :key, :entry) ON CONFLICT DO NOTHING",
                    "ittt", "nr", nr, "device", device, "key", key, "entry", entry);
}

gboolean bh_record_awaited_remove(BhDb *db, gint64 nr, gint64 position, GError **error)
{
  return bh_sql_run(db, error,
                    "DELETE FROM awaited WHERE record = :nr AND entry ="
                    " (SELECT id FROM entry WHERE position = :position)",
                    "ii", "nr", nr, "position", position);
}

gboolean bh_record_awaited_count(BhDb *db, gint64 nr, const char *device, const char *key,
                                 guint *count, GError **error)
{
  gboolean found;
  g_autoptr(BhStmt) stmt = bh_sql_row(db, &found, error,
                                      "SELECT count(*) FROM awaited WHERE record = :nr"
                                      " AND device = :device AND (:key IS NULL OR key = :key)",
                                      "itt", "nr", nr, "device", device, "key", key);
  if (stmt == NULL)
    return FALSE;
  *count = (guint)bh_stmt_get_int(stmt, 0);
  return TRUE;
}

gboolean bh_record_files_add(BhDb *db, gint64 nr, const char *sha256, GError **error)
{
  return bh_sql_run(db, error,
                    "INSERT INTO record_file (sha256, record) VALUES (:sha, :nr)"
                    " ON CONFLICT DO NOTHING",
                    "ti", "sha", sha256, "nr", nr);
}

gboolean bh_record_files_remove(BhDb *db, gint64 nr, const char *sha256, GError **error)
{
  return bh_sql_run(db, error, "DELETE FROM record_file WHERE sha256 = :sha AND record = :nr", "ti",
                    "sha", sha256, "nr", nr);
}

gboolean bh_record_moved(BhDb *db, gint64 position, const char *scope, const char *record,
                         GError **error)
{
  return bh_sql_run(db, error,
                    "INSERT INTO moved (position, scope, record)"
                    " VALUES (:position, :scope, :record) ON CONFLICT DO NOTHING",
                    "itt", "position", position, "scope", scope, "record", record);
}

GPtrArray *bh_record_list_dependents(BhDb *db, const char *id, GError **error)
{
  return bh_stmt_collect_texts(bh_sql_query(db, error,
                                            "SELECT id FROM record WHERE scope_from = :id UNION ALL"
                                            " SELECT id FROM record WHERE parent = :id"
                                            " AND scope_from IS NOT :id",
                                            "t", "id", id),
                               error);
}

GPtrArray *bh_record_list_children(BhDb *db, const char *parent, const char *kind, guint max,
                                   GError **error)
{
  /* The oldest first, by record number. */
  gint64 limit = (gint64)max + 1;
  if (kind == NULL)
    return bh_stmt_collect_texts(
        bh_sql_query(db, error,
                     "SELECT id FROM record WHERE parent = :parent ORDER BY nr"
                     " LIMIT :limit",
                     "ti", "parent", parent, "limit", limit),
        error);
  return bh_stmt_collect_texts(
      bh_sql_query(db, error,
                   "SELECT id FROM record WHERE parent = :parent AND kind = :kind"
                   " ORDER BY nr LIMIT :limit",
                   "tti", "parent", parent, "kind", kind, "limit", limit),
      error);
}

gboolean bh_record_set_child_reviews(BhDb *db, const char *parent, const char *kind,
                                     const char *unfinished, const char *review, GError **error)
{
  return bh_sql_run(
      db, error,
      "UPDATE record SET review = :review WHERE parent = :parent AND kind = +:kind"
      " AND review IS NOT :review AND (:review IS NULL OR coalesce(state, '')"
      " NOT IN (SELECT value FROM json_each(:unfinished))) AND NOT EXISTS (SELECT 1 FROM record r"
      " WHERE r.parent = record.id AND r.kind = 'review')",
      "tttt", "review", review, "parent", parent, "kind", kind, "unfinished", unfinished);
}

GPtrArray *bh_record_list_ids(BhDb *db, gint64 *after_nr, int limit, GError **error)
{
  BhStmt *stmt = bh_sql_query(db, error,
                              "SELECT id, nr FROM record WHERE nr > :after ORDER BY nr"
                              " LIMIT :limit",
                              "ii", "after", *after_nr, "limit", (gint64)limit);
  if (stmt == NULL)
    return NULL;
  g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
  gboolean ended = FALSE;
  while (bh_stmt_next(stmt, &ended, error)) {
    g_ptr_array_add(ids, g_strdup(bh_stmt_get_text(stmt, 0)));
    *after_nr = bh_stmt_get_int(stmt, 1);
  }
  bh_stmt_reset(stmt);
  return ended ? g_steal_pointer(&ids) : NULL;
}

char *bh_record_dup_last_review(BhDb *db, const char *target, GError **error)
{
  gboolean found;
  g_autoptr(BhStmt) stmt = bh_sql_row(db, &found, error,
                                      "SELECT id FROM record WHERE parent = :target"
                                      " AND kind = 'review' ORDER BY nr DESC LIMIT 1",
                                      "t", "target", target);
  return stmt != NULL ? g_strdup(bh_stmt_get_text(stmt, 0)) : NULL;
}

gboolean bh_record_changed_since(BhDb *db, gint64 record, const char *reviewed_kinds,
                                 const char *covers, gint64 review, gboolean *changed,
                                 GError **error)
{
  gboolean found;
  g_autoptr(BhStmt) stmt = bh_sql_row(
      db, &found, error,
      "WITH family (nr, id, kind, depth) AS (SELECT nr, id, kind, 0 FROM record"
      " WHERE nr = :record UNION ALL SELECT r.nr, r.id, r.kind, depth + 1 FROM family"
      " JOIN record r ON r.parent = family.id WHERE depth < " BH_RECORD_DEPTH
      " AND r.kind NOT IN (SELECT value FROM json_each(:apart)))"
      " SELECT EXISTS (SELECT 1 FROM family f JOIN entry_record a ON a.record = f.nr"
      " WHERE f.kind <> 'review'"
      " AND a.position > coalesce((SELECT e.position FROM entry e"
      " WHERE e.id = :covers AND e.is_first = 1), -1)"
      " AND NOT EXISTS (SELECT 1 FROM entry_record b WHERE b.record = :review"
      " AND b.position = a.position))",
      "itti", "record", record, "apart", reviewed_kinds, "covers", covers, "review", review);
  if (stmt == NULL)
    return FALSE;
  *changed = bh_stmt_get_int(stmt, 0) != 0;
  return TRUE;
}

gboolean bh_record_is_made_by(BhDb *db, const char *id, const char *device, gboolean *made,
                              GError **error)
{
  return bh_sql_has_row(
      db, made, error,
      "SELECT 1 FROM entry WHERE device = :device AND position ="
      " (SELECT min(l.position) FROM record r JOIN entry_record l ON l.record = r.nr"
      " WHERE r.id = :id)",
      "tt", "device", device, "id", id);
}

gboolean bh_record_is_orphan(BhDb *db, const char *id, gboolean *orphan, GError **error)
{
  return bh_sql_has_row(
      db, orphan, error,
      "WITH RECURSIVE above (id, depth) AS"
      " (SELECT parent, 1 FROM record WHERE id = :id AND parent IS NOT NULL UNION ALL"
      " SELECT r.parent, depth + 1 FROM above JOIN record r ON r.id = above.id"
      " WHERE r.parent IS NOT NULL AND depth < 16)"
      " SELECT 1 FROM above WHERE NOT EXISTS"
      " (SELECT 1 FROM record r WHERE r.id = above.id) LIMIT 1",
      "t", "id", id);
}
