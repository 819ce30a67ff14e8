/* Values, visibility, titles and texts of records for the signed-in person, and the context for
 * conditions. */
#include "sync/hub/office/internal.h"

#include <string.h>

#include "schema/codes.h"
#include "schema/error.h"
#include "schema/text.h"
#include "sync/hub/access/access.h"
#include "sync/hub/records/records.h"

#define ROWS_PER_QUERY 200 /* page of a list of children */
#define CHILDREN_MAX 1000  /* children that a condition may read */

const json_t *bh_office_values(BhOfficeCall *call, const char *record)
{
  return bh_value_cache_lookup(record, call->cache);
}

BhChecklist *bh_office_load_checklist(BhOfficeCall *call, const BhKind *kind, const json_t *values)
{
  const char *field = bh_kind_find_list(call->kinds, kind);
  if (field == NULL)
    return NULL;
  const json_t *list = bh_office_values(call, bh_json_string_or(values, field, NULL));
  const json_t *items = json_object_get(list, "items");
  return items != NULL ? bh_checklist_from_json(items, NULL) : NULL;
}

static const json_t *lookup(const char *record, gpointer data)
{
  return bh_office_values(data, record);
}

static const char *get_kind(const char *record, gpointer data)
{
  const BhOfficeCall *call = data;
  return bh_value_cache_get_kind(record, call->cache);
}

GPtrArray *bh_office_list_children(BhOfficeCall *call, const char *parent, const char *kind,
                                   guint most, GError **error)
{
  g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
  g_autofree char *after = NULL;
  do {
    g_autoptr(json_t) query = json_pack("{s:s,s:s,s:i,s:s*}", "parent", parent, "kind", kind,
                                        "limit", ROWS_PER_QUERY, "after", after);
    g_autoptr(json_t) page = bh_hub_list(call->hub, call->db, query, NULL, error);
    if (page == NULL)
      return NULL;
    size_t at;
    json_t *row;
    json_array_foreach(json_object_get(page, "rows"), at, row) {
      g_ptr_array_add(ids, g_strdup(bh_json_string_or(row, "id", "")));
    }
    g_free(after);
    after = g_strdup(bh_json_string_or(page, "after", NULL));
  } while (after != NULL && ids->len < most);
  return after == NULL ? g_steal_pointer(&ids) : NULL;
}

static json_t *list_children(const char *record, const char *kind, gpointer data)
{
  BhOfficeCall *call = data;
  /* NULL if there are too many children, because a condition about all children cannot be judged by
   * some of them. */
  g_autoptr(GPtrArray) ids = bh_office_list_children(call, record, kind, CHILDREN_MAX, NULL);
  if (ids == NULL)
    return NULL;
  json_t *children = json_array();
  for (guint i = 0; i < ids->len; i++) {
    const json_t *values = bh_office_values(call, ids->pdata[i]);
    if (values != NULL)
      json_array_append(children, (json_t *)values);
  }
  return children;
}

const BhSettingValues *bh_office_settings(BhOfficeCall *call)
{
  g_autoptr(GError) error = NULL;
  if (call->settings == NULL)
    call->settings = bh_hub_dup_settings(call->hub, call->db, &error);
  if (error != NULL)
    g_warning("settings cannot be read: %s", error->message);
  return call->settings;
}

static const BhSettingValues *get_settings(gpointer data)
{
  return bh_office_settings(data);
}

static const BhKind *find_kind(BhOfficeCall *call, const char *record)
{
  const char *name = record != NULL ? get_kind(record, call) : NULL;
  return name != NULL ? bh_kind_set_find(call->kinds, name) : NULL;
}

/* Whether the person may see all records that refer to this one. */
static gboolean sees_all(BhOfficeCall *call, const BhKind *kind, const char *field,
                         const char *record)
{
  const json_t *unit = bh_office_values(call, bh_json_string_or(call->staff_values, "unit", NULL));
  return bh_kind_is_whole_for(kind, field, bh_office_values(call, record),
                              bh_json_string_or(unit, "area", NULL));
}

/* The referring records that the person may see, because the person sees what is made of them. */
static json_t *list_referring(const char *record, const char *kind_name, const char *field,
                              gboolean *complete, gpointer data)
{
  BhOfficeCall *call = data;
  const BhKind *kind = bh_kind_set_find(call->kinds, kind_name);
  g_autoptr(json_t) query = json_pack("{s:s,s:{s:s},s:i}", "kind", kind_name, "where", field,
                                      record, "limit", ROWS_PER_QUERY);
  g_autoptr(json_t) found = json_array();
  gboolean more;
  do {
    g_autoptr(json_t) page = bh_hub_list(call->hub, call->db, query, call->staff_values, NULL);
    gsize index;
    json_t *row;
    if (page == NULL)
      return NULL;
    json_array_foreach(json_object_get(page, "rows"), index, row) {
      json_array_append(found, json_object_get(row, "values"));
    }
    more = json_is_string(json_object_get(page, "after"));
    if (more)
      json_object_set(query, "after", json_object_get(page, "after"));
  } while (more && json_array_size(found) < BH_REFERRING_MAX);
  if (more || kind == NULL)
    return NULL;
  *complete = sees_all(call, kind, field, record);
  return g_steal_pointer(&found);
}

void bh_office_context(BhOfficeCall *call, const char *record, const json_t *values,
                       BhContext *context)
{
  *context = (BhContext){.values = values,
                         .record = record,
                         .actor = call->staff,
                         .actor_values = call->staff_values,
                         .today = call->today,
                         .lookup = lookup,
                         .kind_of = get_kind,
                         .children = list_children,
                         .referring = list_referring,
                         .settings = get_settings,
                         .data = call,
                         .kind = find_kind(call, record),
                         .for_person = TRUE};
}

/* Whether a record is in a scope that the actor's unit serves. TRUE for a record that is not stored
 * yet (of an entry in quarantine), which has no scope. */
static gboolean is_within_reach(BhOfficeCall *call, const char *record)
{
  g_autoptr(GError) failed = NULL;
  const BhCachedRecord *shown = bh_value_cache_find(call->cache, record, &failed);
  const char *unit = bh_json_string_or(call->staff_values, "unit", NULL);
  const BhRegion *region = bh_hub_get_region(call->hub);
  if (shown == NULL)
    return failed == NULL;
  return bh_scope_is_within(shown->scope, unit, TRUE, region, lookup, call) ||
         bh_scope_is_within(shown->scope2, unit, TRUE, region, lookup, call);
}

BhVisibility bh_office_get_visibility(BhOfficeCall *call, const BhKind *kind, const char *record,
                                      const json_t *values)
{
  const json_t *viewer = call->staff_values;
  const BhVisibilitySource source = {lookup, get_kind, call};
  return is_within_reach(call, record)
             ? bh_visibility_compute(kind, record, values, &viewer, 1, &source)
             : BH_VISIBILITY_NONE;
}

gboolean bh_office_show(BhOfficeCall *call, const char *record, const char *way)
{
  const BhCachedRecord *shown = bh_value_cache_find(call->cache, record, NULL);
  const BhKind *kind = shown != NULL ? bh_kind_set_find(call->kinds, shown->kind) : NULL;
  BhVisibility visibility = kind != NULL
                                ? bh_office_get_visibility(call, kind, record, shown->values)
                                : BH_VISIBILITY_NONE;
  if (visibility == BH_VISIBILITY_RESTRICTED && way != NULL)
    bh_office_note_access(call, record, shown->kind, way);
  return visibility != BH_VISIBILITY_NONE;
}

gboolean bh_office_serves(BhOfficeCall *call, const char *scope)
{
  return bh_scope_is_within(scope, bh_json_string_or(call->staff_values, "unit", NULL), TRUE,
                            bh_hub_get_region(call->hub), bh_value_cache_lookup, call->cache);
}

gboolean bh_office_serves_device(BhOfficeCall *call, const char *device)
{
  const BhCachedRecord *shown = bh_value_cache_find(call->cache, device, NULL);
  const char *unit = shown != NULL && strcmp(shown->kind, "device") == 0
                         ? bh_json_string_or(shown->values, "unit", NULL)
                         : NULL;
  g_autofree char *scope = unit != NULL ? g_strconcat("u:", unit, NULL) : NULL;
  return bh_office_serves(call, scope);
}

BhRecord *bh_office_load_visible(BhOfficeCall *call, const char *id, const char *way,
                                 GError **error)
{
  if (bh_office_show(call, id, way))
    return bh_record_load(call->db, id, error);
  g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND,
              "record: there is no record with this id that you may see");
  return NULL;
}

json_t *bh_office_list(BhOfficeCall *call, const json_t *query, GError **error)
{
  json_t *page = bh_hub_list(call->hub, call->db, query, call->staff_values, error);
  gsize index;
  json_t *row;
  json_array_foreach(json_object_get(page, "rows"), index, row) {
    if (json_is_true(json_object_get(row, "restricted")))
      bh_office_note_access(call, bh_json_string_or(row, "id", ""),
                            bh_json_string_or(row, "kind", ""), BH_ACCESS_LIST);
  }
  return page;
}

char *bh_office_title(BhOfficeCall *call, const BhKind *kind, const json_t *values)
{
  return bh_kind_dup_title_with(kind, values, call->lang, lookup, call);
}

/* The title of a record. A hidden record, or one that the hub does not have, gets a text without
 * its title or id, because these would reveal something about it. */
static char *make_name(BhOfficeCall *call, const char *record)
{
  const BhCachedRecord *shown = bh_value_cache_find(call->cache, record, NULL);
  const BhKind *kind = shown != NULL ? bh_kind_set_find(call->kinds, shown->kind) : NULL;
  if (kind == NULL)
    return g_strdup(strcmp(call->lang, "en") == 0 ? "(not received)" : "（未收到）");
  if (!bh_office_show(call, record, BH_ACCESS_LIST))
    return g_strdup(strcmp(call->lang, "en") == 0 ? "(not open to you)" : "（无权查看）");
  return bh_office_title(call, kind, shown->values);
}

const char *bh_office_name(BhOfficeCall *call, const char *record)
{
  if (record == NULL)
    return "";
  if (strcmp(record, bh_hub_get_id(call->hub)) == 0)
    return bh_hub_get_name(call->hub);
  const char *known = g_hash_table_lookup(call->names, record);
  if (known != NULL)
    return known;
  char *name = make_name(call, record);
  g_hash_table_insert(call->names, g_strdup(record), name);
  return name;
}

const char *bh_office_subject_name(BhOfficeCall *call, const BhKind *kind, const json_t *values)
{
  const char *field =
      bh_kind_get_directory(kind) == NULL ? bh_kind_find_subject(call->kinds, kind) : NULL;
  return field != NULL ? bh_office_name(call, bh_json_string_or(values, field, NULL)) : "";
}

static char *format_area(BhOfficeCall *call, const json_t *value)
{
  const char *code = json_string_value(value);
  const BhRegion *region = bh_hub_get_region(call->hub);
  return code == NULL || region == NULL ? g_strdup(code != NULL ? code : "")
                                        : bh_region_dup_full_name(region, code);
}

char *bh_office_format(BhOfficeCall *call, const BhField *field, const json_t *value)
{
  if (value == NULL || json_is_null(value))
    return g_strdup("");
  switch (bh_field_get_type(field)) {
  case BH_FIELD_REF:
    return g_strdup(bh_office_name(call, json_string_value(value)));
  case BH_FIELD_REFS: {
    g_autoptr(GString) names = g_string_new(NULL);
    gsize index;
    json_t *id;
    json_array_foreach((json_t *)value, index, id) {
      g_string_append_printf(names, "%s%s", index > 0 ? "; " : "",
                             bh_office_name(call, json_string_value(id)));
    }
    return g_strdup(names->str);
  }
  case BH_FIELD_AREA:
    return format_area(call, value);
  default:
    return bh_field_format_with(field, value,
                                bh_field_get_codes(field) != NULL ? bh_office_settings(call) : NULL,
                                call->lang);
  }
}

char *bh_office_body_text(BhOfficeCall *call, const char *key, gsize max, GError **error)
{
  char *text = bh_text_clean(bh_json_string_or(call->body, key, ""), TRUE);
  if ((gsize)g_utf8_strlen(text, -1) <= max)
    return text;
  g_free(text);
  g_set_error(error, BH_ERROR, BH_ERROR_LIMIT,
              "body: \"%s\" has more than %" G_GSIZE_FORMAT " characters", key, max);
  return NULL;
}
