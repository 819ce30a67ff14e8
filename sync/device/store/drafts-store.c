/* Rows of drafts. */
#include "sync/device/store/drafts-store.h"

#include <string.h>

static BhStmt *prepare(BhDevice *device, const char *sql, const char *author, const char *record,
                       GError **error)
{
  BhStmt *stmt = bh_db_prepare(device->db, sql, error);

  if (stmt == NULL)
    return NULL;
  bh_stmt_bind_text(stmt, "author", author);
  bh_stmt_bind_text(stmt, "record", record);
  return stmt;
}

static gboolean insert(BhDevice *device, const char *author, const char *record, const char *kind,
                       gint64 now_ms, GError **error)
{
  BhStmt *stmt =
      prepare(device,
              "INSERT INTO draft (author, record, kind, kinds, updated_ms, number) VALUES"
              " (:author, :record, :kind, :kinds, :now,"
              " (SELECT coalesce(max(number), 0) + 1 FROM draft))",
              author, record, error);

  if (stmt == NULL)
    return FALSE;
  bh_stmt_bind_text(stmt, "kind", kind);
  bh_stmt_bind_text(stmt, "kinds", bh_kind_set_get_hash(device->kinds));
  bh_stmt_bind_int(stmt, "now", now_ms);
  return bh_stmt_run(stmt, error);
}

gboolean bh_drafts_store_touch(BhDevice *device, const char *author, const char *record,
                               const char *kind, gboolean *made, GError **error)
{
  gint64 now_ms = device->clock->wall_ms(device->clock->data);
  BhStmt *stmt = prepare(device,
                         "UPDATE draft SET updated_ms = :now,"
                         " number = (SELECT coalesce(max(number), 0) + 1 FROM draft)"
                         " WHERE author = :author AND record = :record",
                         author, record, error);

  if (stmt == NULL)
    return FALSE;
  bh_stmt_bind_int(stmt, "now", now_ms);
  if (!bh_stmt_run(stmt, error))
    return FALSE;
  *made = bh_db_changes(device->db) == 0;
  return !*made || insert(device, author, record, kind, now_ms, error);
}

gboolean bh_drafts_store_put(BhDevice *device, const char *author, const char *record,
                             const char *key, const char *value, GError **error)
{
  BhStmt *stmt = prepare(device,
                         "INSERT INTO draft_key (author, record, key, value) VALUES"
                         " (:author, :record, :key, :value)"
                         " ON CONFLICT (author, record, key) DO UPDATE SET value = excluded.value",
                         author, record, error);

  if (stmt == NULL)
    return FALSE;
  bh_stmt_bind_text(stmt, "key", key);
  bh_stmt_bind_text(stmt, "value", value);
  return bh_stmt_run(stmt, error);
}

gboolean bh_drafts_store_list_values(BhDevice *device, const char *author, const char *record,
                                     const char *key, GPtrArray *out, GError **error)
{
  gboolean row = FALSE;
  g_autoptr(BhStmt) stmt =
      prepare(device,
              "SELECT value FROM draft_key WHERE author = :author AND record = :record"
              " AND (:key IS NULL OR key = :key)",
              author, record, error);

  if (stmt == NULL)
    return FALSE;
  bh_stmt_bind_text(stmt, "key", key);
  while (TRUE) {
    if (!bh_stmt_step(stmt, &row, error))
      return FALSE;
    if (!row)
      return TRUE;
    g_ptr_array_add(out, g_strdup(bh_stmt_get_text(stmt, 0)));
  }
}

GPtrArray *bh_drafts_store_list_below(BhDevice *device, const char *author, const char *record,
                                      GError **error)
{
  g_autoptr(GPtrArray) out = g_ptr_array_new_with_free_func(g_free);
  g_autofree char *value = g_strdup_printf("\"%s\"", record);
  gboolean row = FALSE;
  g_autoptr(BhStmt) stmt =
      bh_db_prepare(device->db,
                    "SELECT d.record, d.kind, k.key FROM draft d JOIN draft_key k"
                    " ON k.author = d.author AND k.record = d.record"
                    " WHERE d.author = :author AND k.value = :value",
                    error);

  if (stmt == NULL)
    return NULL;
  bh_stmt_bind_text(stmt, "author", author);
  bh_stmt_bind_text(stmt, "value", value);
  while (TRUE) {
    if (!bh_stmt_step(stmt, &row, error))
      return NULL;
    if (!row)
      return g_steal_pointer(&out);
    const BhKind *kind = bh_kind_set_find(device->kinds, bh_stmt_get_text(stmt, 1));
    if (kind != NULL && g_strcmp0(bh_kind_get_parent_field(kind), bh_stmt_get_text(stmt, 2)) == 0)
      g_ptr_array_add(out, g_strdup(bh_stmt_get_text(stmt, 0)));
  }
}

gboolean bh_drafts_store_remove(BhDevice *device, const char *author, const char *record,
                                const char *key, GError **error)
{
  BhStmt *stmt = prepare(
      device, "DELETE FROM draft_key WHERE author = :author AND record = :record AND key = :key",
      author, record, error);

  if (stmt == NULL)
    return FALSE;
  bh_stmt_bind_text(stmt, "key", key);
  return bh_stmt_run(stmt, error);
}

gint64 bh_drafts_store_count_keys(BhDevice *device, const char *author, const char *record)
{
  gboolean row = FALSE;
  g_autoptr(BhStmt) stmt =
      prepare(device, "SELECT count(*) FROM draft_key WHERE author = :author AND record = :record",
              author, record, NULL);

  return stmt != NULL && bh_stmt_step(stmt, &row, NULL) && row ? bh_stmt_get_int(stmt, 0) : 0;
}

static json_t *read_keys(BhDevice *device, const char *author, const char *record, GError **error)
{
  g_autoptr(json_t) out = json_object();
  gboolean row = FALSE;
  g_autoptr(BhStmt) stmt =
      prepare(device,
              "SELECT key, value FROM draft_key WHERE author = :author AND record = :record"
              " ORDER BY key",
              author, record, error);

  if (stmt == NULL)
    return NULL;
  while (TRUE) {
    if (!bh_stmt_step(stmt, &row, error))
      return NULL;
    if (!row)
      return g_steal_pointer(&out);
    const char *text = bh_stmt_get_text(stmt, 1);
    json_t *value = bh_json_parse(text, strlen(text), BH_BODY_MAX, "draft value", error);
    if (value == NULL)
      return NULL;
    json_object_set_new(out, bh_stmt_get_text(stmt, 0), value);
  }
}

json_t *bh_drafts_store_get(BhDevice *device, const char *author, const char *record,
                            GError **error)
{
  gboolean row = FALSE;
  g_autoptr(json_t) draft = json_object();
  g_autoptr(BhStmt) stmt = prepare(
      device, "SELECT kind, updated_ms FROM draft WHERE author = :author AND record = :record",
      author, record, error);

  if (stmt == NULL || !bh_stmt_step(stmt, &row, error))
    return NULL;
  if (!row) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_NOT_FOUND, "draft: there is none");
    return NULL;
  }
  json_object_set_new(draft, "record", json_string(record));
  json_object_set_new(draft, "kind", json_string(bh_stmt_get_text(stmt, 0)));
  json_object_set_new(draft, "updated_ms", json_integer(bh_stmt_get_int(stmt, 1)));
  json_t *changed = read_keys(device, author, record, error);
  if (changed == NULL)
    return NULL;
  json_object_set_new(draft, "changed", changed);
  return g_steal_pointer(&draft);
}

gboolean bh_drafts_store_drop(BhDevice *device, const char *author, const char *record,
                              gboolean *dropped, GError **error)
{
  BhStmt *stmt = prepare(device, "DELETE FROM draft WHERE author = :author AND record = :record",
                         author, record, error);

  if (stmt == NULL || !bh_stmt_run(stmt, error))
    return FALSE;
  *dropped = bh_db_changes(device->db) > 0;
  return TRUE;
}

gint64 bh_drafts_store_count_author(BhDevice *device, const char *author)
{
  gboolean row = FALSE;
  g_autoptr(BhStmt) stmt =
      bh_db_prepare(device->db, "SELECT count(*) FROM draft WHERE author = :author", NULL);

  if (stmt == NULL)
    return 0;
  bh_stmt_bind_text(stmt, "author", author);
  return bh_stmt_step(stmt, &row, NULL) && row ? bh_stmt_get_int(stmt, 0) : 0;
}

gboolean bh_drafts_store_has_record(BhDevice *device, const char *record)
{
  gboolean row = FALSE;
  g_autoptr(BhStmt) stmt =
      bh_db_prepare(device->db, "SELECT 1 FROM draft WHERE record = :record LIMIT 1", NULL);

  if (stmt == NULL)
    return FALSE;
  bh_stmt_bind_text(stmt, "record", record);
  return bh_stmt_step(stmt, &row, NULL) && row;
}

json_t *bh_drafts_store_list(BhDevice *device, const char *author, gint64 offset, int limit,
                             GError **error)
{
  g_autoptr(json_t) out = json_array();
  gboolean row = FALSE;
  g_autoptr(BhStmt) stmt = bh_db_prepare(
      device->db,
      "SELECT author, record, kind, updated_ms FROM draft"
      " WHERE :author IS NULL OR author = :author ORDER BY number DESC LIMIT :limit OFFSET :skip",
      error);

  if (stmt == NULL)
    return NULL;
  bh_stmt_bind_text(stmt, "author", author);
  bh_stmt_bind_int(stmt, "limit", limit);
  bh_stmt_bind_int(stmt, "skip", offset);
  while (TRUE) {
    if (!bh_stmt_step(stmt, &row, error))
      return NULL;
    if (!row)
      return g_steal_pointer(&out);
    json_t *draft = json_object();
    json_object_set_new(draft, "author", json_string(bh_stmt_get_text(stmt, 0)));
    json_object_set_new(draft, "record", json_string(bh_stmt_get_text(stmt, 1)));
    json_object_set_new(draft, "kind", json_string(bh_stmt_get_text(stmt, 2)));
    json_object_set_new(draft, "updated_ms", json_integer(bh_stmt_get_int(stmt, 3)));
    json_array_append_new(out, draft);
  }
}
