/* SQL of office-store.h. */
#include "sync/hub/office/office-store.h"

#include "sync/hub/records/records.h"
#include "sync/db/params.h"

char *bh_office_store_dup_verifier(BhDb *db, const char *login, char **staff, GError **error)
{
  g_autoptr(BhStmt) row = NULL;
  if (!bh_db_query_row(db, "SELECT verifier, staff FROM office_account WHERE login = :login",
                       BH_PARAMS(bh_param_text("login", login)), &row, error) ||
      row == NULL)
    return NULL;
  *staff = g_strdup(bh_stmt_get_text(row, 1));
  return g_strdup(bh_stmt_get_text(row, 0));
}

char *bh_office_store_dup_login(BhDb *db, const char *staff, GError **error)
{
  char *login = NULL;
  bh_db_dup_text(db, "SELECT login FROM office_account WHERE staff = :staff",
                 BH_PARAMS(bh_param_text("staff", staff)), &login, error);
  return login;
}

gboolean bh_office_store_set_account(BhDb *db, const char *staff, const char *login,
                                     const char *verifier, gint64 now_ms, GError **error)
{
  return bh_db_run(db,
                   "INSERT INTO office_account (staff, login, verifier, set_ms)"
                   " VALUES (:staff, :login, :verifier, :now)"
                   " ON CONFLICT (staff) DO UPDATE SET login = excluded.login,"
                   " verifier = excluded.verifier, set_ms = excluded.set_ms",
                   BH_PARAMS(bh_param_text("staff", staff), bh_param_text("login", login),
                             bh_param_text("verifier", verifier), bh_param_int("now", now_ms)),
                   error);
}

gboolean bh_office_store_remove_account(BhDb *db, const char *staff, GError **error)
{
  return bh_db_run(db, "DELETE FROM office_account WHERE staff = :staff",
                   BH_PARAMS(bh_param_text("staff", staff)), error);
}

void bh_session_row_clear(BhSessionRow *row)
{
  g_clear_pointer(&row->staff, g_free);
  g_clear_pointer(&row->csrf, g_free);
}

gboolean bh_office_store_load_session(BhDb *db, const char *token_hash, BhSessionRow *row,
                                      gboolean *found, GError **error)
{
  g_autoptr(BhStmt) stmt = NULL;
  gboolean ok = bh_db_query_row(db,
                                "SELECT staff, csrf, created_ms, seen_ms FROM office_session"
                                " WHERE token_hash = :hash",
                                BH_PARAMS(bh_param_text("hash", token_hash)), &stmt, error);
  *found = stmt != NULL;
  if (stmt == NULL)
    return ok;
  row->staff = g_strdup(bh_stmt_get_text(stmt, 0));
  row->csrf = g_strdup(bh_stmt_get_text(stmt, 1));
  row->created_ms = bh_stmt_get_int(stmt, 2);
  row->seen_ms = bh_stmt_get_int(stmt, 3);
  return TRUE;
}

gboolean bh_office_store_add_session(BhDb *db, const char *token_hash, const BhSessionRow *row,
                                     gint64 idle_before_ms, gint64 old_before_ms, GError **error)
{
  return bh_db_run(
             db, "DELETE FROM office_session WHERE seen_ms < :idle OR created_ms < :old",
             BH_PARAMS(bh_param_int("idle", idle_before_ms), bh_param_int("old", old_before_ms)),
             error) &&
         bh_db_run(db,
                   "INSERT INTO office_session (token_hash, staff, csrf, created_ms, seen_ms)"
                   " VALUES (:hash, :staff, :csrf, :created, :seen)",
                   BH_PARAMS(bh_param_text("hash", token_hash), bh_param_text("staff", row->staff),
                             bh_param_text("csrf", row->csrf),
                             bh_param_int("created", row->created_ms),
                             bh_param_int("seen", row->seen_ms)),
                   error);
}

gboolean bh_office_store_touch_session(BhDb *db, const char *token_hash, gint64 now_ms,
                                       GError **error)
{
  return bh_db_run(db, "UPDATE office_session SET seen_ms = :now WHERE token_hash = :hash",
                   BH_PARAMS(bh_param_int("now", now_ms), bh_param_text("hash", token_hash)),
                   error);
}

gboolean bh_office_store_end_session(BhDb *db, const char *token_hash, GError **error)
{
  return bh_db_run(db, "DELETE FROM office_session WHERE token_hash = :hash",
                   BH_PARAMS(bh_param_text("hash", token_hash)), error);
}

gboolean bh_office_store_get_failures(BhDb *db, const char *key, int *failures, gint64 *last_ms,
                                      GError **error)
{
  g_autoptr(BhStmt) row = NULL;
  gboolean ok = bh_db_query_row(db,
                                "SELECT failures, last_ms FROM office_attempt"
                                " WHERE login_hash = :hash",
                                BH_PARAMS(bh_param_text("hash", key)), &row, error);
  *failures = row != NULL ? (int)bh_stmt_get_int(row, 0) : 0;
  *last_ms = row != NULL ? bh_stmt_get_int(row, 1) : 0;
  return ok;
}

gboolean bh_office_store_set_failures(BhDb *db, const char *key, int failures, gint64 now_ms,
                                      GError **error)
{
  return bh_db_run(db,
                   "INSERT INTO office_attempt (login_hash, failures, last_ms)"
                   " VALUES (:hash, :failures, :now) ON CONFLICT (login_hash) DO UPDATE SET"
                   " failures = excluded.failures, last_ms = excluded.last_ms",
                   BH_PARAMS(bh_param_text("hash", key), bh_param_int("failures", failures),
                             bh_param_int("now", now_ms)),
                   error) &&
         bh_db_run(db,
                   "DELETE FROM office_attempt WHERE login_hash IN (SELECT login_hash FROM"
                   " office_attempt ORDER BY last_ms DESC LIMIT -1 OFFSET :kept)",
                   BH_PARAMS(bh_param_int("kept", BH_OFFICE_ATTEMPTS_KEPT)), error);
}

gboolean bh_office_store_add_failure(BhDb *db, const char *key, gint64 now_ms, GError **error)
{
  int failures = 0;
  gint64 last_ms = 0;
  return bh_office_store_get_failures(db, key, &failures, &last_ms, error) &&
         bh_office_store_set_failures(db, key, failures + 1, now_ms, error);
}

gboolean bh_office_store_forget_failures(BhDb *db, const char *key, GError **error)
{
  return bh_db_run(db, "DELETE FROM office_attempt WHERE login_hash = :hash",
                   BH_PARAMS(bh_param_text("hash", key)), error);
}

gboolean bh_office_store_is_known(BhDb *db, const char *token_hash, const char *staff,
                                  gboolean *known, GError **error)
{
  return bh_db_has_row(db,
                       "SELECT 1 FROM office_known WHERE token_hash = :hash"
                       " AND staff = :staff",
                       BH_PARAMS(bh_param_text("hash", token_hash), bh_param_text("staff", staff)),
                       known, error);
}

gboolean bh_office_store_set_known(BhDb *db, const char *token_hash, const char *staff,
                                   gint64 now_ms, gint64 old_before_ms, GError **error)
{
  return bh_db_run(db,
                   "INSERT INTO office_known (token_hash, staff, seen_ms)"
                   " VALUES (:hash, :staff, :now) ON CONFLICT (token_hash) DO UPDATE SET"
                   " seen_ms = excluded.seen_ms",
                   BH_PARAMS(bh_param_text("hash", token_hash), bh_param_text("staff", staff),
                             bh_param_int("now", now_ms)),
                   error) &&
         bh_db_run(db,
                   "DELETE FROM office_known WHERE seen_ms < :old OR token_hash IN"
                   " (SELECT token_hash FROM office_known WHERE staff = :staff"
                   " ORDER BY seen_ms DESC LIMIT -1 OFFSET :kept)",
                   BH_PARAMS(bh_param_int("old", old_before_ms), bh_param_text("staff", staff),
                             bh_param_int("kept", BH_OFFICE_KNOWN_KEPT)),
                   error);
}

gboolean bh_office_store_forget_known(BhDb *db, const char *staff, GError **error)
{
  return bh_db_run(db, "DELETE FROM office_known WHERE staff = :staff",
                   BH_PARAMS(bh_param_text("staff", staff)), error);
}

static gboolean get_counter(BhDb *db, const char *name, gint64 *value, GError **error)
{
  return bh_db_get_int(db, "SELECT value FROM counter WHERE name = :name",
                       BH_PARAMS(bh_param_text("name", name)), value, error);
}

gboolean bh_office_store_get_position(BhDb *db, gint64 *position, GError **error)
{
  return get_counter(db, "position", position, error);
}

gboolean bh_office_store_take_serials(BhDb *db, int count, gint64 *first, GError **error)
{
  gint64 last = 0;
  if (!get_counter(db, "plaque", &last, error))
    return FALSE;
  *first = last + 1;
  return bh_db_run(db, "UPDATE counter SET value = :value WHERE name = 'plaque'",
                   BH_PARAMS(bh_param_int("value", last + count)), error);
}

gboolean bh_office_store_shows_file(BhDb *db, const char *record, const char *sha256,
                                    gboolean *shows, GError **error)
{
  return bh_db_has_row(db,
                       "SELECT 1 FROM record_file JOIN record ON record.nr ="
                       " record_file.record WHERE record.id = :record"
                       " AND record_file.sha256 = :sha",
                       BH_PARAMS(bh_param_text("record", record), bh_param_text("sha", sha256)),
                       shows, error);
}

GPtrArray *bh_office_store_list_with_file(BhDb *db, const char *parent, const char *kind,
                                          const char *sha256, int limit, GError **error)
{
  g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(BhStmt) stmt =
      bh_db_query(db,
                  "SELECT record.id FROM record_file JOIN record ON record.nr = record_file.record"
                  " WHERE record_file.sha256 = :sha AND record.parent = :parent"
                  " AND record.kind = :kind ORDER BY record.nr LIMIT :most",
                  BH_PARAMS(bh_param_text("sha", sha256), bh_param_text("parent", parent),
                            bh_param_text("kind", kind), bh_param_int("most", limit)),
                  error);
  gboolean ended = FALSE;
  if (stmt == NULL)
    return NULL;
  while (bh_stmt_next(stmt, &ended, error))
    g_ptr_array_add(ids, g_strdup(bh_stmt_get_text(stmt, 0)));
  return ended ? g_steal_pointer(&ids) : NULL;
}

gboolean bh_office_store_is_made_by(BhDb *db, const char *record, const char *staff,
                                    gboolean *is_made_by, GError **error)
{
  g_autoptr(BhStmt) row = NULL;
  if (!bh_db_query_row(
          db,
          "SELECT entry.actor FROM record JOIN entry_record ON entry_record.record = record.nr"
          " JOIN entry ON entry.position = entry_record.position WHERE record.id = :record"
          " ORDER BY entry.position LIMIT 1",
          BH_PARAMS(bh_param_text("record", record)), &row, error))
    return FALSE;
  *is_made_by = row != NULL && g_strcmp0(bh_stmt_get_text(row, 0), staff) == 0;
  return TRUE;
}

gboolean bh_office_store_newest_entry(BhDb *db, const char *record, char **entry, GError **error)
{
  g_autoptr(BhStmt) row = NULL;
  if (!bh_db_query_row(
          db,
          "WITH family (nr, id, depth) AS (SELECT nr, id, 0 FROM record WHERE id = :record"
          " UNION ALL SELECT record.nr, record.id, depth + 1 FROM record JOIN family"
          " ON record.parent = family.id WHERE depth < " BH_RECORD_DEPTH ")"
          " SELECT entry.id FROM family JOIN entry_record ON entry_record.record = family.nr"
          " JOIN entry ON entry.position = entry_record.position"
          " ORDER BY entry.position DESC LIMIT 1",
          BH_PARAMS(bh_param_text("record", record)), &row, error))
    return FALSE;
  *entry = g_strdup(row != NULL ? bh_stmt_get_text(row, 0) : "");
  return TRUE;
}

json_t *bh_office_store_list_changed(BhDb *db, const char *record, const char *reviewed_kinds,
                                     const char *covers, const char *review, int limit,
                                     GError **error)
{
  g_autoptr(BhStmt) stmt = bh_db_query(
      db,
      "WITH family (nr, id, kind, depth) AS (SELECT nr, id, kind, 0 FROM record WHERE id = :record"
      " UNION ALL SELECT r.nr, r.id, r.kind, depth + 1 FROM family JOIN record r"
      " ON r.parent = family.id WHERE depth < " BH_RECORD_DEPTH
      " AND r.kind NOT IN (SELECT value FROM json_each(:apart)))"
      " SELECT DISTINCT f.id FROM family f JOIN entry_record a ON a.record = f.nr"
      " WHERE f.kind <> 'review' AND a.position > coalesce((SELECT e.position FROM entry e"
      " WHERE e.id = :covers AND e.is_first = 1), -1) AND NOT EXISTS (SELECT 1 FROM entry_record b"
      " WHERE b.record = (SELECT nr FROM record WHERE id = :review) AND b.position = a.position)"
      " ORDER BY f.nr LIMIT :most",
      BH_PARAMS(bh_param_text("record", record), bh_param_text("apart", reviewed_kinds),
                bh_param_text("covers", covers), bh_param_text("review", review),
                bh_param_int("most", limit)),
      error);
  gboolean ended = FALSE;
  if (stmt == NULL)
    return NULL;
  g_autoptr(json_t) ids = json_array();
  while (bh_stmt_next(stmt, &ended, error))
    json_array_append_new(ids, json_string(bh_stmt_get_text(stmt, 0)));
  return ended ? g_steal_pointer(&ids) : NULL;
}

json_t *bh_office_store_list_news(BhDb *db, const char *record, const char *since, int limit,
                                  GError **error)
{
  g_autoptr(BhStmt) stmt =
      bh_db_query(db,
                  "WITH family (nr, id, depth) AS (SELECT nr, id, 0 FROM record WHERE id = :record"
                  " UNION ALL SELECT r.nr, r.id, depth + 1 FROM record r JOIN family"
                  " ON r.parent = family.id WHERE depth < " BH_RECORD_DEPTH ")"
                  " SELECT f.id, a.position FROM family f JOIN entry_record a ON a.record = f.nr"
                  " WHERE a.position > coalesce((SELECT e.position FROM entry e WHERE e.id = :since"
                  " AND e.is_first = 1), -1)"
                  " ORDER BY a.position DESC, f.nr LIMIT :most",
                  BH_PARAMS(bh_param_text("record", record), bh_param_text("since", since),
                            bh_param_int("most", limit)),
                  error);
  gboolean ended;
  if (stmt == NULL)
    return NULL;
  g_autoptr(json_t) news = json_array();
  while (bh_stmt_next(stmt, &ended, error))
    json_array_append_new(news, json_pack("{s:s,s:I}", "record", bh_stmt_get_text(stmt, 0),
                                          "position", (json_int_t)bh_stmt_get_int(stmt, 1)));
  return ended ? g_steal_pointer(&news) : NULL;
}

static void set_text(json_t *object, const char *name, BhStmt *stmt, int column)
{
  if (!bh_stmt_is_null(stmt, column))
    json_object_set_new(object, name, json_string(bh_stmt_get_text(stmt, column)));
}

json_t *bh_office_store_load_row(BhDb *db, const char *record, GError **error)
{
  g_autoptr(BhStmt) stmt = NULL;
  if (!bh_db_query_row(db,
                       "SELECT id, kind, state, area, review, changed_ms, conflict"
                       " FROM record WHERE id = :record",
                       BH_PARAMS(bh_param_text("record", record)), &stmt, error))
    return NULL;
  if (stmt == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "record: there is no record with this id");
    return NULL;
  }
  json_t *row = json_object();
  static const char *const names[] = {"id", "kind", "state", "area", "review"};
  for (int i = 0; i < (int)G_N_ELEMENTS(names); i++)
    set_text(row, names[i], stmt, i);
  json_object_set_new(row, "changed_ms", json_integer(bh_stmt_get_int(stmt, 5)));
  json_object_set_new(row, "conflict", json_boolean(bh_stmt_get_int(stmt, 6) != 0));
  return row;
}

gboolean bh_office_store_add_print(BhDb *db, gint64 serial, const char *enterprise,
                                   const char *text, gint64 now_ms, const char *by, GError **error)
{
  return bh_db_run(db,
                   "INSERT INTO plaque_print (serial, enterprise, text, printed_ms, printed_by)"
                   " VALUES (:serial, :record, :text, :now, :by)",
                   BH_PARAMS(bh_param_int("serial", serial), bh_param_text("record", enterprise),
                             bh_param_text("text", text), bh_param_int("now", now_ms),
                             bh_param_text("by", by)),
                   error);
}

static json_t *collect_prints(BhStmt *stmt, GError **error)
{
  if (stmt == NULL)
    return NULL;
  g_autoptr(json_t) out = json_array();
  gboolean row = FALSE;
  while (bh_stmt_step(stmt, &row, error)) {
    if (!row)
      return g_steal_pointer(&out);
    json_t *print = json_object();
    json_object_set_new(print, "serial", json_integer(bh_stmt_get_int(stmt, 0)));
    set_text(print, "record", stmt, 1);
    set_text(print, "text", stmt, 2);
    json_object_set_new(print, "printed_ms", json_integer(bh_stmt_get_int(stmt, 3)));
    set_text(print, "printed_by", stmt, 4);
    json_array_append_new(out, print);
  }
  return NULL;
}

json_t *bh_office_store_list_prints(BhDb *db, gint64 first, int limit, GError **error)
{
  return collect_prints(
      bh_db_query(db,
                  "SELECT serial, enterprise, text, printed_ms, printed_by FROM plaque_print"
                  " WHERE serial >= :first ORDER BY serial LIMIT :most",
                  BH_PARAMS(bh_param_int("first", first), bh_param_int("most", limit)), error),
      error);
}

json_t *bh_office_store_list_newest_prints(BhDb *db, gint64 before, int limit, GError **error)
{
  return collect_prints(
      bh_db_query(db,
                  "SELECT serial, enterprise, text, printed_ms, printed_by FROM plaque_print"
                  " WHERE serial < :before ORDER BY serial DESC LIMIT :most",
                  BH_PARAMS(bh_param_int("before", before), bh_param_int("most", limit)), error),
      error);
}
