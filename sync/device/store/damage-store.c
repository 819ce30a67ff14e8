/* Rows of entries that were set aside, and what is removed for them. */
#include <string.h>

#include "sync/db/params.h"
#include "sync/device/store/damage.h"

static gboolean run(BhDevice *device, const char *sql, gint64 pos, GError **error)
{
  return bh_db_run(device->db, sql, BH_PARAMS(bh_param_int("pos", pos)), error);
}

gboolean bh_damage_store_list_records(BhDevice *device, gint64 pos, GPtrArray *out, GError **error)
{
  g_autoptr(BhStmt) stmt =
      bh_db_query(device->db, "SELECT record FROM entry_record WHERE pos = :pos",
                  BH_PARAMS(bh_param_int("pos", pos)), error);
  if (stmt == NULL)
    return FALSE;
  gboolean ended = FALSE;
  while (bh_stmt_next(stmt, &ended, error))
    g_ptr_array_add(out, g_strdup(bh_stmt_get_text(stmt, 0)));
  return ended;
}

gboolean bh_damage_store_copy(BhDevice *device, gint64 pos, const char *reason,
                              const GPtrArray *records, gint64 found_ms, GError **error)
{
  g_autoptr(json_t) ids = json_array();

  for (guint i = 0; i < records->len; i++)
    json_array_append_new(ids, json_string(g_ptr_array_index(records, i)));
  g_autofree char *text = bh_json_dump(ids);
  return bh_db_run(
      device->db,
      "INSERT INTO damaged (pos, id, author, at_ms, found_ms, reason, records, envelope, signature,"
      " body, openings) SELECT p.pos, e.id, e.author, e.at_ms, :found, :reason, :records,"
      " CAST(e.envelope AS BLOB), CAST(e.signature AS BLOB), CAST(e.body AS BLOB),"
      " CAST(e.openings AS BLOB) FROM (SELECT :pos AS pos) p LEFT JOIN entry e ON e.pos = p.pos",
      BH_PARAMS(bh_param_int("pos", pos), bh_param_int("found", found_ms),
                bh_param_text("reason", reason), bh_param_text("records", text)),
      error);
}

static gboolean count_files(BhDevice *device, gint64 pos, gint64 *files, gint64 *bytes,
                            GError **error)
{
  g_autoptr(BhStmt) row = NULL; /* never NULL: a query for a sum always has one row */

  if (!bh_db_query_row(device->db,
                       "SELECT count(*), coalesce(sum(size - sent), 0) FROM file"
                       " WHERE declared = :pos AND done = 0",
                       BH_PARAMS(bh_param_int("pos", pos)), &row, error))
    return FALSE;
  *files = bh_stmt_get_int(row, 0);
  *bytes = bh_stmt_get_int(row, 1);
  return TRUE;
}

gboolean bh_damage_store_remove(BhDevice *device, gint64 pos, gint64 *files, gint64 *bytes,
                                GError **error)
{
  return count_files(device, pos, files, bytes, error) &&
         run(device, "UPDATE file SET declared = NULL WHERE declared = :pos AND done = 0", pos,
             error) &&
         run(device, "DELETE FROM entry_record WHERE pos = :pos", pos, error) &&
         run(device, "DELETE FROM entry WHERE pos = :pos", pos, error);
}

gboolean bh_damage_store_drop_body(BhDevice *device, gint64 pos, GError **error)
{
  return run(device, "UPDATE entry SET body = '', openings = '' WHERE pos = :pos", pos, error);
}

gboolean bh_damage_store_drop_openings(BhDevice *device, gint64 pos, GError **error)
{
  return run(device, "UPDATE entry SET openings = '' WHERE pos = :pos", pos, error);
}

gint64 bh_damage_store_count(BhDevice *device)
{
  gint64 count = 0;

  bh_db_get_int(device->db, "SELECT count(*) FROM damaged", NULL, &count, NULL);
  return count;
}

/* Adds the bytes as text, and in base64 too when they are not valid text, so that no byte is
 * lost. */
static void add_bytes(json_t *item, const char *key, BhStmt *stmt, int column)
{
  gsize len = 0;
  const guint8 *bytes = bh_stmt_get_blob(stmt, column, &len);

  if (bytes == NULL)
    return;
  g_autofree char *text = g_utf8_make_valid((const char *)bytes, (gssize)len);
  json_object_set_new(item, key, json_string(text));
  if (!g_utf8_validate((const char *)bytes, (gssize)len, NULL)) {
    g_autofree char *name = g_strconcat(key, "_base64", NULL);
    g_autofree char *base64 = g_base64_encode(bytes, len);
    json_object_set_new(item, name, json_string(base64));
  }
}

static void set_text(json_t *item, const char *key, const char *text)
{
  json_object_set_new(item, key, text != NULL ? json_string(text) : json_null());
}

json_t *bh_device_list_damaged(BhDevice *device, GError **error)
{
  static const char *const parts[] = {"envelope", "signature", "body", "openings"};
  g_autoptr(json_t) out = json_array();

  if (!bh_device_ready(device, error))
    return NULL;
  g_autoptr(BhStmt) stmt =
      bh_db_query(device->db,
                  "SELECT envelope, signature, body, openings, id, author, at_ms, found_ms,"
                  " reason, records FROM damaged ORDER BY number",
                  NULL, error);
  if (stmt == NULL)
    return NULL;
  gboolean ended = FALSE;
  while (bh_stmt_next(stmt, &ended, error)) {
    json_t *item = json_object();
    const char *records = bh_stmt_get_text(stmt, 9);
    json_t *ids = bh_json_parse(records, strlen(records), BH_DB_VALUE_MAX_BYTES, "damaged", NULL);
    set_text(item, "entry", bh_stmt_get_text(stmt, 4));
    set_text(item, "by", bh_stmt_get_text(stmt, 5));
    json_object_set_new(item, "at_ms", json_integer(bh_stmt_get_int(stmt, 6)));
    json_object_set_new(item, "found_ms", json_integer(bh_stmt_get_int(stmt, 7)));
    set_text(item, "reason", bh_stmt_get_text(stmt, 8));
    json_object_set_new(item, "records", ids != NULL ? ids : json_array());
    for (int i = 0; i < (int)G_N_ELEMENTS(parts); i++)
      add_bytes(item, parts[i], stmt, i);
    json_array_append_new(out, item);
  }
  return ended ? g_steal_pointer(&out) : NULL;
}
