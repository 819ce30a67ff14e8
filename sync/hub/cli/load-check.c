/* Checks all records of a load before any is written, so that all problems are reported at once:
 * invalid values, areas and records that do not exist, numbers that another record has, and the
 * rules of the kind. Entries are judged when they are written, as always. Start at bh_load_check.
 */
#include <string.h>

#include "schema/civil.h"
#include "schema/codes.h"
#include "schema/kind-rules.h"
#include "schema/number.h"
#include "schema/overlay.h"
#include "schema/workflow.h"
#include "sync/hub/cli/load-internal.h"
#include "sync/hub/cli/names.h"
#include "sync/hub/cli/people.h"

typedef struct {
  BhLoad *load;
  BhOverlay values;    /* values of the records as they will be after the load */
  GHashTable *numbers; /* "kind\nfield\nkey" → BhLoadRecord* */
  char *today;
} Check;

static void check_clear(Check *check)
{
  bh_overlay_clear(&check->values);
  g_hash_table_unref(check->numbers);
  g_free(check->today);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Check, check_clear)

/* The values of a record after the load; NULL: those that are stored. A BhOverlayFunc. */
static json_t *make_values(const char *id, const json_t *before, gpointer data)
{
  Check *check = data;
  const BhLoadRecord *record = g_hash_table_lookup(check->load->by_id, id);
  if (record == NULL)
    return NULL;
  json_t *after = before != NULL ? json_copy((json_t *)before) : json_object();
  bh_values_apply(after, record->set);
  /* A stored state is kept, because it may have changed since the first load. */
  json_t *state = json_object_get(before, "state");
  if (state != NULL)
    json_object_set(after, "state", state);
  return after;
}

/* The values of a record after the load, borrowed. */
static const json_t *lookup(const char *id, gpointer data)
{
  Check *check = data;
  return bh_overlay_lookup(id, &check->values);
}

static const char *get_kind(const char *id, gpointer data)
{
  Check *check = data;
  const BhLoadRecord *loaded = g_hash_table_lookup(check->load->by_id, id);
  return loaded != NULL ? loaded->kind : bh_value_cache_get_kind(id, check->load->cache);
}

/* The settings and codes of the hub as they are before the load. */
static const BhSettingValues *get_settings(gpointer data)
{
  const Check *check = data;
  return bh_names_settings(check->load->names);
}

static char *dup_typed(const json_t *value)
{
  return json_is_string(value) ? g_strdup(json_string_value(value)) : bh_json_dump(value);
}

/* --- one value --- */

static gboolean refers_to(Check *check, const BhField *field, const char *id)
{
  const char *const *kinds = bh_field_get_ref_kinds(field);
  const char *kind = get_kind(id, check);
  return kind != NULL && g_strv_contains(kinds, kind);
}

static void check_refs(Check *check, BhLoadRecord *record, const BhField *field,
                       const json_t *value)
{
  gboolean zh = bh_load_is_zh(check->load);
  gsize n = json_is_array(value) ? json_array_size(value) : 1;
  for (gsize i = 0; i < n; i++) {
    const char *id = json_string_value(json_is_array(value) ? json_array_get(value, i) : value);
    if (id != NULL && !refers_to(check, field, id)) {
      g_autofree char *expected = bh_names_format_expected(check->load->names, field);
      g_autofree char *text =
          g_strdup_printf(zh ? "没有这条记录；%s" : "no such record; %s", expected);
      bh_load_add_field_problem(check->load, record, field, id, text);
    }
  }
}

static gboolean is_unchanged(Check *check, const BhLoadRecord *record, const char *key,
                             const json_t *value)
{
  const json_t *before = bh_value_cache_lookup(record->id, check->load->cache);
  const json_t *stored = json_object_get(before, key);
  return stored != NULL && json_equal((json_t *)stored, (json_t *)value);
}

static void check_number(Check *check, BhLoadRecord *record, const BhField *field, const char *text)
{
  BhLoad *load = check->load;
  const char *name = bh_field_get_name(field);
  g_autofree char *key = bh_number_make_key(text);
  g_autofree char *place = g_strdup_printf("%s\n%s\n%s", record->kind, name, key);
  const BhLoadRecord *first = key != NULL ? g_hash_table_lookup(check->numbers, place) : NULL;
  if (first != NULL) {
    g_autofree char *why = bh_load_format_duplicate(load, first);
    bh_load_add_field_problem(load, record, field, text, why);
    return;
  }
  if (key != NULL)
    g_hash_table_insert(check->numbers, g_steal_pointer(&place), record);
  g_autoptr(GPtrArray) ids = bh_names_list_matches(load->names, record->kind, text, NULL);
  for (guint i = 0; ids != NULL && key != NULL && i < ids->len; i++) {
    const char *other = ids->pdata[i];
    BhContext context = {.values = lookup(other, check), .lookup = lookup, .data = check};
    g_autofree char *stored = bh_number_make_key(bh_json_string_or(context.values, name, ""));
    if (strcmp(other, record->id) == 0 || g_hash_table_contains(load->by_id, other) ||
        g_strcmp0(stored, key) != 0 || !bh_field_is_distinct(field, &context))
      continue;
    g_autofree char *what = bh_names_describe(load->names, record->kind, other);
    g_autofree char *why =
        g_strdup_printf(bh_load_is_zh(load) ? "已属于 %s（%s）" : "%s (%s) has it", what, other);
    bh_load_add_field_problem(load, record, field, text, why);
  }
}

static void check_value(Check *check, BhLoadRecord *record, const BhKind *kind, const char *key,
                        const json_t *value)
{
  BhLoad *load = check->load;
  gboolean zh = bh_load_is_zh(load);
  const BhField *field = bh_kind_find_field(kind, key);
  if (strcmp(key, "state") == 0 && bh_kind_has_states(kind)) {
    if (!bh_kind_check_value(kind, key, value, NULL)) {
      g_autofree char *typed = dup_typed(value);
      g_autofree char *text = g_strdup_printf(
          zh ? "状态（state）“%s”：没有这个状态" : "state \"%s\": no such state", typed);
      bh_load_add_problem(load, record->where, text);
      record->is_bad = TRUE;
    }
    return;
  }
  if (field == NULL) {
    g_autofree char *text = g_strdup_printf(zh ? "%s没有字段“%s”" : "%s has no field \"%s\"",
                                            bh_kind_get_label(kind, load->options->lang), key);
    bh_load_add_problem(load, record->where, text);
    record->is_bad = TRUE;
    return;
  }
  if (!bh_kind_check_value(kind, key, value, NULL)) {
    g_autofree char *typed = dup_typed(value);
    g_autofree char *expected = bh_names_format_expected(load->names, field);
    bh_load_add_field_problem(load, record, field, typed, expected);
    return;
  }
  BhFieldType type = bh_field_get_type(field);
  if (json_is_null(value) || is_unchanged(check, record, key, value))
    return;
  g_autoptr(BhProblem) doubt = bh_field_find_doubt(field, value);
  if (doubt != NULL)
    bh_load_add_field_warning(load, record, field, json_string_value(value),
                              zh ? doubt->text_zh : doubt->text_en);
  if (type == BH_FIELD_REF || type == BH_FIELD_REFS)
    check_refs(check, record, field, value);
  else if (type == BH_FIELD_AREA && !bh_region_has(load->region, json_string_value(value)))
    bh_load_add_field_problem(
        load, record, field, json_string_value(value),
        zh ? "区划包里没有这个区划，请先装载含有它的区划包"
           : "the region pack has no such area, load a pack that has it first");
}

/* --- one record --- */

/* Whether loading the record changes anything. */
static gboolean is_changed(Check *check, const BhLoadRecord *record)
{
  const char *key;
  json_t *value;
  gboolean is_new = bh_value_cache_lookup(record->id, check->load->cache) == NULL;
  json_object_foreach(record->set, key, value) {
    if ((strcmp(key, "state") != 0 || is_new) && !is_unchanged(check, record, key, value))
      return TRUE;
  }
  return FALSE;
}

/* Whether loading the record changes the field. */
static gboolean is_loaded(Check *check, const BhLoadRecord *record, const char *key)
{
  const json_t *value = json_object_get(record->set, key);
  return value != NULL && !is_unchanged(check, record, key, value);
}

/* Adds problems of the rules, except those that check_value reported. */
static void add_problems(Check *check, BhLoadRecord *record, const BhKind *kind,
                         const GPtrArray *problems)
{
  gboolean zh = bh_load_is_zh(check->load);
  for (guint i = 0; i < problems->len; i++) {
    const BhProblem *problem = problems->pdata[i];
    const BhField *field = bh_kind_find_field(kind, problem->field);
    /* check_value has reported unknown fields and invalid values, except those that a setting or a
     * code list refuses. A missing reason for a doubtful value is no problem, because the office
     * asks for it later. */
    if (bh_kind_is_reason_missing(kind, problem) || strcmp(problem->code, "unknown_field") == 0 ||
        (strcmp(problem->code, "invalid") == 0 && !is_loaded(check, record, problem->field)) ||
        json_object_get(record->reported, problem->field) != NULL)
      continue;
    const char *why = zh ? problem->text_zh : problem->text_en;
    if (field != NULL)
      bh_load_add_field_problem(check->load, record, field, NULL, why);
    else
      bh_load_add_problem(check->load, record->where, why);
    record->is_bad = TRUE;
  }
}

static void check_rules(Check *check, BhLoadRecord *record, const BhKind *kind)
{
  const json_t *before = bh_value_cache_lookup(record->id, check->load->cache);
  const json_t *after = lookup(record->id, check);
  /* The context has no actor, because a load may create records in any state; the judgement of
   * entries allows that. */
  BhContext context = {.values = after,
                       .record = record->id,
                       .today = check->today,
                       .lookup = lookup,
                       .kind_of = get_kind,
                       .settings = get_settings,
                       .data = check};
  if (bh_kind_has_states(kind) && json_object_get(after, "state") == NULL) {
    const char *state = bh_people_first_state(kind, &context);
    if (state != NULL)
      json_object_set_new(record->set, "state", json_string(state));
    bh_overlay_forget(&check->values, record->id);
    context.values = lookup(record->id, check);
  }
  g_autoptr(GPtrArray) problems = bh_kind_check_record(kind, &context);
  bh_codes_check(kind, record->set, before, &context, problems);
  bh_code_check(kind, &context, problems);
  add_problems(check, record, kind, problems);
  const char *state = bh_json_string_or(context.values, "state", NULL);
  if (before != NULL || state == NULL || record->is_bad)
    return;
  g_autoptr(GPtrArray) steps = bh_workflow_check(kind, NULL, state, &context);
  add_problems(check, record, kind, steps);
}

static void check_record(Check *check, BhLoadRecord *record)
{
  BhLoad *load = check->load;
  const BhKind *kind = bh_kind_set_find(load->kinds, record->kind);
  const BhCachedRecord *stored = bh_value_cache_find(load->cache, record->id, NULL);
  gboolean zh = bh_load_is_zh(load);
  if (kind == NULL || (stored != NULL && strcmp(stored->kind, record->kind) != 0)) {
    g_autofree char *text =
        kind == NULL
            ? g_strdup_printf(zh ? "没有种类“%s”" : "no such kind: \"%s\"", record->kind)
            : g_strdup_printf(zh ? "编号 %s 是另一种记录" : "%s is of another kind", record->id);
    bh_load_add_problem(load, record->where, text);
    record->is_bad = TRUE;
    return;
  }
  if (!is_changed(check, record))
    return;
  const char *key;
  json_t *value;
  json_object_foreach(record->set, key, value) {
    check_value(check, record, kind, key, value);
  }
  BhContext context = {.values = lookup(record->id, check), .lookup = lookup, .data = check};
  const GPtrArray *fields = bh_kind_list_fields(kind);
  for (guint i = 0; i < fields->len; i++) {
    const BhField *field = fields->pdata[i];
    const char *text = bh_json_string_or(context.values, bh_field_get_name(field), NULL);
    if (text != NULL && json_object_get(record->set, bh_field_get_name(field)) != NULL &&
        bh_field_is_distinct(field, &context))
      check_number(check, record, field, text);
  }
  check_rules(check, record, kind);
}

void bh_load_check(BhLoad *load)
{
  const BhClock *clock = bh_hub_get_clock(load->hub);
  BhDate today = bh_date_from_ms(clock->wall_ms(clock->data));
  g_auto(Check) check = {
      .load = load,
      .values = {.lookup = bh_value_cache_lookup, .store = load->cache, .make = make_values},
      .numbers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
      .today = bh_date_format(&today)};
  check.values.maker = &check;
  for (guint i = 0; i < load->records->len; i++)
    check_record(&check, load->records->pdata[i]);
}
