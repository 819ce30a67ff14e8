/* Decides whether a record may leave the hub ("export" of its kind): whether it is in one of the
 * declared states, or was before. */
#include "sync/hub/cases/cases.h"

#include <string.h>

#include "schema/entry.h"
#include "schema/error.h"
#include "schema/kind-export.h"
#include "sync/hub/log/log.h"
#include "sync/hub/records/records.h"

#define HISTORY_PAGE 200

/* Whether the entry, if it counts, led the record into one of the states. */
static gboolean leads(const BhKind *kind, const BhEntryRow *row, const char *record)
{
  if (row->text->body == NULL ||
      (row->status != BH_ENTRY_APPLIED && row->status != BH_ENTRY_RELEASED))
    return FALSE;
  g_autoptr(BhBody) body = bh_body_parse(row->text->body, row->text->openings, NULL);
  const BhSet *set = bh_body_find_set(body, record, "state");
  return set != NULL && bh_kind_is_export_state(kind, json_string_value(bh_set_get_value(set)));
}

/* *reached: whether an earlier entry led the record into one of the states. */
static gboolean search_history(BhDb *db, const BhKind *kind, const char *record, gboolean *reached,
                               GError **error)
{
  gint64 before = 0;
  guint n = HISTORY_PAGE;
  while (n == HISTORY_PAGE && !*reached) {
    g_autoptr(GPtrArray) rows = bh_record_list_history(db, record, before, HISTORY_PAGE, error);
    if (rows == NULL)
      return FALSE;
    n = rows->len;
    for (guint i = 0; i < n && !*reached; i++) {
      const BhEntryRow *row = rows->pdata[i];
      *reached = leads(kind, row, record);
      before = row->position;
    }
  }
  return TRUE;
}

gboolean bh_case_may_export(BhDb *db, const BhKind *kind, const char *record, const char *state,
                            gboolean *may, GError **error)
{
  *may = !bh_kind_limits_export(kind) || bh_kind_is_export_state(kind, state);
  return *may || search_history(db, kind, record, may, error);
}

void bh_case_refuse_export(const BhKind *kind, GError **error)
{
  g_autofree char *zh = bh_kind_dup_export_labels(kind, "zh");
  g_autofree char *en = bh_kind_dup_export_labels(kind, "en");
  g_set_error(error, BH_ERROR, BH_ERROR_DENIED,
              "export: a record of %s is not exported before it was %s (%s)",
              bh_kind_get_name(kind), zh, en);
}
