/* What pages compute from a visit. Only the pages of a visit know the fields of inspections and
 * hazards by name; so does this file. Reads no store: visit-load.c does. */
#include "app/visit/visit.h"

#include <string.h>

#include "schema/kind-paper.h"
#include "schema/kind-rules.h"
#include "schema/workflow.h"

json_t *bh_visit_get_values(const json_t *visit, const char *part)
{
  return json_object_get(json_object_get(visit, part), "values");
}

const char *bh_visit_get_staff_name(const json_t *visit, const char *staff)
{
  const json_t *people = json_object_get(visit, "staff");
  return bh_json_string_or(json_object_get(people, staff != NULL ? staff : ""), "name", "");
}

BhChecklist *bh_visit_dup_checklist(const json_t *visit)
{
  const json_t *items = json_object_get(bh_visit_get_values(visit, "checklist"), "items");
  g_autoptr(GError) error = NULL;
  BhChecklist *checklist = items != NULL ? bh_checklist_from_json(items, &error) : NULL;
  if (error != NULL)
    g_warning("checklist: %s", error->message);
  return checklist;
}

const char *bh_visit_get_running_state(const BhKindSet *kinds)
{
  const BhKind *kind = kinds != NULL ? bh_kind_set_find(kinds, "inspection") : NULL;
  const BhTransition *step = kind != NULL ? bh_workflow_find_page(kind, NULL, "start") : NULL;
  return step != NULL ? bh_transition_get_to(step) : NULL;
}

gboolean bh_visit_is_running(const json_t *visit, const BhKindSet *kinds)
{
  const char *state = bh_json_string_or(bh_visit_get_values(visit, "inspection"), "state", NULL);
  return state != NULL && g_strcmp0(state, bh_visit_get_running_state(kinds)) == 0;
}

static gboolean has_string(const json_t *array, const char *text)
{
  gsize i;
  json_t *element;
  json_array_foreach(array, i, element) {
    if (json_is_string(element) && strcmp(json_string_value(element), text) == 0)
      return TRUE;
  }
  return FALSE;
}

GPtrArray *bh_visit_list_items(const json_t *visit, const BhChecklist *checklist)
{
  GPtrArray *items = g_ptr_array_new();
  const json_t *sections = json_object_get(bh_visit_get_values(visit, "inspection"), "sections");
  const json_t *enterprise = bh_visit_get_values(visit, "enterprise");
  for (gsize i = 0; checklist != NULL && i < bh_checklist_count(checklist); i++) {
    const BhChecklistItem *item = bh_checklist_get(checklist, i);
    /* When no section is chosen, all items of the checklist count. */
    if (json_array_size(sections) > 0 && !has_string(sections, item->section))
      continue;
    if (bh_checklist_item_applies(item, enterprise))
      g_ptr_array_add(items, (gpointer)item);
  }
  return items;
}

static const json_t *get_answer_value(const json_t *visit, const char *item_no)
{
  g_autofree char *key = bh_answer_dup_key(item_no);
  return json_object_get(bh_visit_get_values(visit, "inspection"), key);
}

BhAnswer bh_visit_get_answer(const json_t *visit, const char *item_no)
{
  BhAnswer answer = BH_ANSWER_UNCHECKED;
  bh_answer_from_code(bh_json_string_or(get_answer_value(visit, item_no), "answer", ""), &answer);
  return answer;
}

BhVisitProgress bh_visit_count(const json_t *visit, const GPtrArray *items, const char *section)
{
  BhVisitProgress progress = {0};
  for (guint i = 0; i < items->len; i++) {
    const BhChecklistItem *item = g_ptr_array_index(items, i);
    if (section != NULL && strcmp(item->section, section) != 0)
      continue;
    progress.total++;
    progress.by_answer[bh_visit_get_answer(visit, item->item_no)]++;
    if (get_answer_value(visit, item->item_no) != NULL)
      progress.touched++;
  }
  return progress;
}

static gboolean is_over(const json_t *values, const char *key, const BhDate *today)
{
  BhDate last;
  const char *valid_to = bh_json_string_or(values, key, NULL);
  return valid_to != NULL && bh_date_parse(valid_to, &last, NULL) &&
         bh_date_compare(today, &last) > 0;
}

BhOrderAuthority bh_visit_check_order_authority(const json_t *visit, const BhKindSet *kinds,
                                                const BhDate *today)
{
  BhPaperType record, order;
  const json_t *unit = bh_visit_get_values(visit, "unit");
  if (!bh_paper_type_find_both(kinds, &record, &order) ||
      !has_string(json_object_get(unit, "authority"), order.code) ||
      is_over(unit, "authority_valid_to", today))
    return BH_ORDER_NO_AUTHORITY;
  const char *lead = bh_json_string_or(bh_visit_get_values(visit, "inspection"), "lead", "");
  const json_t *person = json_object_get(json_object_get(visit, "staff"), lead);
  if (bh_json_string_or(person, "certificate_no", NULL) == NULL ||
      bh_json_string_or(person, "certificate_valid_to", NULL) == NULL ||
      is_over(person, "certificate_valid_to", today))
    return BH_ORDER_NO_CERTIFICATE;
  return BH_ORDER_ALLOWED;
}

/* Values of a record that belongs to the visit, borrowed; NULL for any other. */
static const json_t *find_record_values(const char *record, gpointer data)
{
  static const char *const parts[] = {"inspection", "enterprise", "unit", "checklist"};
  const json_t *visit = data;
  for (gsize i = 0; i < G_N_ELEMENTS(parts); i++)
    if (strcmp(bh_json_string_or(json_object_get(visit, parts[i]), "id", ""), record) == 0)
      return bh_visit_get_values(visit, parts[i]);
  return json_object_get(json_object_get(visit, "refs"), record);
}

GPtrArray *bh_visit_list_orderable(const json_t *visit, const BhKindSet *kinds)
{
  GPtrArray *rows = g_ptr_array_new();
  BhPaperType record, order;
  if (!bh_paper_type_find_both(kinds, &record, &order))
    return rows;
  gsize i;
  json_t *row;
  json_array_foreach(json_object_get(visit, "hazards"), i, row) {
    BhContext context = {.values = json_object_get(row, "values"),
                         .record = bh_json_string_or(row, "id", NULL),
                         .lookup = find_record_values,
                         .data = (gpointer)visit};
    if (bh_condition_holds(order.where, &context))
      g_ptr_array_add(rows, row);
  }
  return rows;
}

json_t *bh_visit_dup_row_values(const json_t *visit, const char *part)
{
  json_t *all = json_array();
  gsize i;
  json_t *row;
  json_array_foreach(json_object_get(visit, part), i, row) {
    json_array_append(all, json_object_get(row, "values"));
  }
  return all;
}

json_t *bh_visit_dup_withdrawal(const BhKind *kind, const char *record, const char *state,
                                const char *reason)
{
  const BhTransition *step = bh_workflow_find_void(kind, state);
  const char *asked = step != NULL ? bh_transition_get_asks(step)[0] : NULL;
  if (step == NULL)
    return NULL;
  json_t *set = json_pack("{s:s}", "state", bh_transition_get_to(step));
  if (asked != NULL)
    json_object_set_new(set, asked, json_string(reason));
  return json_pack("{s:s, s:s, s:o}", "record", record, "kind", bh_kind_get_name(kind), "set", set);
}

void bh_visit_add_checklists(json_t *lists, const json_t *rows, const BhDate *today)
{
  g_autofree char *day = bh_date_format(today);
  gsize at;
  json_t *row;
  json_array_foreach((json_t *)rows, at, row) {
    if (bh_checklist_is_in_force(json_object_get(row, "values"), day))
      json_array_append(lists, row);
  }
}
