/* The values that a condition reads while something is saved: the store's records with the unsaved
 * values over them. */
#include "sync/device/store/scope.h"

#include <string.h>

#include "schema/overlay.h"
#include "sync/device/store/office-settings.h"
#include "sync/device/store/device-store.h"
#include "sync/device/store/people.h"
#include "sync/device/store/views.h"
#include "sync/index/index.h"

struct _BhScope {
  BhDevice *device;
  char *actor;
  char *today;
  json_t *actor_values;
  /* record id → its values; an object is replaced and never changed once others may hold it */
  GHashTable *values;
  GHashTable *kinds; /* record id → kind, of records with unsaved values; NULL: none */
  char *served;      /* area of the device's unit; NULL: not read yet, or none */
};

static void unref_json(gpointer data)
{
  json_decref(data);
}

BhScope *bh_scope_new(BhDevice *device, const char *actor)
{
  BhScope *scope = g_new0(BhScope, 1);

  scope->device = device;
  scope->actor = g_strdup(actor);
  scope->today = bh_device_dup_today(device);
  scope->actor_values = actor != NULL ? bh_people_dup_values(device, actor) : NULL;
  scope->values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, unref_json);
  return scope;
}

void bh_scope_free(BhScope *scope)
{
  if (scope == NULL)
    return;
  g_hash_table_unref(scope->values);
  g_clear_pointer(&scope->kinds, g_hash_table_unref);
  json_decref(scope->actor_values);
  g_free(scope->actor);
  g_free(scope->today);
  g_free(scope->served);
  g_free(scope);
}

json_t *bh_scope_get(BhScope *scope, const char *record)
{
  json_t *values = g_hash_table_lookup(scope->values, record);

  if (values != NULL)
    return values;
  BhView *view = bh_view_get(scope->device, record, NULL);
  if (view == NULL)
    return NULL;
  values = bh_view_get_values(view);
  g_hash_table_insert(scope->values, g_strdup(record), json_incref(values));
  return values;
}

void bh_scope_give(BhScope *scope, const char *record, json_t *values)
{
  if (!g_hash_table_contains(scope->values, record))
    g_hash_table_insert(scope->values, g_strdup(record), json_incref(values));
}

void bh_scope_set(BhScope *scope, const char *record, const char *kind, const json_t *set)
{
  json_t *known = bh_scope_get(scope, record);

  /* The values are copied, because the record's own values stay as they are until the entry is
   * written. */
  json_t *values = known != NULL ? json_copy(known) : json_object();
  g_hash_table_replace(scope->values, g_strdup(record), values);
  if (scope->kinds == NULL)
    scope->kinds = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  g_hash_table_replace(scope->kinds, g_strdup(record), g_strdup(kind));
  bh_values_apply(values, set);
}

static const json_t *look_up(const char *record, gpointer data)
{
  return bh_scope_get(data, record);
}

static const char *get_kind(const char *record, gpointer data)
{
  BhScope *scope = data;
  const char *unsaved = scope->kinds != NULL ? g_hash_table_lookup(scope->kinds, record) : NULL;

  if (unsaved != NULL)
    return unsaved;
  BhView *view = bh_view_get(scope->device, record, NULL);
  return view != NULL ? bh_record_get_kind(view->record) : NULL;
}

static void add_unsaved_children(BhScope *scope, const char *parent, const char *kind,
                                 const char *field, json_t *out)
{
  GHashTableIter iter;
  gpointer id, name;

  if (scope->kinds == NULL)
    return;
  g_hash_table_iter_init(&iter, scope->kinds);
  while (g_hash_table_iter_next(&iter, &id, &name)) {
    json_t *values = g_hash_table_lookup(scope->values, id);
    if (strcmp(name, kind) == 0 && strcmp(bh_json_string_or(values, field, ""), parent) == 0)
      json_array_append(out, values);
  }
}

static json_t *list_children(const char *record, const char *kind_name, gpointer data)
{
  BhScope *scope = data;
  BhDevice *device = scope->device;
  const BhKind *kind = bh_kind_set_find(device->kinds, kind_name);
  const char *field = kind != NULL ? bh_kind_get_parent_field(kind) : NULL;

  if (field == NULL)
    return NULL;
  /* All children are read, because the conditions "every" and "count" need all. */
  g_autoptr(GPtrArray) ids = bh_records_store_list_children(device, record, kind_name, NULL);
  if (ids == NULL)
    return NULL;
  json_t *out = json_array();
  for (guint i = 0; i < ids->len; i++)
    if (scope->kinds == NULL || !g_hash_table_contains(scope->kinds, ids->pdata[i]))
      json_array_append(out, bh_scope_get(scope, ids->pdata[i]));
  add_unsaved_children(scope, record, kind_name, field, out);
  return out;
}

static const BhSettingValues *get_settings(gpointer data)
{
  const BhScope *scope = data;
  return bh_office_settings_get(scope->device);
}

/* --- referring records --- */

static gboolean is_unsaved(BhScope *scope, const char *record)
{
  return scope->kinds != NULL && g_hash_table_contains(scope->kinds, record);
}

/* Whether the person who acts may see a record with these values. */
static gboolean is_visible(BhScope *scope, const BhKind *kind, const json_t *values)
{
  BhContext context;
  bh_scope_fill(scope, NULL, &context);
  context.values = values;
  return bh_kind_is_visible(kind, &context);
}

static void add_if_referring(BhScope *scope, const BhKind *kind, const char *field,
                             const char *record, const char *id, json_t *out)
{
  json_t *values = bh_scope_get(scope, id);
  if (bh_json_has_name(json_object_get(values, field), record) && is_visible(scope, kind, values))
    json_array_append(out, values);
}

static void add_unsaved_referring(BhScope *scope, const BhKind *kind, const char *field,
                                  const char *record, json_t *out)
{
  GHashTableIter iter;
  gpointer id, name;

  if (scope->kinds == NULL)
    return;
  g_hash_table_iter_init(&iter, scope->kinds);
  while (g_hash_table_iter_next(&iter, &id, &name))
    if (strcmp(name, bh_kind_get_name(kind)) == 0)
      add_if_referring(scope, kind, field, record, id, out);
}

/* Whether all records that refer to this one are on the device: it receives those of the area of
 * its unit, once it has received everything. What others made since the last round is not known. */
static gboolean has_all(BhScope *scope, const BhKind *kind, const char *field, const char *record)
{
  BhDevice *device = scope->device;
  if (scope->served == NULL) {
    g_autoptr(json_t) uplink = bh_device_store_read_uplink(device, NULL);
    const char *unit = bh_json_string_or(uplink, "unit", NULL);
    const json_t *values = unit != NULL ? bh_scope_get(scope, unit) : NULL;
    scope->served = g_strdup(bh_json_string_or(values, "area", NULL));
  }
  g_autofree char *cursor = bh_setting_dup(device, "cursor");
  return cursor != NULL &&
         bh_kind_is_whole_for(kind, field, bh_scope_get(scope, record), scope->served);
}

static json_t *list_referring(const char *record, const char *kind_name, const char *field,
                              gboolean *complete, gpointer data)
{
  BhScope *scope = data;
  BhDevice *device = scope->device;
  const BhKind *kind = bh_kind_set_find(device->kinds, kind_name);
  gboolean too_many = FALSE;

  if (kind == NULL)
    return NULL;
  g_autoptr(GPtrArray) ids = bh_index_list_referring(device->db, kind_name, field, record,
                                                     BH_REFERRING_MAX, &too_many, NULL);
  if (ids == NULL || too_many)
    return NULL;
  json_t *out = json_array();
  for (guint i = 0; i < ids->len; i++)
    if (!is_unsaved(scope, ids->pdata[i]))
      add_if_referring(scope, kind, field, record, ids->pdata[i], out);
  add_unsaved_referring(scope, kind, field, record, out);
  *complete = has_all(scope, kind, field, record);
  return out;
}

static const BhKind *find_kind(BhScope *scope, const char *record)
{
  const char *name = record != NULL ? get_kind(record, scope) : NULL;
  return name != NULL ? bh_kind_set_find(scope->device->kinds, name) : NULL;
}

void bh_scope_fill_kind(BhScope *scope, const char *record, const BhKind *kind, BhContext *context)
{
  memset(context, 0, sizeof *context);
  context->values = record != NULL ? bh_scope_get(scope, record) : NULL;
  context->record = record;
  context->actor = scope->actor;
  context->actor_values = scope->actor_values;
  context->today = scope->today;
  context->lookup = look_up;
  context->kind_of = get_kind;
  context->children = list_children;
  context->settings = get_settings;
  context->referring = list_referring;
  context->kind = kind;
  context->for_person = TRUE;
  context->data = scope;
}

void bh_scope_fill(BhScope *scope, const char *record, BhContext *context)
{
  bh_scope_fill_kind(scope, record, NULL, context);
  if (context->values != NULL)
    context->kind = find_kind(scope, record);
}
