/* Makes the operations with which a visit begins. Saves nothing: pages/start.c does. */
#include "app/visit/visit-begin.h"

#include <string.h>

static const char *get_lead(const BhVisitBeginning *beginning)
{
  return bh_json_string_or(beginning->assigned, "lead", beginning->actor);
}

static void set_checklist(const BhVisitBeginning *beginning, json_t *set)
{
  const char *version = bh_json_string_or(beginning->list_values, "version", NULL);
  json_object_set_new(set, "checklist", json_string(beginning->list));
  if (version != NULL)
    json_object_set_new(set, "checklist_version", json_string(version));
  json_object_set(set, "sections", (json_t *)beginning->sections);
}

static json_t *dup_set(const BhVisitBeginning *beginning)
{
  gint64 observed_ms = beginning->observed_ms;
  json_t *set = json_copy((json_t *)beginning->values);
  const char *unit = bh_json_string_or(beginning->assigned, "unit", beginning->unit);
  json_object_set_new(set, "enterprise", json_string(beginning->enterprise));
  json_object_set_new(set, "unit", json_string(unit));
  json_object_set_new(set, "lead", json_string(get_lead(beginning)));
  json_object_set_new(set, "started_at",
                      json_integer(observed_ms > 0 ? observed_ms : beginning->now_ms));
  if (observed_ms > 0)
    json_object_set_new(set, "entered_later", json_true());
  json_object_set_new(set, "state", json_string(beginning->state));
  if (beginning->scan != NULL)
    json_object_set_new(set, "scan", json_string(beginning->scan));
  if (beginning->list_values != NULL)
    set_checklist(beginning, set);
  const char *key;
  json_t *value;
  json_object_foreach((json_t *)beginning->assigned, key, value) {
    if (json_equal(json_object_get(set, key), value))
      json_object_del(set, key);
  }
  return set;
}

static void add_participant(const BhVisitBeginning *beginning, BhSession *session, json_t *ops,
                            const char *key, const char *value, const char *role)
{
  char id[BH_ID_LEN + 1];
  bh_session_make_id(session, id);
  json_array_append_new(ops, json_pack("{s:s, s:s, s:{s:s, s:s, s:s, s:i}}", "record", id, "kind",
                                       "participant", "set", "inspection", beginning->record, key,
                                       value, "role", role, "sort", (int)json_array_size(ops)));
}

json_t *bh_visit_beginning_dup_ops(const BhVisitBeginning *beginning, BhSession *session)
{
  json_t *ops = json_pack("[{s:s, s:s, s:o}]", "record", beginning->record, "kind", "inspection",
                          "set", dup_set(beginning));
  const char *lead = get_lead(beginning);
  add_participant(beginning, session, ops, "staff", lead, "lead");
  if (strcmp(lead, beginning->actor) != 0)
    add_participant(beginning, session, ops, "staff", beginning->actor, "member");
  gsize i;
  json_t *id;
  json_array_foreach((json_t *)beginning->colleagues, i, id) {
    if (strcmp(json_string_value(id), lead) != 0)
      add_participant(beginning, session, ops, "staff", json_string_value(id), "member");
  }
  if (*beginning->expert != '\0')
    add_participant(beginning, session, ops, "name", beginning->expert, "expert");
  json_array_foreach((json_t *)beginning->scans, i, id) {
    json_array_append_new(ops, json_pack("{s:s, s:s, s:{s:s}}", "record", json_string_value(id),
                                         "kind", "scan", "set", "inspection", beginning->record));
  }
  return ops;
}
