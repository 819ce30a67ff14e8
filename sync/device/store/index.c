/* Reads records for the index, and decides when it is written (index.h). */
#include "sync/device/store/index.h"

#include <string.h>

#include "sync/device/store/scope.h"
#include "sync/device/store/title.h"
#include "sync/device/store/views.h"
#include "sync/index/index.h"

/* setting: exists while words of removed records are still in the database file */
#define PURGE "purge"
#define PURGE_BEGIN "begin"

#define PAGE 200
#define MARKED_MAX 256 /* records that may be marked when a transaction ends */
#define MARKED_IDLE 32 /* idle steps leave up to this many marks to the next list */

/* --- what the index holds of a record --- */

static char *dup_place_title(BhDevice *device, const char *id, GError **error)
{
  g_auto(BhRow) row = {0};
  if (id == NULL || !bh_records_store_find(device, id, &row, error) || row.number == 0)
    return NULL;
  const BhKind *kind = bh_kind_set_find(device->kinds, row.kind);
  return kind != NULL && bh_index_shows_title(kind) ? g_steal_pointer(&row.title) : NULL;
}

/* Fills the index row from the record's stored row, for a record that cannot be folded, so that it
 * does not block the other records. */
static gboolean fill_unreadable(BhDevice *device, const char *id, BhIndexRow *row, GError **error)
{
  g_auto(BhRow) stored = {0};
  if (!bh_records_store_find(device, id, &stored, error))
    return FALSE;
  row->kind = g_steal_pointer(&stored.kind);
  row->state = g_steal_pointer(&stored.state);
  row->title = g_steal_pointer(&stored.title);
  row->text = g_strdup(row->title);
  row->conflict = stored.conflicts > 0;
  row->position = stored.changed;
  row->values = json_object();
  return TRUE;
}

static gboolean fill_values(BhDevice *device, const char *id, const BhKind *kind, BhView *view,
                            BhIndexRow *row, GError **error)
{
  g_autofree char *place = dup_place_title(device, view->row.scope_from, error);
  /* Lists show personal values in titles, but searches must not find them. */
  g_autofree char *title = bh_record_dup_searched_title(device, view->record);
  g_autoptr(BhScope) scope = bh_scope_new(device, NULL);
  BhContext context;
  view = bh_view_get(device, id, error);
  if (view == NULL)
    return FALSE;
  bh_scope_fill(scope, id, &context);
  row->values = bh_index_collect_values(kind, &context);
  row->text = bh_index_collect_text(kind, context.values, title, place);
  return TRUE;
}

static gboolean fill_row(gint64 number, BhIndexRow *row, gpointer data, GError **error)
{
  BhDevice *device = data;
  g_autoptr(GError) failed = NULL;
  g_autofree char *id = bh_records_store_dup_id(device, number, &failed);
  BhView *view = id != NULL ? bh_view_get(device, id, &failed) : NULL;
  if (id != NULL && failed != NULL && !g_error_matches(failed, BH_ERROR, BH_ERROR_STORAGE)) {
    g_warning("store: record %s is listed without its values: %s", id, failed->message);
    return fill_unreadable(device, id, row, error);
  }
  if (failed != NULL) {
    g_propagate_error(error, g_steal_pointer(&failed));
    return FALSE;
  }
  if (view == NULL)
    return TRUE;
  const BhKind *kind = bh_kind_set_find(device->kinds, view->row.kind);
  row->kind = g_strdup(view->row.kind);
  row->state = g_strdup(view->row.state);
  row->title = g_strdup(view->row.title);
  row->conflict = view->row.conflicts > 0;
  row->position = view->row.changed;
  if (kind != NULL)
    return fill_values(device, id, kind, view, row, error);
  row->text = g_strdup(row->title);
  row->values = json_object();
  return TRUE;
}

/* --- when it is written --- */

static gboolean apply(BhDevice *device, gboolean *more, GError **error)
{
  int applied;
  if (!bh_index_apply(device->db, device->kinds, PAGE, fill_row, device, &applied, more, error))
    return FALSE;
  if (!*more)
    device->marked = 0;
  return TRUE;
}

static gboolean apply_all(BhDevice *device, GError **error)
{
  gboolean more = TRUE;
  while (more)
    if (!apply(device, &more, error))
      return FALSE;
  return TRUE;
}

static gboolean limit_marked(BhDevice *device, GError **error)
{
  return device->marked <= MARKED_MAX || device->kinds == NULL || apply_all(device, error);
}

/* Resets the count of marks. Marks of an earlier process are not counted; the first list applies
 * them. */
static void forget_marked(BhDevice *device)
{
  device->marked = 0;
}

void bh_device_index_attach(BhDevice *device)
{
  const BhDeviceHook hook = {.forget = forget_marked, .before_commit = limit_marked};
  bh_device_add_hook(device, &hook);
}

gboolean bh_device_index_mark(BhDevice *device, gint64 number, GError **error)
{
  device->marked++;
  return bh_index_mark(device->db, number, error);
}

gboolean bh_device_index_remove(BhDevice *device, gint64 number, GError **error)
{
  return bh_index_remove(device->db, number, error) &&
         bh_setting_set(device, PURGE, PURGE_BEGIN, error);
}

static gboolean write_all(BhDevice *device, GError **error)
{
  g_autoptr(BhWrite) write = bh_write_begin_unsynced(device, error);
  return write != NULL && apply_all(device, error) && bh_write_commit(write, error);
}

gboolean bh_device_index_update(BhDevice *device, GError **error)
{
  gboolean behind;
  g_autoptr(GError) failed = NULL;
  if (!bh_index_is_behind(device->db, &behind, error))
    return FALSE;
  if (!behind)
    return TRUE;
  if (bh_db_in_transaction(device->db))
    return apply_all(device, error);
  if (write_all(device, &failed))
    return TRUE;
  /* When the disk is full, lists are still shown without the newest changes. */
  g_warning("store: lists lack the newest changes: %s", failed->message);
  return bh_device_ready(device, error);
}

static gboolean purge(BhDevice *device, gboolean *more, GError **error)
{
  g_autofree char *state = bh_setting_dup(device, PURGE);
  if (state == NULL)
    return TRUE;
  return bh_index_purge(device->db, strcmp(state, PURGE_BEGIN) == 0, more, error) &&
         bh_setting_set(device, PURGE, *more ? "going on" : NULL, error);
}

gboolean bh_device_index_some(BhDevice *device, gboolean *more, GError **error)
{
  gboolean enough, pending;
  *more = FALSE;
  if (!bh_index_expand(device->db, PAGE, &pending, error) ||
      !bh_index_has_marks(device->db, pending ? 0 : MARKED_IDLE, &enough, error) ||
      (enough && !apply(device, more, error)))
    return FALSE;
  *more = *more || pending;
  return *more || purge(device, more, error);
}

gint64 bh_device_index_find(BhDevice *device, const char *kind, const char *field,
                            const json_t *value)
{
  gint64 number;
  const BhKind *declared = bh_kind_set_find(device->kinds, kind);
  const BhField *of = declared != NULL ? bh_kind_find_field(declared, field) : NULL;
  g_autofree char *text = bh_index_dup_value_text(of, value);
  return text != NULL && bh_device_index_update(device, NULL) &&
                 bh_list_find(device->db, kind, field, text, &number, NULL)
             ? number
             : 0;
}
