/* Checks the hash fields of a record for file-access.h. */
#include "sync/hub/access/file-access.h"

gboolean bh_file_access_is_proven(BhDb *db, const char *hub, const BhKind *kind,
                                  const BhRecord *record, const char *sha256, gboolean *proven,
                                  GError **error)
{
  const GPtrArray *fields = bh_kind_list_fields(kind);

  *proven = FALSE;
  for (guint i = 0; i < fields->len && !*proven; i++) {
    const BhField *field = fields->pdata[i];
    size_t at;
    json_t *head;
    if (bh_field_get_type(field) != BH_FIELD_HASH)
      continue;
    g_autoptr(json_t) heads = bh_record_dup_head_values(record, bh_field_get_name(field));
    json_array_foreach(heads, at, head) {
      if (!*proven && g_strcmp0(bh_json_string_or(head, "value", NULL), sha256) == 0 &&
          !bh_log_is_sent_by_author(db, hub, bh_json_string_or(head, "entry", ""), sha256, proven,
                                    error))
        return FALSE;
    }
  }
  return TRUE;
}
