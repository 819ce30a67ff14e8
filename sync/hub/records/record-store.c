/* SQL of record-store.h; one function for each statement. */
#include "sync/hub/records/record-store.h"

#include <string.h>

#include "sync/db/params.h"
#include "sync/index/index.h"

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

#define COLUMNS                                                                                    \
  "SELECT nr, id, kind, parent, area, unit, scope, scope2, scope_from, state, title, review,"      \
  " conflict, position, created, changed_ms, snapshot, restriction FROM record WHERE "

static void read_row(BhStmt *stmt, BhRecordRow *row)
{
  row->nr = bh_stmt_get_int(stmt, 0);
  g_strlcpy(row->id, bh_stmt_get_text(stmt, 1), sizeof row->id);
  row->kind = g_strdup(bh_stmt_get_text(stmt, 2));
  row->parent = g_strdup(bh_stmt_get_text(stmt, 3));
  row->area = g_strdup(bh_stmt_get_text(stmt, 4));
  row->unit = g_strdup(bh_stmt_get_text(stmt, 5));
  row->scope = g_strdup(bh_stmt_get_text(stmt, 6));
  row->scope2 = g_strdup(bh_stmt_get_text(stmt, 7));
  row->scope_from = g_strdup(bh_stmt_get_text(stmt, 8));
  row->state = g_strdup(bh_stmt_get_text(stmt, 9));
  row->title = g_strdup(bh_stmt_get_text(stmt, 10));
  row->review = g_strdup(bh_stmt_get_text(stmt, 11));
  row->conflict = bh_stmt_get_int(stmt, 12) != 0;
  row->position = bh_stmt_get_int(stmt, 13);
  row->created = bh_stmt_get_int(stmt, 14);
  row->changed_ms = bh_stmt_get_int(stmt, 15);
  row->snapshot = g_strdup(bh_stmt_get_text(stmt, 16));
  row->restriction = g_strdup(bh_stmt_get_text(stmt, 17));
}

static gboolean load(BhDb *db, const char *sql, const BhParam *params, BhRecordRow *row,
                     gboolean *found, GError **error)
{
  g_autoptr(BhStmt) stmt = NULL;
  gboolean ok = bh_db_query_row(db, sql, params, &stmt, error);
  *found = stmt != NULL;
  if (*found)
    read_row(stmt, row);
  return ok;
}

gboolean bh_record_row_load(BhDb *db, const char *id, BhRecordRow *row, gboolean *found,
                            GError **error)
{
  return load(db, COLUMNS "id = :id", BH_PARAMS(bh_param_text("id", id)), row, found, error);
}

gboolean bh_record_row_load_nr(BhDb *db, gint64 nr, BhRecordRow *row, gboolean *found,
                               GError **error)
{
  return load(db, COLUMNS "nr = :nr", BH_PARAMS(bh_param_int("nr", nr)), row, found, error);
}

gboolean bh_record_read_title(BhDb *db, const char *id, char **kind, char **title, GError **error)
{
  g_autoptr(BhStmt) stmt = NULL;
  gboolean ok = bh_db_query_row(db, "SELECT kind, title FROM record WHERE id = :id",
                                BH_PARAMS(bh_param_text("id", id)), &stmt, error);
  *kind = stmt != NULL ? g_strdup(bh_stmt_get_text(stmt, 0)) : NULL;
  *title = stmt != NULL ? g_strdup(bh_stmt_get_text(stmt, 1)) : NULL;
  return ok;
}

gboolean bh_record_row_insert(BhDb *db, const BhRecordRow *row, GError **error)
{
  return bh_db_run(
      db,
      "INSERT INTO record (nr, id, kind, parent, area, unit, scope, scope2, scope_from, state,"
      " title, review, conflict, position, created, changed_ms, snapshot, restriction) VALUES (:nr,"
      " :id, :kind, :parent, :area, :unit, :scope, :scope2, :scope_from, :state, :title, :review,"
      " :conflict, :position, :created, :changed_ms, :snapshot, :restriction)",
      BH_PARAMS(bh_param_int("nr", row->nr), bh_param_text("id", row->id),
                bh_param_text("kind", row->kind), bh_param_text("parent", row->parent),
                bh_param_text("area", row->area), bh_param_text("unit", row->unit),
                bh_param_text("scope", row->scope), bh_param_text("scope2", row->scope2),
                bh_param_text("scope_from", row->scope_from), bh_param_text("state", row->state),
                bh_param_text("title", row->title), bh_param_text("review", row->review),
                bh_param_int("conflict", row->conflict), bh_param_int("position", row->position),
                bh_param_int("created", row->created), bh_param_int("changed_ms", row->changed_ms),
                bh_param_text("snapshot", row->snapshot),
                bh_param_text("restriction", row->restriction)),
      error);
}

gboolean bh_record_row_update(BhDb *db, const BhRecordRow *row, GError **error)
{
  return bh_db_run(
      db,
      "UPDATE record SET kind = :kind, parent = :parent, area = :area, unit = :unit,"
      " scope = :scope, scope2 = :scope2, scope_from = :scope_from, state = :state,"
      " title = :title, conflict = :conflict, position = :position, changed_ms = :changed_ms,"
      " snapshot = :snapshot, restriction = :restriction WHERE nr = :nr",
      BH_PARAMS(bh_param_int("nr", row->nr), bh_param_text("kind", row->kind),
                bh_param_text("parent", row->parent), bh_param_text("area", row->area),
                bh_param_text("unit", row->unit), bh_param_text("scope", row->scope),
                bh_param_text("scope2", row->scope2), bh_param_text("scope_from", row->scope_from),
                bh_param_text("state", row->state), bh_param_text("title", row->title),
                bh_param_int("conflict", row->conflict), bh_param_int("position", row->position),
                bh_param_int("changed_ms", row->changed_ms),
                bh_param_text("snapshot", row->snapshot),
                bh_param_text("restriction", row->restriction)),
      error);
}

gboolean bh_record_row_set_review(BhDb *db, gint64 nr, const char *review, GError **error)
{
  return bh_index_mark(db, nr, error) &&
         bh_db_run(db, "UPDATE record SET review = :review WHERE nr = :nr",
                   BH_PARAMS(bh_param_text("review", review), bh_param_int("nr", nr)), error);
}

gboolean bh_record_awaited_add(BhDb *db, gint64 nr, const char *device, const char *key,
                               const char *entry, GError **error)
{
  return bh_db_run(db,
                   "INSERT INTO awaited (record, device, key, entry)"
                   " VALUES (:nr, :device, :key, :entry) ON CONFLICT DO NOTHING",
                   BH_PARAMS(bh_param_int("nr", nr), bh_param_text("device", device),
                             bh_param_text("key", key), bh_param_text("entry", entry)),
                   error);
}

gboolean bh_record_awaited_remove(BhDb *db, gint64 nr, gint64 position, GError **error)
{
  return bh_db_run(db,
                   "DELETE FROM awaited WHERE record = :nr AND entry ="
                   " (SELECT id FROM entry WHERE position = :position)",
                   BH_PARAMS(bh_param_int("nr", nr), bh_param_int("position", position)), error);
}

gboolean bh_record_awaited_count(BhDb *db, gint64 nr, const char *device, const char *key,
                                 guint *count, GError **error)
{
  gint64 found;
  if (!bh_db_get_int(db,
                     "SELECT count(*) FROM awaited WHERE record = :nr"
                     " AND device = :device AND (:key IS NULL OR key = :key)",
                     BH_PARAMS(bh_param_int("nr", nr), bh_param_text("device", device),
                               bh_param_text("key", key)),
                     &found, error))
    return FALSE;
  *count = (guint)found;
  return TRUE;
}

gboolean bh_record_files_add(BhDb *db, gint64 nr, const char *sha256, GError **error)
{
  return bh_db_run(db,
                   "INSERT INTO record_file (sha256, record) VALUES (:sha, :nr)"
                   " ON CONFLICT DO NOTHING",
                   BH_PARAMS(bh_param_text("sha", sha256), bh_param_int("nr", nr)), error);
}

gboolean bh_record_files_remove(BhDb *db, gint64 nr, const char *sha256, GError **error)
{
  return bh_db_run(db, "DELETE FROM record_file WHERE sha256 = :sha AND record = :nr",
                   BH_PARAMS(bh_param_text("sha", sha256), bh_param_int("nr", nr)), error);
}

gboolean bh_record_add_move(BhDb *db, gint64 position, const char *scope, const char *record,
                            GError **error)
{
  return bh_db_run(db,
                   "INSERT INTO moved (position, scope, record)"
                   " VALUES (:position, :scope, :record) ON CONFLICT DO NOTHING",
                   BH_PARAMS(bh_param_int("position", position), bh_param_text("scope", scope),
                             bh_param_text("record", record)),
                   error);
}

gboolean bh_record_has_kind(BhDb *db, const char *kind, gboolean *has, GError **error)
{
  return bh_db_has_row(db, "SELECT 1 FROM record WHERE kind = :kind LIMIT 1",
                       BH_PARAMS(bh_param_text("kind", kind)), has, error);
}

GPtrArray *bh_record_list_dependents(BhDb *db, const char *id, GError **error)
{
  return bh_stmt_collect_texts(bh_db_query(db,
                                           "SELECT id FROM record WHERE scope_from = :id UNION ALL"
                                           " SELECT id FROM record WHERE parent = :id"
                                           " AND scope_from IS NOT :id",
                                           BH_PARAMS(bh_param_text("id", id)), error),
                               error);
}

GPtrArray *bh_record_list_children(BhDb *db, const char *parent, const char *kind, guint max,
                                   GError **error)
{
  /* The oldest first, by record number. */
  gint64 limit = (gint64)max + 1;
  if (kind == NULL)
    return bh_stmt_collect_texts(
        bh_db_query(db,
                    "SELECT id FROM record WHERE parent = :parent ORDER BY nr"
                    " LIMIT :limit",
                    BH_PARAMS(bh_param_text("parent", parent), bh_param_int("limit", limit)),
                    error),
        error);
  return bh_stmt_collect_texts(
      bh_db_query(db,
                  "SELECT id FROM record WHERE parent = :parent AND kind = :kind"
                  " ORDER BY nr LIMIT :limit",
                  BH_PARAMS(bh_param_text("parent", parent), bh_param_text("kind", kind),
                            bh_param_int("limit", limit)),
                  error),
      error);
}

/* Children of :parent that were never reviewed and whose review column changes. */
#define UNREVIEWED_CHILDREN                                                                        \
  " WHERE parent = :parent AND kind = +:kind"                                                      \
  " AND review IS NOT :review AND (:review IS NULL OR coalesce(state, '')"                         \
  " NOT IN (SELECT value FROM json_each(:unfinished))) AND NOT EXISTS (SELECT 1 FROM record r"     \
  " WHERE r.parent = record.id AND r.kind = 'review')"

gboolean bh_record_set_child_reviews(BhDb *db, const char *parent, const char *kind,
                                     const char *unfinished, const char *review, GError **error)
{
  const BhParam *params =
      BH_PARAMS(bh_param_text("review", review), bh_param_text("parent", parent),
                bh_param_text("kind", kind), bh_param_text("unfinished", unfinished));
  return bh_db_run(db,
                   "INSERT INTO index_pending (nr) SELECT nr FROM record" UNREVIEWED_CHILDREN
                   " ON CONFLICT DO NOTHING",
                   params, error) &&
         bh_db_run(db, "UPDATE record SET review = :review" UNREVIEWED_CHILDREN, params, error);
}

GPtrArray *bh_record_list_ids(BhDb *db, gint64 *after_nr, int limit, GError **error)
{
  BhStmt *stmt =
      bh_db_query(db,
                  "SELECT id, nr FROM record WHERE nr > :after ORDER BY nr"
                  " LIMIT :limit",
                  BH_PARAMS(bh_param_int("after", *after_nr), bh_param_int("limit", limit)), error);
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
  char *id;
  bh_db_dup_text(db,
                 "SELECT id FROM record WHERE parent = :target"
                 " AND kind = 'review' ORDER BY nr DESC LIMIT 1",
                 BH_PARAMS(bh_param_text("target", target)), &id, error);
  return id;
}

gboolean bh_record_changed_since(BhDb *db, gint64 record, const char *reviewed_kinds,
                                 const char *covers, gint64 review, gboolean *changed,
                                 GError **error)
{
  gint64 value;
  gboolean ok = bh_db_get_int(
      db,
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
      BH_PARAMS(bh_param_int("record", record), bh_param_text("apart", reviewed_kinds),
                bh_param_text("covers", covers), bh_param_int("review", review)),
      &value, error);
  *changed = value != 0;
  return ok;
}

gboolean bh_record_is_made_by(BhDb *db, const char *id, const char *device, gboolean *made,
                              GError **error)
{
  return bh_db_has_row(
      db,
      "SELECT 1 FROM entry WHERE device = :device AND position ="
      " (SELECT min(l.position) FROM record r JOIN entry_record l ON l.record = r.nr"
      " WHERE r.id = :id)",
      BH_PARAMS(bh_param_text("device", device), bh_param_text("id", id)), made, error);
}

gboolean bh_record_is_orphan(BhDb *db, const char *id, gboolean *orphan, GError **error)
{
  return bh_db_has_row(
      db,
      "WITH RECURSIVE above (id, depth) AS"
      " (SELECT parent, 1 FROM record WHERE id = :id AND parent IS NOT NULL UNION ALL"
      " SELECT r.parent, depth + 1 FROM above JOIN record r ON r.id = above.id"
      " WHERE r.parent IS NOT NULL AND depth < 16)"
      " SELECT 1 FROM above WHERE NOT EXISTS"
      " (SELECT 1 FROM record r WHERE r.id = above.id) LIMIT 1",
      BH_PARAMS(bh_param_text("id", id)), orphan, error);
}

gboolean bh_record_count_files(BhDb *db, const char *id, gint64 nr, gint64 *total, gint64 *received,
                               GError **error)
{
  g_autoptr(BhStmt) stmt = NULL;
  if (!bh_db_query_row(db,
                       "SELECT count(*), coalesce(sum(f.complete_ms IS NOT NULL), 0) FROM"
                       " (SELECT sha256 FROM record_file WHERE record = :nr UNION"
                       "  SELECT x.sha256 FROM record c JOIN record_file x ON x.record = c.nr"
                       "  WHERE c.parent = :id AND c.kind = 'file') d"
                       " LEFT JOIN file f ON f.sha256 = d.sha256",
                       BH_PARAMS(bh_param_int("nr", nr), bh_param_text("id", id)), &stmt, error))
    return FALSE;
  *total = bh_stmt_get_int(stmt, 0);
  *received = bh_stmt_get_int(stmt, 1);
  return TRUE;
}

gboolean bh_record_mark_all(BhDb *db, GError **error)
{
  return bh_db_run(db,
                   "INSERT INTO index_pending (nr) SELECT nr FROM record WHERE true"
                   " ON CONFLICT DO NOTHING",
                   NULL, error);
}
