/* Finds records by the names that people write. Typed values of fields are parsed in names-value.c.
 * Start at bh_names_find. */
#include "sync/hub/access/access.h"
#include "sync/hub/cli/names.h"

#include <string.h>

#include "schema/codes.h"
#include "schema/error.h"
#include "schema/number.h"
#include "schema/setting-values.h"
#include "schema/workflow.h"
#include "sync/hub/cli/names-internal.h"

#define PAGE 200          /* rows that are read at a time */
#define CANDIDATES_MAX 10 /* candidates that one error lists */

static void free_json(gpointer value)
{
  json_decref(value);
}

typedef struct {
  json_t *rows;
  GHashTable *by_name; /* key of a name (bh_number_make_key) → GPtrArray of borrowed ids */
} Listed;

static void listed_free(gpointer data)
{
  Listed *listed = data;
  json_decref(listed->rows);
  g_hash_table_unref(listed->by_name);
  g_free(listed);
}

BhNames *bh_names_new(BhHub *hub, BhDb *db, const BhKindSet *kinds, const BhRegion *region,
                      const char *lang)
{
  BhNames *names = g_new0(BhNames, 1);
  names->hub = hub;
  names->db = db;
  names->kinds = kinds;
  names->region = region;
  names->lang = g_strcmp0(lang, "en") == 0 ? "en" : "zh";
  names->kinds_listed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, listed_free);
  names->by_id = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_json);
  return names;
}

void bh_names_free(BhNames *names)
{
  if (names == NULL)
    return;
  bh_setting_values_unref(names->settings);
  g_hash_table_unref(names->by_id);
  g_hash_table_unref(names->kinds_listed);
  g_free(names);
}

const BhSettingValues *bh_names_settings(const BhNames *names)
{
  BhNames *own = (BhNames *)names;
  g_autoptr(GError) error = NULL;
  if (own->settings == NULL)
    own->settings = bh_hub_dup_settings(own->hub, own->db, &error);
  if (error != NULL)
    g_warning("settings cannot be read: %s", error->message);
  return own->settings;
}

const char *bh_names_get_lang(const BhNames *names)
{
  return names->lang;
}

gboolean bh_names_is_zh(const BhNames *names)
{
  return names->lang[0] == 'z';
}

/* --- listing a kind --- */

static json_t *list_rows(BhNames *names, const char *kind, GError **error)
{
  g_autoptr(json_t) rows = json_array();
  g_autoptr(json_t) after = NULL;
  do {
    g_autoptr(json_t) query =
        json_pack("{s:s, s:s, s:i}", "kind", kind, "order", "title", "limit", PAGE);
    if (after != NULL)
      json_object_set(query, "after", after);
    g_autoptr(json_t) page = bh_hub_list(names->hub, names->db, query, NULL, error);
    if (page == NULL)
      return NULL;
    json_array_extend(rows, json_object_get(page, "rows"));
    json_decref(after);
    after = json_incref(json_object_get(page, "after"));
  } while (json_is_string(after));
  return g_steal_pointer(&rows);
}

/* Whether the values of a field name its records. */
static gboolean is_name_field(const BhKind *kind, const BhField *field)
{
  BhFieldType type = bh_field_get_type(field);
  const char *title = bh_json_string_or(bh_kind_get_declaration(kind), "title", "");
  g_autofree char *in_title = g_strdup_printf("{%s}", bh_field_get_name(field));
  if (bh_field_is_personal(field) ||
      (type != BH_FIELD_TEXT && type != BH_FIELD_USCC && type != BH_FIELD_AREA))
    return FALSE;
  return bh_field_is_indexed(field) || strstr(title, in_title) != NULL;
}

/* Adds a name of a record to the index of its kind. */
static void add_name(Listed *listed, const char *text, const char *id)
{
  g_autofree char *key = bh_number_make_key(text);
  if (key == NULL)
    return;
  GPtrArray *ids = g_hash_table_lookup(listed->by_name, key);
  if (ids == NULL) {
    ids = g_ptr_array_new();
    g_hash_table_insert(listed->by_name, g_steal_pointer(&key), ids);
  }
  if (!g_ptr_array_find_with_equal_func(ids, id, g_str_equal, NULL))
    g_ptr_array_add(ids, (gpointer)id);
}

/* Adds a row and its names to the index; takes a reference to the row. */
static void add_row(BhNames *names, const BhKind *kind, Listed *listed, json_t *row)
{
  const char *id = bh_json_string_or(row, "id", "");
  const GPtrArray *fields = bh_kind_list_fields(kind);
  g_hash_table_insert(names->by_id, (gpointer)id, json_incref(row));
  add_name(listed, bh_json_string_or(row, "title", ""), id);
  for (guint i = 0; i < fields->len; i++) {
    const BhField *field = fields->pdata[i];
    const char *text =
        bh_json_string_or(json_object_get(row, "values"), bh_field_get_name(field), NULL);
    if (text != NULL && is_name_field(kind, field))
      add_name(listed, text, id);
  }
}

static Listed *list_kind(BhNames *names, const char *kind_name, GError **error)
{
  Listed *listed = g_hash_table_lookup(names->kinds_listed, kind_name);
  const BhKind *kind = bh_kind_set_find(names->kinds, kind_name);
  if (listed != NULL || kind == NULL) {
    if (listed == NULL)
      g_set_error(error, BH_ERROR, BH_ERROR_UNKNOWN, "no such kind: %s", kind_name);
    return listed;
  }
  json_t *rows = list_rows(names, kind_name, error);
  if (rows == NULL)
    return NULL;
  listed = g_new0(Listed, 1);
  listed->rows = rows;
  listed->by_name =
      g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
  g_hash_table_insert(names->kinds_listed, g_strdup(kind_name), listed);
  size_t at;
  json_t *row;
  json_array_foreach(rows, at, row) {
    add_row(names, kind, listed, row);
  }
  return listed;
}

const json_t *bh_names_list(BhNames *names, const char *kind, GError **error)
{
  const Listed *listed = list_kind(names, kind, error);
  return listed != NULL ? listed->rows : NULL;
}

/* --- finding --- */

const json_t *bh_names_find_row(BhNames *names, const char *kind, const char *id)
{
  const json_t *row = g_hash_table_lookup(names->by_id, id);
  return row != NULL && strcmp(bh_json_string_or(row, "kind", ""), kind) == 0 ? row : NULL;
}

GPtrArray *bh_names_list_matches(BhNames *names, const char *kind, const char *text, GError **error)
{
  const Listed *listed = list_kind(names, kind, error);
  char sample[BH_ID_LEN + 1];
  if (listed == NULL)
    return NULL;
  GPtrArray *ids = g_ptr_array_new();
  bh_id_from_name("samples", text, sample);
  const json_t *row = bh_names_find_row(names, kind, text);
  if (row == NULL)
    row = bh_names_find_row(names, kind, sample);
  if (row != NULL) {
    g_ptr_array_add(ids, (gpointer)bh_json_string_or(row, "id", ""));
    return ids;
  }
  g_autofree char *key = bh_number_make_key(text);
  const GPtrArray *called = key != NULL ? g_hash_table_lookup(listed->by_name, key) : NULL;
  for (guint i = 0; called != NULL && i < called->len; i++)
    g_ptr_array_add(ids, called->pdata[i]);
  return ids;
}

void bh_names_add(BhNames *names, const char *kind_name, const char *id, json_t *values)
{
  Listed *listed = list_kind(names, kind_name, NULL);
  const BhKind *kind = bh_kind_set_find(names->kinds, kind_name);
  if (listed == NULL || g_hash_table_contains(names->by_id, id))
    return;
  g_autofree char *title = bh_kind_dup_title(kind, values, names->lang);
  g_autoptr(json_t) row = json_pack("{s:s, s:s, s:s, s:O}", "id", id, "kind", kind_name, "title",
                                    title, "values", values);
  add_row(names, kind, listed, row);
}

static char *format_column(BhNames *names, const BhField *field, const json_t *value)
{
  BhFieldType type = bh_field_get_type(field);
  const char *text = json_string_value(value);
  if (type == BH_FIELD_AREA && text != NULL) {
    const char *area = bh_region_get_name(names->region, text);
    return g_strdup(area != NULL ? area : text);
  }
  if (type != BH_FIELD_REF || text == NULL)
    return bh_field_format_with(field, value,
                                bh_field_get_codes(field) != NULL ? bh_names_settings(names) : NULL,
                                names->lang);
  const char *const *kinds = bh_field_get_ref_kinds(field);
  for (int i = 0; kinds[i] != NULL; i++) {
    const json_t *row =
        list_kind(names, kinds[i], NULL) != NULL ? bh_names_find_row(names, kinds[i], text) : NULL;
    if (row != NULL)
      return g_strdup(bh_json_string_or(row, "title", text));
  }
  return g_strdup(text);
}

char *bh_names_describe(BhNames *names, const char *kind_name, const char *id)
{
  const BhKind *kind = bh_kind_set_find(names->kinds, kind_name);
  const json_t *row =
      list_kind(names, kind_name, NULL) != NULL ? bh_names_find_row(names, kind_name, id) : NULL;
  if (row == NULL || kind == NULL)
    return g_strdup(id);
  const char *title = bh_json_string_or(row, "title", id);
  const json_t *values = json_object_get(row, "values");
  g_autoptr(GString) out = g_string_new(NULL);
  size_t at;
  json_t *column;
  json_array_foreach(json_object_get(bh_kind_get_declaration(kind), "list"), at, column) {
    const char *name = json_string_value(column);
    const json_t *value = json_object_get(values, name);
    const BhField *field = bh_kind_find_field(kind, name);
    g_autofree char *text = NULL;
    if (field != NULL && value != NULL && !bh_field_is_personal(field))
      text = format_column(names, field, value);
    else if (field == NULL && json_is_string(value))
      text = g_strdup(bh_kind_get_state_label(kind, json_string_value(value), names->lang));
    if (text != NULL && *text != '\0' && strcmp(text, title) != 0)
      g_string_append_printf(out, "%s%s",
                             out->len == 0           ? ""
                             : bh_names_is_zh(names) ? "，"
                                                     : ", ",
                             text);
  }
  return g_strdup_printf(bh_names_is_zh(names) ? "%s（%s）" : "%s (%s)", title, out->str);
}

static void set_ambiguous(BhNames *names, const char *text, const GPtrArray *kinds,
                          const GPtrArray *ids, GError **error)
{
  g_autoptr(GString) out = g_string_new(NULL);
  for (guint i = 0; i < ids->len && i < CANDIDATES_MAX; i++) {
    g_autofree char *what = bh_names_describe(names, kinds->pdata[i], ids->pdata[i]);
    g_string_append_printf(out, "\n  %s  %s", (const char *)ids->pdata[i], what);
  }
  if (ids->len > CANDIDATES_MAX)
    g_string_append(out, "\n  …");
  if (bh_names_is_zh(names))
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "有 %u 个叫“%s”的，请改用编号：%s", ids->len,
                text, out->str);
  else
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID,
                "%u records have the name \"%s\"; give the id of one:%s", ids->len, text, out->str);
}

const char *bh_names_find(BhNames *names, const char *const *kinds, const char *text,
                          GError **error)
{
  g_autoptr(GPtrArray) found = g_ptr_array_new();
  g_autoptr(GPtrArray) kinds_found = g_ptr_array_new();
  g_autoptr(GString) wanted = g_string_new(NULL);
  for (int i = 0; kinds[i] != NULL; i++) {
    const BhKind *kind = bh_kind_set_find(names->kinds, kinds[i]);
    g_autoptr(GPtrArray) ids = bh_names_list_matches(names, kinds[i], text, error);
    if (ids == NULL)
      return NULL;
    for (guint k = 0; k < ids->len; k++) {
      g_ptr_array_add(found, ids->pdata[k]);
      g_ptr_array_add(kinds_found, (gpointer)kinds[i]);
    }
    g_string_append_printf(wanted, "%s%s", wanted->len > 0 ? "/" : "",
                           kind != NULL ? bh_kind_get_label(kind, names->lang) : kinds[i]);
  }
  if (found->len == 1)
    return found->pdata[0];
  if (found->len > 1)
    set_ambiguous(names, text, kinds_found, found, error);
  else if (bh_names_is_zh(names))
    g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "没有叫“%s”的%s", text, wanted->str);
  else
    g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "no %s with the name \"%s\"", wanted->str,
                text);
  return NULL;
}
