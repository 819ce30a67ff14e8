/* Computes what a device may see (device-view.h) from its unit, the staff of the unit and the
 * kinds. */
#include "sync/hub/access/device-view.h"

#include <string.h>

#include "schema/civil.h"
#include "schema/restriction.h"
#include "schema/workflow.h"

#include "sync/hub/records/records.h"
#include "sync/hub/hub-private.h"
#include "sync/hub/access/value-cache.h"

struct _BhDeviceView {
  BhHub *hub;
  BhDb *db;
  const BhHubDevice *device;
  BhKindSet *kinds;
  GPtrArray *viewers; /* json_t*: staff values of the people who use the unit's devices */
  GPtrArray *scopes;  /* char*: scopes whose records the device receives */
  GHashTable *scope_set;
  BhValueCache *cache;
  char *hash;
};

static char *dup_unit_area(BhDb *db, const char *unit)
{
  g_autoptr(BhRecord) record = bh_record_load(db, unit, NULL);
  return record != NULL ? g_strdup(bh_record_get_string(record, "area")) : NULL;
}

static void add_scope(BhDeviceView *view, const char *scope)
{
  char *copy = g_strdup(scope);
  g_ptr_array_add(view->scopes, copy);
  g_hash_table_add(view->scope_set, copy);
}

static gboolean collect_scopes(BhDeviceView *view, const char *area, GError **error)
{
  g_autofree char *unit = g_strconcat("u:", view->device->unit, NULL);
  add_scope(view, "all");
  add_scope(view, unit);
  if (area == NULL)
    return TRUE;
  g_autoptr(GPtrArray) areas = bh_feed_store_list_areas(view->db, error);
  if (areas == NULL)
    return FALSE;
  for (guint i = 0; i < areas->len; i++) {
    const char *scope = areas->pdata[i];
    if (strcmp(scope + 2, area) == 0 ||
        bh_region_is_within(bh_hub_get_region(view->hub), scope + 2, area))
      add_scope(view, scope);
  }
  return TRUE;
}

/* Adds the declarations of each kind that decide who receives its records. */
static void add_rules(BhDeviceView *view, json_t *basis)
{
  static const char *const rules[] = {"visible", "scope", "area_from", "unit_from"};
  const GPtrArray *kinds = bh_kind_set_list(view->kinds);
  for (guint i = 0; i < kinds->len; i++) {
    const json_t *declaration = bh_kind_get_declaration(kinds->pdata[i]);
    /* A kind of the office changes nothing for devices, but becoming one does. */
    if (bh_kind_is_office(kinds->pdata[i]))
      continue;
    json_array_append_new(basis, json_string(bh_kind_get_name(kinds->pdata[i])));
    for (gsize j = 0; j < G_N_ELEMENTS(rules); j++) {
      json_t *rule = json_object_get(declaration, rules[j]);
      json_array_append(basis, rule != NULL ? rule : json_null());
    }
    if (bh_kind_inherits(kinds->pdata[i]))
      json_array_append_new(basis, json_string(bh_kind_get_parent_field(kinds->pdata[i])));
  }
}

/* The properties of a viewer that conditions of visibility ask for. */
static BhViewerTraits traits_of(BhDeviceView *view)
{
  BhViewerTraits traits = 0;
  const GPtrArray *kinds = bh_kind_set_list(view->kinds);
  for (guint i = 0; i < kinds->len; i++) {
    if (!bh_kind_is_office(kinds->pdata[i]))
      traits |= bh_restriction_get_traits(
          json_object_get(bh_kind_get_declaration(kinds->pdata[i]), "visible"));
  }
  return traits;
}

/* The properties of one viewer that conditions ask for, as text. */
static char *describe_viewer(const json_t *values, BhViewerTraits traits)
{
  if (traits & BH_VIEWER_SELF)
    return bh_json_dump_sorted(values);
  g_autoptr(json_t) relevant = json_object();
  if (traits & BH_VIEWER_UNIT)
    json_object_set(relevant, "unit", json_object_get(values, "unit"));
  if (traits & BH_VIEWER_ROLES)
    json_object_set(relevant, "roles", json_object_get(values, "roles"));
  return bh_json_dump_sorted(relevant);
}

static int compare_texts(gconstpointer a, gconstpointer b)
{
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Adds the distinct descriptions of the staff: a further person with the same properties does not
 * change the hash. */
static void add_viewers(BhDeviceView *view, json_t *basis)
{
  BhViewerTraits traits = traits_of(view);
  g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
  for (guint i = 0; i < view->viewers->len; i++)
    g_ptr_array_add(texts, describe_viewer(view->viewers->pdata[i], traits));
  g_ptr_array_sort(texts, compare_texts);
  for (guint i = 0; i < texts->len; i++) {
    if (i == 0 || strcmp(texts->pdata[i], texts->pdata[i - 1]) != 0)
      json_array_append_new(basis, json_string(texts->pdata[i]));
  }
}

/* The hash of what the view depends on besides the records (bh_device_view_get_hash). */
static char *make_hash(BhDeviceView *view, const char *area)
{
  g_autoptr(json_t) basis = json_array();
  json_array_append_new(basis, json_string(view->device->unit));
  json_array_append_new(basis, json_string(area != NULL ? area : ""));
  add_viewers(view, basis);
  add_rules(view, basis);
  g_autofree char *text = bh_json_dump_sorted(basis);
  g_autofree char *hash = bh_hash_hex(text, strlen(text));
  return g_strndup(hash, 16);
}

BhDeviceView *bh_device_view_new(BhHub *hub, BhDb *db, const BhHubDevice *device, GError **error)
{
  g_autoptr(BhDeviceView) view = g_new0(BhDeviceView, 1);
  view->hub = hub;
  view->db = db;
  view->device = device;
  view->kinds = bh_hub_dup_kinds(hub);
  view->scopes = g_ptr_array_new_with_free_func(g_free);
  view->scope_set = g_hash_table_new(g_str_hash, g_str_equal);
  view->cache = bh_value_cache_new(db);
  const BhClock *clock = bh_hub_get_clock(hub);
  view->viewers = bh_record_list_viewers(db, device->unit, clock->wall_ms(clock->data), error);
  if (view->viewers == NULL)
    return NULL;
  g_autofree char *area = dup_unit_area(db, device->unit);
  view->hash = make_hash(view, area);
  return collect_scopes(view, area, error) ? g_steal_pointer(&view) : NULL;
}

void bh_device_view_free(BhDeviceView *view)
{
  if (view == NULL)
    return;
  g_clear_pointer(&view->kinds, bh_kind_set_unref);
  g_clear_pointer(&view->viewers, g_ptr_array_unref);
  g_clear_pointer(&view->scope_set, g_hash_table_unref);
  g_clear_pointer(&view->scopes, g_ptr_array_unref);
  g_clear_pointer(&view->cache, bh_value_cache_free);
  g_free(view->hash);
  g_free(view);
}

const char *bh_device_view_get_hash(BhDeviceView *view)
{
  return view->hash;
}

const char *bh_device_view_get_kinds_hash(BhDeviceView *view)
{
  return bh_kind_set_get_hash(view->kinds);
}

const GPtrArray *bh_device_view_list_scopes(BhDeviceView *view)
{
  return view->scopes;
}

gboolean bh_device_view_has_scope(BhDeviceView *view, const BhRecordRow *row)
{
  return g_hash_table_contains(view->scope_set, row->scope) ||
         (row->scope2 != NULL && g_hash_table_contains(view->scope_set, row->scope2));
}

gboolean bh_device_view_may_hide(BhDeviceView *view, const char *name)
{
  const BhKind *kind = bh_kind_set_find(view->kinds, name);
  return kind == NULL || bh_kind_is_office(kind) || bh_kind_may_hide(kind);
}

const BhKind *bh_device_view_find_kind(BhDeviceView *view, const char *name)
{
  return bh_kind_set_find(view->kinds, name);
}

BhVisibility bh_device_view_compute_visibility(BhDeviceView *view, const char *kind,
                                               const char *record, const json_t *values,
                                               const BhVisibilitySource *source)
{
  const BhKind *declared = bh_kind_set_find(view->kinds, kind);
  if (declared == NULL || bh_kind_is_office(declared))
    return BH_VISIBILITY_NONE;
  return bh_visibility_compute(declared, record, values,
                               (const json_t *const *)view->viewers->pdata, view->viewers->len,
                               source);
}

BhVisibility bh_device_view_get_visibility(BhDeviceView *view, const BhRecordRow *row,
                                           const BhRecord *record)
{
  const BhKind *kind = bh_kind_set_find(view->kinds, row->kind);
  /* After the scope of a kind was changed to "office", its records have their former scope until
   * they are derived again. */
  if (kind == NULL || bh_kind_is_office(kind) || !bh_device_view_has_scope(view, row))
    return BH_VISIBILITY_NONE;
  if (!bh_device_view_may_hide(view, row->kind))
    return BH_VISIBILITY_OPEN;
  g_autoptr(json_t) values = bh_record_dup_values(record);
  const BhVisibilitySource source = {bh_value_cache_lookup, bh_value_cache_get_kind, view->cache};
  BhVisibility visibility =
      bh_device_view_compute_visibility(view, row->kind, row->id, values, &source);
  gboolean own = FALSE;
  if (visibility == BH_VISIBILITY_NONE &&
      bh_record_is_own_orphan(view->db, row->id, view->device->id, &own, NULL) && own)
    return BH_VISIBILITY_RESTRICTED;
  return visibility;
}
