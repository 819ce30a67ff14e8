/* Makes and changes records from typed text. The rules of the kind are checked before the entry is
 * written, so that errors are in the language of the person. Start at bh_people_add. */
#include "sync/hub/cli/people.h"

#include <string.h>

#include "schema/civil.h"
#include "schema/error.h"
#include "schema/overlay.h"
#include "schema/workflow.h"
#include "sync/hub/cli/names.h"
#include "sync/hub/access/access.h"

/* The state of one command: a reader of the hub, the names of its records, and the kind set. */
typedef struct {
  BhHub *hub;
  BhDb *db;
  BhKindSet *kinds;
  BhNames *names;
  BhValueCache *cache;
  char *today;
} Work;

static void work_clear(Work *work)
{
  g_clear_pointer(&work->today, g_free);
  g_clear_pointer(&work->cache, bh_value_cache_free);
  g_clear_pointer(&work->names, bh_names_free);
  g_clear_pointer(&work->kinds, bh_kind_set_unref);
  bh_hub_release_reader(work->hub, work->db);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Work, work_clear)

static gboolean begin(Work *work, BhHub *hub, const char *lang, GError **error)
{
  work->hub = hub;
  work->db = bh_hub_acquire_reader(hub, error);
  if (work->db == NULL)
    return FALSE;
  work->kinds = bh_hub_dup_kinds(hub);
  work->names = bh_names_new(hub, work->db, work->kinds, bh_hub_get_region(hub), lang);
  work->cache = bh_value_cache_new(work->db);
  const BhClock *clock = bh_hub_get_clock(hub);
  BhDate date = bh_date_from_ms(clock->wall_ms(clock->data));
  work->today = bh_date_format(&date);
  return TRUE;
}

const char *bh_people_first_state(const BhKind *kind, const BhContext *context)
{
  g_autoptr(GPtrArray) states = bh_kind_list_states(kind);
  for (guint i = 0; i < states->len; i++) {
    const char *state = states->pdata[i];
    if (!bh_kind_is_initial_state(kind, state))
      continue;
    g_autoptr(GPtrArray) problems = bh_workflow_check(kind, NULL, state, context);
    if (problems->len == 0)
      return state;
  }
  return NULL;
}

static gboolean parse_all(Work *work, const BhKind *kind, const json_t *typed, json_t *set,
                          GError **error)
{
  gboolean zh = bh_names_is_zh(work->names);
  const char *key;
  json_t *text;
  json_object_foreach((json_t *)typed, key, text) {
    const BhField *field = strchr(key, '/') == NULL ? bh_kind_find_field(kind, key) : NULL;
    if (field == NULL || !bh_field_is_in_form(field) || bh_field_is_retired(field)) {
      g_set_error(error, BH_ERROR, BH_ERROR_INVALID,
                  zh ? "%s没有可填的字段“%s”" : "%s has no field \"%s\" to fill in",
                  bh_kind_get_label(kind, bh_names_get_lang(work->names)), key);
      return FALSE;
    }
    json_t *value = bh_names_parse(work->names, field, json_string_value(text), error);
    if (value == NULL)
      return FALSE;
    json_object_set_new(set, key, value);
  }
  return TRUE;
}

static BhContext make_context(Work *work, const char *id, const json_t *values)
{
  return (BhContext){.values = values,
                     .record = id,
                     .actor = bh_hub_get_id(work->hub),
                     .today = work->today,
                     .lookup = bh_value_cache_lookup,
                     .kind_of = bh_value_cache_get_kind,
                     .data = work->cache};
}

/* Checks the whole record, and its step if the state changes from `from`. FALSE with all problems
 * in one error. */
static gboolean check_record(Work *work, const BhKind *kind, const BhContext *context,
                             const char *from, GError **error)
{
  g_autoptr(GPtrArray) problems = bh_kind_check_record(kind, context);
  g_autoptr(GString) out = g_string_new(NULL);
  const char *to = bh_json_string_or(context->values, "state", NULL);
  g_autoptr(GPtrArray) steps = to != NULL && g_strcmp0(from, to) != 0
                                   ? bh_workflow_check(kind, from, to, context)
                                   : g_ptr_array_new();
  for (guint i = 0; i < problems->len + steps->len; i++) {
    const BhProblem *problem =
        i < problems->len ? problems->pdata[i] : steps->pdata[i - problems->len];
    const BhField *field = bh_kind_find_field(kind, problem->field);
    const char *why = bh_names_is_zh(work->names) ? problem->text_zh : problem->text_en;
    g_autofree char *text =
        field != NULL ? bh_names_format_problem(work->names, field, NULL, why) : g_strdup(why);
    if (strstr(out->str, why) == NULL)
      g_string_append_printf(out, "%s%s", out->len > 0 ? "\n  " : "", text);
  }
  if (out->len == 0)
    return TRUE;
  g_set_error_literal(error, BH_ERROR, BH_ERROR_INVALID, out->str);
  return FALSE;
}

static const BhKind *find_kind(Work *work, const char *name, GError **error)
{
  const BhKind *kind = bh_kind_set_find(work->kinds, name);
  if (kind == NULL)
    g_set_error(error, BH_ERROR, BH_ERROR_UNKNOWN, "no such kind: %s", name);
  return kind;
}

static json_t *append(Work *work, const char *kind, const char *id, json_t *set, GError **error)
{
  g_autoptr(json_t) ops = json_pack("[{s:s, s:s, s:O}]", "record", id, "kind", kind, "set", set);
  g_autofree char *entry = bh_hub_append(work->hub, NULL, ops, error);
  return entry != NULL ? json_pack("{s:s, s:s}", "id", id, "entry", entry) : NULL;
}

json_t *bh_people_add(BhHub *hub, const char *kind_name, const json_t *typed, const char *lang,
                      GError **error)
{
  g_auto(Work) work = {.hub = hub};
  if (!begin(&work, hub, lang, error))
    return NULL;
  const BhKind *kind = find_kind(&work, kind_name, error);
  g_autoptr(json_t) parsed = json_object();
  if (kind == NULL || !parse_all(&work, kind, typed, parsed, error))
    return NULL;
  g_autoptr(json_t) set = json_object();
  bh_values_apply(set, parsed);
  char id[BH_ID_LEN + 1];
  BhIdSource ids;
  bh_id_source_init(&ids, bh_hub_get_clock(hub), bh_hub_get_random(hub));
  bh_id_next(&ids, id);
  BhContext context = make_context(&work, id, set);
  const char *state = bh_people_first_state(kind, &context);
  if (state != NULL)
    json_object_set_new(set, "state", json_string(state));
  return check_record(&work, kind, &context, NULL, error) ? append(&work, kind_name, id, set, error)
                                                          : NULL;
}

json_t *bh_people_change(BhHub *hub, const char *kind_name, const char *called, const json_t *typed,
                         const char *state, const char *lang, GError **error)
{
  g_auto(Work) work = {.hub = hub};
  if (!begin(&work, hub, lang, error))
    return NULL;
  const BhKind *kind = find_kind(&work, kind_name, error);
  const char *const kinds[] = {kind_name, NULL};
  const char *id = kind != NULL ? bh_names_find(work.names, kinds, called, error) : NULL;
  g_autoptr(json_t) set = json_object();
  if (id == NULL || !parse_all(&work, kind, typed, set, error))
    return NULL;
  const json_t *before = bh_value_cache_lookup(id, work.cache);
  g_autoptr(json_t) after = before != NULL ? json_copy((json_t *)before) : json_object();
  const char *state_before = bh_json_string_or(before, "state", NULL);
  if (state != NULL)
    json_object_set_new(set, "state", json_string(state));
  if (state != NULL && g_strcmp0(state, state_before) == 0) {
    g_autofree char *what = bh_names_describe(work.names, kind_name, id);
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID,
                bh_names_is_zh(work.names) ? "%s 已经是“%s”" : "%s is \"%s\" already", what,
                bh_kind_get_state_label(kind, state, bh_names_get_lang(work.names)));
    return NULL;
  }
  bh_values_apply(after, set);
  BhContext context = make_context(&work, id, after);
  return check_record(&work, kind, &context, state_before, error)
             ? append(&work, kind_name, id, set, error)
             : NULL;
}

json_t *bh_people_list(BhHub *hub, const char *kind, const char *lang, GError **error)
{
  g_auto(Work) work = {.hub = hub};
  if (!begin(&work, hub, lang, error))
    return NULL;
  g_autoptr(json_t) rows = json_deep_copy(bh_names_list(work.names, kind, error));
  size_t at;
  json_t *row;
  json_array_foreach(rows, at, row) {
    const char *unit = bh_json_string_or(json_object_get(row, "values"), "unit", NULL);
    const json_t *values = unit != NULL ? bh_value_cache_lookup(unit, work.cache) : NULL;
    if (values != NULL)
      json_object_set_new(row, "unit_name", json_string(bh_json_string_or(values, "name", unit)));
  }
  return g_steal_pointer(&rows);
}

char *bh_people_find(BhHub *hub, const char *const *kinds, const char *called, const char *lang,
                     GError **error)
{
  g_auto(Work) work = {.hub = hub};
  return begin(&work, hub, lang, error) ? g_strdup(bh_names_find(work.names, kinds, called, error))
                                        : NULL;
}
