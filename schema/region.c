/* Loads area packs, and answers which area contains which. Start with bh_region_load and
 * bh_region_is_within. */
#include "schema/region.h"

#include <string.h>
#include "schema/civil.h"
#include "schema/error.h"
#include "schema/json.h"

#define PACK_MAX_BYTES (16 * 1024 * 1024)
#define CODE_MAX 12
#define NAME_MAX_BYTES 120
#define MAX_STEPS 16

typedef struct {
  char *code;
  char *name;
  char *parent;    /* code of the area above; NULL at the top */
  char *successor; /* code that replaced this one; NULL: none */
} Area;

struct _BhRegion {
  GPtrArray *areas; /* Area*, in the order of the pack */
  GHashTable *by_code;
};

static void area_free(gpointer data)
{
  Area *area = data;
  g_free(area->code);
  g_free(area->name);
  g_free(area->parent);
  g_free(area->successor);
  g_free(area);
}

void bh_region_free(BhRegion *region)
{
  if (region == NULL)
    return;
  g_hash_table_unref(region->by_code);
  g_ptr_array_unref(region->areas);
  g_free(region);
}

static gboolean fail(GError **error, BhErrorCode code, const char *where, const char *what)
{
  g_set_error(error, BH_ERROR, (gint)code, "%s: %s", where, what);
  return FALSE;
}

static gboolean code_is_valid(const char *code)
{
  gsize len = strlen(code);
  return len >= 2 && len <= CODE_MAX && strspn(code, "0123456789") == len;
}

static gboolean check_optional_date(const json_t *item, const char *key, const char *where,
                                    GError **error)
{
  BhDate date;
  const json_t *member = json_object_get(item, key);
  if (member == NULL || bh_date_parse(json_string_value(member), &date, NULL))
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "%s: \"%s\" is not a date", where, key);
  return FALSE;
}

static gboolean read_area(BhRegion *region, json_t *item, const char *path, GError **error)
{
  static const char *const members[] = {"code",       "name",     "parent",    "level",
                                        "valid_from", "valid_to", "successor", NULL};
  static const char *const levels[] = {"province", "city", "county", "township", NULL};
  g_autofree char *place = g_strdup_printf("%s: area %u", path, region->areas->len);
  if (!json_is_object(item))
    return fail(error, BH_ERROR_FORMAT, place, "not an object");
  const char *code = bh_json_get_string(item, "code", place, error);
  if (code == NULL)
    return FALSE;
  if (!code_is_valid(code))
    return fail(error, BH_ERROR_FORMAT, place, "\"code\" must have 2 to 12 digits");
  g_autofree char *where = g_strdup_printf("%s: area %s", path, code);
  const char *name = bh_json_get_string(item, "name", where, error);
  if (name == NULL)
    return FALSE;
  if (*name == '\0' || strlen(name) > NAME_MAX_BYTES)
    return fail(error, BH_ERROR_FORMAT, where, "\"name\" is empty or too long");
  const char *level = bh_json_get_string(item, "level", where, error);
  if (level == NULL)
    return FALSE;
  if (!g_strv_contains(levels, level))
    return fail(error, BH_ERROR_FORMAT, where,
                "\"level\" is not province, city, county or township");
  if (!bh_json_check_keys(item, members, where, error) ||
      !check_optional_date(item, "valid_from", where, error) ||
      !check_optional_date(item, "valid_to", where, error))
    return FALSE;
  Area *area = g_new0(Area, 1);
  area->code = g_strdup(code);
  area->name = g_strdup(name);
  area->parent = g_strdup(bh_json_string_or(item, "parent", NULL));
  area->successor = g_strdup(bh_json_string_or(item, "successor", NULL));
  g_ptr_array_add(region->areas, area);
  if (!g_hash_table_insert(region->by_code, area->code, area))
    return fail(error, BH_ERROR_INVALID, where, "duplicate area");
  return TRUE;
}

static const Area *find(const BhRegion *region, const char *code)
{
  return region != NULL && code != NULL ? g_hash_table_lookup(region->by_code, code) : NULL;
}

static const Area *get_parent(const BhRegion *region, const Area *area)
{
  return find(region, area->parent);
}

static const Area *get_next(const BhRegion *region, const Area *area)
{
  return find(region, area->successor != NULL ? area->successor : area->parent);
}

static gboolean ends(const BhRegion *region, const Area *area,
                     const Area *(*next)(const BhRegion *region, const Area *area))
{
  int steps = 0;
  while (area != NULL && steps++ <= MAX_STEPS)
    area = next(region, area);
  return area == NULL;
}

/* Checks that every parent and successor exists, and that both ways up end within MAX_STEPS: by
 * parents only (full names), and by successors first (bh_region_is_within). */
static gboolean check_tree(const BhRegion *region, const char *path, GError **error)
{
  for (guint i = 0; i < region->areas->len; i++) {
    const Area *area = region->areas->pdata[i];
    g_autofree char *where = g_strdup_printf("%s: area %s", path, area->code);
    if (area->parent != NULL && find(region, area->parent) == NULL)
      return fail(error, BH_ERROR_UNKNOWN, where, "its parent is not in the pack");
    if (area->successor != NULL && find(region, area->successor) == NULL)
      return fail(error, BH_ERROR_UNKNOWN, where, "its successor is not in the pack");
    if (!ends(region, area, get_parent) || !ends(region, area, get_next))
      return fail(error, BH_ERROR_INVALID, where,
                  "its parents and successors form a cycle, or are more than 16");
  }
  return TRUE;
}

BhRegion *bh_region_load(const char *path, GError **error)
{
  static const char *const members[] = {"region", "source", "areas", NULL};
  g_autoptr(json_t) pack = bh_json_load_file(path, PACK_MAX_BYTES, error);
  if (pack == NULL)
    return NULL;
  const json_t *areas = bh_json_get_array(pack, "areas", path, error);
  if (areas == NULL || !bh_json_check_keys(pack, members, path, error))
    return NULL;
  g_autoptr(BhRegion) region = g_new0(BhRegion, 1);
  region->areas = g_ptr_array_new_with_free_func(area_free);
  region->by_code = g_hash_table_new(g_str_hash, g_str_equal);
  gsize i;
  json_t *item;
  json_array_foreach(areas, i, item) {
    if (!read_area(region, item, path, error))
      return NULL;
  }
  return check_tree(region, path, error) ? g_steal_pointer(&region) : NULL;
}

gboolean bh_region_has(const BhRegion *region, const char *code)
{
  return find(region, code) != NULL;
}

const char *bh_region_get_name(const BhRegion *region, const char *code)
{
  const Area *area = find(region, code);
  return area != NULL ? area->name : NULL;
}

const char *bh_region_get_parent(const BhRegion *region, const char *code)
{
  const Area *area = find(region, code);
  return area != NULL ? area->parent : NULL;
}

char *bh_region_dup_full_name(const BhRegion *region, const char *code)
{
  const Area *area = find(region, code);
  if (area == NULL)
    return g_strdup(code != NULL ? code : "");
  g_autoptr(GString) name = g_string_new(NULL);
  for (; area != NULL; area = get_parent(region, area))
    g_string_prepend(name, area->name);
  return g_string_free(g_steal_pointer(&name), FALSE);
}

const char *bh_region_current(const BhRegion *region, const char *code)
{
  const Area *area = find(region, code);
  while (area != NULL && area->successor != NULL)
    area = find(region, area->successor);
  return area != NULL ? area->code : code;
}

/* Changes the code to the one above, by its digits alone: 12 and 9 digits lose three, of 6 digits
 * two become zeros. FALSE at the top. */
static gboolean shorten(char *code)
{
  gsize len = strlen(code);
  if (len > 9) {
    code[9] = '\0';
  } else if (len > 6) {
    code[6] = '\0';
  } else if (len == 6 && !g_str_has_suffix(code, "00")) {
    code[4] = code[5] = '0';
  } else if (len == 6 && !g_str_has_suffix(code, "0000")) {
    code[2] = code[3] = '0';
  } else {
    return FALSE;
  }
  return TRUE;
}

gboolean bh_region_is_within(const BhRegion *region, const char *code, const char *ancestor)
{
  if (code == NULL || ancestor == NULL)
    return FALSE;
  const char *wanted = bh_region_current(region, ancestor);
  char known[CODE_MAX + 1];
  if (strlen(code) > CODE_MAX)
    return g_str_equal(code, ancestor);
  g_strlcpy(known, code, sizeof known);
  const Area *area = find(region, known);
  while (area == NULL) {
    if (g_str_equal(known, wanted))
      return TRUE;
    if (!shorten(known))
      return FALSE;
    area = find(region, known);
  }
  for (; area != NULL; area = get_next(region, area))
    if (g_str_equal(area->code, wanted))
      return TRUE;
  return FALSE;
}

GPtrArray *bh_region_list_children(const BhRegion *region, const char *code)
{
  GPtrArray *codes = g_ptr_array_new();
  for (guint i = 0; region != NULL && i < region->areas->len; i++) {
    const Area *area = region->areas->pdata[i];
    if (area->successor == NULL && g_strcmp0(area->parent, code) == 0)
      g_ptr_array_add(codes, area->code);
  }
  return codes;
}

static gboolean is_called(const BhRegion *region, const Area *area, const char *text)
{
  if (!g_str_has_suffix(text, area->name))
    return FALSE;
  g_autofree char *full = bh_region_dup_full_name(region, area->code);
  return g_str_has_suffix(full, text);
}

GPtrArray *bh_region_list_matches(const BhRegion *region, const char *text)
{
  GPtrArray *codes = g_ptr_array_new();
  const Area *exact = find(region, text);
  if (exact != NULL)
    g_ptr_array_add(codes, exact->code);
  for (guint i = 0; region != NULL && exact == NULL && i < region->areas->len; i++) {
    const Area *area = region->areas->pdata[i];
    if (area->successor == NULL && is_called(region, area, text))
      g_ptr_array_add(codes, area->code);
  }
  return codes;
}

gboolean bh_area_code_is_within(const char *code, const char *ancestor)
{
  gsize len = strlen(ancestor);
  while (len > 6 && strncmp(ancestor + len - 3, "000", 3) == 0)
    len -= 3;
  while (len > 2 && len <= 6 && strncmp(ancestor + len - 2, "00", 2) == 0)
    len -= 2;
  return strncmp(code, ancestor, len) == 0;
}
