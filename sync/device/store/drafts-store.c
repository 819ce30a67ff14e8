/* Rows of drafts. */
#include "sync/device/store/drafts-store.h"

#include <string.h>

#include "sync/db/params.h"

static gboolean insert(BhDevice *device, const char *author, const char *record, const char *kind,
                       gint64 now_ms, GError **error)
{
  return bh_db_run(device->db,
                   "INSERT INTO draft (author, record, kind, kinds, updated_ms, number) VALUES"
                   " (:author, :record, :kind, :kinds, :now,"
                   " (SELECT coalesce(max(number), 0) + 1 FROM draft))",
                   BH_PARAMS(bh_param_text("author", author), bh_param_text("record", record),
                             bh_param_text("kind", kind),
                             bh_param_text("kinds", bh_kind_set_get_hash(device->kinds)),
                             bh_param_int("now", now_ms)),
                   error);
}

gboolean bh_drafts_store_touch(BhDevice *device, const char *author, const char *record,
                               const char *kind, gboolean *made, GError **error)
{
  gint64 now_ms = device->clock->wall_ms(device->clock->data);

  if (!bh_db_run(device->db,
                 "UPDATE draft SET updated_ms = :now,"
                 " number = (SELECT coalesce(max(number), 0) + 1 FROM draft)"
                 " WHERE author = :author AND record = :record",
                 BH_PARAMS(bh_param_text("author", author), bh_param_text("record", record),
                           bh_param_int("now", now_ms)),
                 error))
    return FALSE;
  *made = bh_db_changes(device->db) == 0;
  return !*made || insert(device, author, record, kind, now_ms, error);
}

gboolean bh_drafts_store_put(BhDevice *device, const char *author, const char *record,
                             const char *key, const char *value, GError **error)
{
  return bh_db_run(device->db,
                   "INSERT INTO draft_key (author, record, key, value) VALUES"
                   " (:author, :record, :key, :value)"
                   " ON CONFLICT (author, record, key) DO UPDATE SET value = excluded.value",
                   BH_PARAMS(bh_param_text("author", author), bh_param_text("record", record),
                             bh_param_text("key", key), bh_param_text("value", value)),
                   error);
}

gboolean bh_drafts_store_list_values(BhDevice *device, const char *author, const char *record,
                                     const char *key, GPtrArray *out, GError **error)
{
  g_autoptr(BhStmt) stmt =
      bh_db_query(device->db,
                  "SELECT value FROM draft_key WHERE author = :author AND record = :record"
                  " AND (:key IS NULL OR key = :key)",
                  BH_PARAMS(bh_param_text("author", author), bh_param_text("record", record),
                            bh_param_text("key", key)),
                  error);
  if (stmt == NULL)
    return FALSE;
  gboolean ended = FALSE;
  while (bh_stmt_next(stmt, &ended, error))
    g_ptr_array_add(out, g_strdup(bh_stmt_get_text(stmt, 0)));
  return ended;
}

GPtrArray *bh_drafts_store_list_below(BhDevice *device, const char *author, const char *record,
                                      GError **error)
{
  g_autoptr(GPtrArray) out = g_ptr_array_new_with_free_func(g_free);
  g_autofree char *value = g_strdup_printf("\"%s\"", record);
  g_autoptr(BhStmt) stmt =
      bh_db_query(device->db,
                  "SELECT d.record, d.kind, k.key FROM draft d JOIN draft_key k"
                  " ON k.author = d.author AND k.record = d.record"
                  " WHERE d.author = :author AND k.value = :value",
                  BH_PARAMS(bh_param_text("author", author), bh_param_text("value", value)), error);
  if (stmt == NULL)
    return NULL;
  gboolean ended = FALSE;
  while (bh_stmt_next(stmt, &ended, error)) {
    const BhKind *kind = bh_kind_set_find(device->kinds, bh_stmt_get_text(stmt, 1));
    if (kind != NULL && g_strcmp0(bh_kind_get_parent_field(kind), bh_stmt_get_text(stmt, 2)) == 0)
      g_ptr_array_add(out, g_strdup(bh_stmt_get_text(stmt, 0)));
  }
  return ended ? g_steal_pointer(&out) : NULL;
}

gboolean bh_drafts_store_remove(BhDevice *device, const char *author, const char *record,
                                const char *key, GError **error)
{
  return bh_db_run(
      device->db,
      "DELETE FROM draft_key WHERE author = :author AND record = :record AND key = :key",
      BH_PARAMS(bh_param_text("author", author), bh_param_text("record", record),
                bh_param_text("key", key)),
      error);
}

gint64 bh_drafts_store_count_keys(BhDevice *device, const char *author, const char *record)
{
  gint64 count = 0;

  bh_db_get_int(
      device->db, "SELECT count(*) FROM draft_key WHERE author = :author AND record = :record",
      BH_PARAMS(bh_param_text("author", author), bh_param_text("record", record)), &count, NULL);
  return count;
}

static json_t *read_keys(BhDevice *device, const char *author, const char *record, GError **error)
{
  g_autoptr(json_t) out = json_object();
  g_autoptr(BhStmt) stmt = bh_db_query(
      device->db,
      "SELECT key, value FROM draft_key WHERE author = :author AND record = :record"
      " ORDER BY key",
      BH_PARAMS(bh_param_text("author", author), bh_param_text("record", record)), error);
  if (stmt == NULL)
    return NULL;
  gboolean ended = FALSE;
  while (bh_stmt_next(stmt, &ended, error)) {
    const char *text = bh_stmt_get_text(stmt, 1);
    json_t *value = bh_json_parse(text, strlen(text), BH_BODY_MAX, "draft value", error);
    if (value == NULL)
      return NULL;
    json_object_set_new(out, bh_stmt_get_text(stmt, 0), value);
  }
  return ended ? g_steal_pointer(&out) : NULL;
}

json_t *bh_drafts_store_get(BhDevice *device, const char *author, const char *record,
                            GError **error)
{
  g_autoptr(json_t) draft = json_object();
  g_autoptr(BhStmt) row = NULL;

  if (!bh_db_query_row(device->db,
                       "SELECT kind, updated_ms FROM draft"
                       " WHERE author = :author AND record = :record",
                       BH_PARAMS(bh_param_text("author", author), bh_param_text("record", record)),
                       &row, error))
    return NULL;
  if (row == NULL) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_NOT_FOUND,
                        "draft: this person has no draft of this record");
    return NULL;
  }
  json_object_set_new(draft, "record", json_string(record));
  json_object_set_new(draft, "kind", json_string(bh_stmt_get_text(row, 0)));
  json_object_set_new(draft, "updated_ms", json_integer(bh_stmt_get_int(row, 1)));
  json_t *changed = read_keys(device, author, record, error);
  if (changed == NULL)
    return NULL;
  json_object_set_new(draft, "changed", changed);
  return g_steal_pointer(&draft);
}

/* Returns the draft to which the row in `stmt` belongs: the last one of the array, or a new one
 * that is added. */
static json_t *need_draft(json_t *drafts, BhStmt *stmt, const char *kind)
{
  json_t *last = json_array_get(drafts, json_array_size(drafts) - 1);
  const char *record = bh_stmt_get_text(stmt, 0);
  if (strcmp(bh_json_string_or(last, "record", ""), record) == 0)
    return last;
  last = json_pack("{s:s, s:s, s:I, s:{}}", "record", record, "kind", kind, "updated_ms",
                   (json_int_t)bh_stmt_get_int(stmt, 1), "changed");
  json_array_append_new(drafts, last);
  return last;
}

json_t *bh_drafts_store_list_of_parent(BhDevice *device, const char *author, const char *kind,
                                       const char *field, const char *parent, GError **error)
{
  g_autofree char *value = g_strdup_printf("\"%s\"", parent); /* ids need no escape */
  g_autoptr(json_t) drafts = json_array();
  gboolean ended;
  g_autoptr(BhStmt) stmt = bh_db_query(
      device->db,
      "SELECT d.record, d.updated_ms, k.key, k.value FROM draft d LEFT JOIN draft_key k"
      " ON k.author = d.author AND k.record = d.record WHERE d.author = :author AND d.kind = :kind"
      " AND (EXISTS (SELECT 1 FROM draft_key p WHERE p.author = d.author AND p.record = d.record"
      " AND p.key = :field AND p.value = :value) OR EXISTS (SELECT 1 FROM record r"
      " WHERE r.id = d.record AND r.parent = :parent)) ORDER BY d.number DESC, d.record, k.key",
      BH_PARAMS(bh_param_text("author", author), bh_param_text("kind", kind),
                bh_param_text("field", field), bh_param_text("value", value),
                bh_param_text("parent", parent)),
      error);
  if (stmt == NULL)
    return NULL;
  while (bh_stmt_next(stmt, &ended, error)) {
    json_t *draft = need_draft(drafts, stmt, kind);
    const char *key = bh_stmt_get_text(stmt, 2);
    const char *text = bh_stmt_get_text(stmt, 3);
    json_t *parsed =
        key != NULL ? bh_json_parse(text, strlen(text), BH_BODY_MAX, "draft", error) : NULL;
    if (key != NULL && parsed == NULL)
      return NULL;
    if (key != NULL)
      json_object_set_new(json_object_get(draft, "changed"), key, parsed);
  }
  return ended ? g_steal_pointer(&drafts) : NULL;
}

gboolean bh_drafts_store_drop(BhDevice *device, const char *author, const char *record,
                              gboolean *dropped, GError **error)
{
  if (!bh_db_run(device->db, "DELETE FROM draft WHERE author = :author AND record = :record",
                 BH_PARAMS(bh_param_text("author", author), bh_param_text("record", record)),
                 error))
    return FALSE;
  *dropped = bh_db_changes(device->db) > 0;
  return TRUE;
}

gint64 bh_drafts_store_count_author(BhDevice *device, const char *author)
{
  gint64 count = 0;

  bh_db_get_int(device->db, "SELECT count(*) FROM draft WHERE author = :author",
                BH_PARAMS(bh_param_text("author", author)), &count, NULL);
  return count;
}

gboolean bh_drafts_store_has_record(BhDevice *device, const char *record)
{
  gboolean has = FALSE;

  bh_db_has_row(device->db, "SELECT 1 FROM draft WHERE record = :record LIMIT 1",
                BH_PARAMS(bh_param_text("record", record)), &has, NULL);
  return has;
}

json_t *bh_drafts_store_list(BhDevice *device, const char *author, gint64 offset, int limit,
                             GError **error)
{
  g_autoptr(json_t) out = json_array();
  g_autoptr(BhStmt) stmt = bh_db_query(
      device->db,
      "SELECT author, record, kind, updated_ms FROM draft"
      " WHERE :author IS NULL OR author = :author ORDER BY number DESC LIMIT :limit OFFSET :skip",
      BH_PARAMS(bh_param_text("author", author), bh_param_int("limit", limit),
                bh_param_int("skip", offset)),
      error);
  if (stmt == NULL)
    return NULL;
  gboolean ended = FALSE;
  while (bh_stmt_next(stmt, &ended, error)) {
    json_t *draft = json_object();
    json_object_set_new(draft, "author", json_string(bh_stmt_get_text(stmt, 0)));
    json_object_set_new(draft, "record", json_string(bh_stmt_get_text(stmt, 1)));
    json_object_set_new(draft, "kind", json_string(bh_stmt_get_text(stmt, 2)));
    json_object_set_new(draft, "updated_ms", json_integer(bh_stmt_get_int(stmt, 3)));
    json_array_append_new(out, draft);
  }
  return ended ? g_steal_pointer(&out) : NULL;
}
