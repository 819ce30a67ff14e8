/* Works a record through with a checklist: which items are asked, the answers so far, and what a
 * new answer sets. Whether a person may answer is declared by the "edit" that names the field
 * (act.c). Start at bh_worksheet_resolve. */
#include "schema/worksheet.h"

#include <string.h>

#include "schema/act.h"
#include "schema/error.h"
#include "schema/kind-internal.h"
#include "schema/text.h"

const BhField *bh_worksheet_find(const BhKind *kind)
{
  for (guint i = 0; kind != NULL && i < kind->fields->len; i++) {
    const BhField *field = g_ptr_array_index(kind->fields, i);
    if (field->lists != NULL && !field->retired)
      return field;
  }
  return NULL;
}

/* The field of a kind that has a worksheet. */
static const BhField *get_field(const BhKind *kind)
{
  const BhField *field = bh_worksheet_find(kind);
  g_assert(field != NULL);
  return field;
}

const json_t *bh_worksheet_get_codes(const BhKind *kind)
{
  return get_field(kind)->lists;
}

/* Whether an edit that a person makes by hand names the field. With `record`: such an edit whose
 * "when" holds. */
static gboolean has_edit(const BhKind *kind, const BhField *field, const BhContext *record)
{
  for (guint i = 0; i < kind->edits->len; i++) {
    const BhActRule *rule = g_ptr_array_index(kind->edits, i);
    if (rule->page == NULL && g_strv_contains(rule->fields, field->name) &&
        (record == NULL || bh_condition_holds(rule->when, record)))
      return TRUE;
  }
  return FALSE;
}

static gboolean is_locked(const BhKind *kind, const BhField *field, const BhContext *record)
{
  return bh_kind_is_locked(kind, field->name, NULL, record);
}

gboolean bh_worksheet_is_open(const BhKind *kind, const BhContext *record)
{
  const BhField *field = bh_worksheet_find(kind);
  return field != NULL && !is_locked(kind, field, record) && has_edit(kind, field, record) &&
         bh_kind_may_edit(kind, field->name, record);
}

const char *bh_worksheet_get_list(const BhKind *kind, const BhKindSet *set, const json_t *values)
{
  const char *field = bh_kind_find_list(set, kind);
  return field != NULL ? bh_json_string_or(values, field, NULL) : NULL;
}

static const json_t *find_newest(const json_t *rows, const char *code, const char *today)
{
  const json_t *newest = NULL;
  gsize i;
  json_t *row;
  json_array_foreach((json_t *)rows, i, row) {
    const json_t *values = json_object_get(row, "values");
    const char *from = bh_json_string_or(values, "valid_from", "");
    if (strcmp(bh_json_string_or(values, "code", ""), code) != 0 ||
        !bh_checklist_is_in_force(values, today))
      continue;
    const json_t *known = json_object_get(newest, "values");
    if (newest == NULL || strcmp(from, bh_json_string_or(known, "valid_from", "")) > 0)
      newest = row;
  }
  return newest;
}

json_t *bh_worksheet_list_choices(const BhKind *kind, const json_t *rows, const char *today)
{
  json_t *out = json_array();
  gsize i;
  json_t *code;
  json_array_foreach((json_t *)bh_worksheet_get_codes(kind), i, code) {
    const json_t *row = find_newest(rows, json_string_value(code), today);
    const json_t *values = json_object_get(row, "values");
    if (row != NULL)
      json_array_append_new(out, json_pack("{s:s, s:O, s:s, s:s}", "id",
                                           bh_json_string_or(row, "id", ""), "code", code, "name",
                                           bh_json_string_or(values, "name", ""), "version",
                                           bh_json_string_or(values, "version", "")));
  }
  return out;
}

const char *bh_worksheet_pick_choice(const json_t *choices, const char *wanted)
{
  gsize i;
  json_t *choice;
  json_array_foreach((json_t *)choices, i, choice) {
    const char *id = bh_json_string_or(choice, "id", "");
    if (wanted == NULL || strcmp(id, wanted) == 0)
      return id;
  }
  return NULL;
}

char *bh_worksheet_dup_key(const BhKind *kind, const char *item_no)
{
  return g_strconcat(get_field(kind)->name, "/", item_no, NULL);
}

static const json_t *get_answer(const BhKind *kind, const json_t *values, const char *item_no)
{
  g_autofree char *key = bh_worksheet_dup_key(kind, item_no);
  const json_t *value = json_object_get(values, key);
  return json_is_null(value) ? NULL : value;
}

/* The values by which the list decides what it asks: those of the record of the directory to which
 * the record refers, with the area of the record itself. New reference. */
static json_t *dup_subject(const BhKind *kind, const BhKindSet *set, const BhContext *record)
{
  const char *field = bh_kind_find_subject(set, kind);
  const char *id = field != NULL ? bh_json_string_or(record->values, field, NULL) : NULL;
  const json_t *found =
      id != NULL && record->lookup != NULL ? record->lookup(id, record->data) : NULL;
  json_t *subject = found != NULL ? json_copy((json_t *)found) : json_object();
  const char *area = bh_kind_get_area(kind, record);
  if (area != NULL)
    json_object_set_new(subject, "area", json_string(area));
  return subject;
}

json_t *bh_worksheet_dup_item(const BhChecklistItem *item, gboolean is_asked, const json_t *answer,
                              const char *lang)
{
  json_t *out = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "item", item->item_no, "section",
                          item->section, "check", item->check, "standard", item->standard, "basis",
                          item->policy_source, "method", item->method);
  json_object_set_new(out, "rectification", json_string(item->rectification));
  json_object_set_new(out, "major", json_boolean(item->major_candidate));
  json_object_set_new(out, "addressee", json_string(item->addressee));
  json_object_set_new(out, "asked", json_boolean(is_asked));
  if (item->measures[0] != '\0')
    json_object_set_new(out, "measures", json_string(item->measures));
  BhAnswer code;
  if (answer == NULL || !bh_answer_from_code(bh_json_string_or(answer, "answer", ""), &code))
    return out;
  json_object_set_new(out, "answer", json_string(bh_answer_code(code)));
  json_object_set_new(out, "answer_label", json_string(bh_answer_label(code, lang)));
  json_object_set(out, "note", json_object_get(answer, "note"));
  json_object_set(out, "remote", json_object_get(answer, "remote"));
  json_object_set(out, "bulk", json_object_get(answer, "bulk"));
  return out;
}

static json_t *dup_not_asked(const BhChecklistItem *item, const json_t *subject)
{
  json_t *out = json_pack("{s:s, s:s, s:s}", "item", item->item_no, "check", item->check, "basis",
                          item->policy_source);
  if (!bh_checklist_item_is_in_area(item, bh_json_string_or(subject, "area", "")))
    json_object_set_new(out, "areas", json_string(item->area));
  return out;
}

static json_t *list_codes(const char *lang)
{
  static const BhAnswer order[] = {BH_ANSWER_COMPLIANT, BH_ANSWER_NONCOMPLIANT,
                                   BH_ANSWER_NOT_APPLICABLE, BH_ANSWER_UNCHECKED};
  json_t *out = json_array();
  for (gsize i = 0; i < G_N_ELEMENTS(order); i++)
    json_array_append_new(out, json_pack("{s:s, s:s}", "code", bh_answer_code(order[i]), "label",
                                         bh_answer_label(order[i], lang)));
  return out;
}

static json_t *count_answers(const json_t *items, gint64 *answered, gint64 *total)
{
  gint64 counts[BH_ANSWER_NOT_APPLICABLE + 1] = {0};
  gsize i;
  json_t *item;
  json_array_foreach((json_t *)items, i, item) {
    BhAnswer answer = BH_ANSWER_UNCHECKED;
    if (!json_is_true(json_object_get(item, "asked")))
      continue;
    bh_answer_from_code(bh_json_string_or(item, "answer", ""), &answer);
    counts[answer]++;
    (*total)++;
  }
  *answered = *total - counts[BH_ANSWER_UNCHECKED];
  json_t *out = json_object();
  for (BhAnswer answer = BH_ANSWER_UNCHECKED; answer <= BH_ANSWER_NOT_APPLICABLE; answer++)
    json_object_set_new(out, bh_answer_code(answer), json_integer(counts[answer]));
  return out;
}

json_t *bh_worksheet_resolve(const BhKind *kind, const BhKindSet *set, const BhChecklist *list,
                             const BhContext *record, const char *lang)
{
  const BhField *field = get_field(kind);
  g_autoptr(json_t) subject = dup_subject(kind, set, record);
  g_autoptr(json_t) items = json_array();
  g_autoptr(json_t) others = json_array();
  for (gsize i = 0; i < bh_checklist_count(list); i++) {
    const BhChecklistItem *item = bh_checklist_get(list, i);
    const json_t *answer = get_answer(kind, record->values, item->item_no);
    gboolean is_asked = bh_checklist_item_applies(item, subject);
    if (is_asked || answer != NULL)
      json_array_append_new(items, bh_worksheet_dup_item(item, is_asked, answer, lang));
    else
      json_array_append_new(others, dup_not_asked(item, subject));
  }
  gint64 answered = 0, total = 0;
  g_autoptr(json_t) counts = count_answers(items, &answered, &total);
  gboolean is_open = bh_worksheet_is_open(kind, record);
  json_t *out = json_pack("{s:s, s:b, s:o, s:O, s:O, s:O}", "label",
                          bh_field_get_label(field, lang), "open", (int)is_open, "codes",
                          list_codes(lang), "items", items, "not_asked", others, "counts", counts);
  json_object_set_new(out, "answered", json_integer(answered));
  json_object_set_new(out, "total", json_integer(total));
  if (!is_open)
    json_object_set_new(out, "why",
                        json_string(!is_locked(kind, field, record) && has_edit(kind, field, record)
                                        ? "actor"
                                        : "state"));
  return out;
}

/* Whether the list asks the item of this record. An item that has an answer can be answered again,
 * although the list does not ask it any more. */
static gboolean check_item(const BhKind *kind, const BhKindSet *set, const BhChecklist *list,
                           const BhContext *record, const char *item_no, GError **error)
{
  const BhChecklistItem *item = bh_checklist_find(list, item_no);
  if (item == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "\"item\": the list has no item \"%.32s\"",
                item_no);
    return FALSE;
  }
  g_autoptr(json_t) subject = dup_subject(kind, set, record);
  if (bh_checklist_item_applies(item, subject) || get_answer(kind, record->values, item_no) != NULL)
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "\"item\": %.32s is not asked of this record",
              item_no);
  return FALSE;
}

json_t *bh_worksheet_dup_set(const BhKind *kind, const BhKindSet *set, const BhChecklist *list,
                             const char *list_id, const BhContext *record, const char *item_no,
                             const char *answer, const char *note, GError **error)
{
  const char *list_field = bh_kind_find_list(set, kind);
  BhAnswer code;
  if (!bh_worksheet_is_open(kind, record)) {
    g_set_error(error, BH_ERROR, BH_ERROR_DENIED,
                "the checklist of this %s is not open to this person now", kind->name);
    return NULL;
  }
  if (!check_item(kind, set, list, record, item_no, error))
    return NULL;
  if (!bh_answer_from_code(answer, &code)) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "\"answer\": unknown answer \"%.32s\"", answer);
    return NULL;
  }
  g_autofree char *text = bh_text_clean(note != NULL ? note : "", TRUE);
  if (g_utf8_strlen(text, -1) > BH_ANSWER_NOTE_MAX) {
    g_set_error(error, BH_ERROR, BH_ERROR_LIMIT, "\"note\": more than %d characters",
                BH_ANSWER_NOTE_MAX);
    return NULL;
  }
  g_autofree char *key = bh_worksheet_dup_key(kind, item_no);
  json_t *value = json_pack("{s:s}", "answer", bh_answer_code(code));
  if (text[0] != '\0')
    json_object_set_new(value, "note", json_string(text));
  json_t *out = json_pack("{s:o}", key, value);
  if (bh_worksheet_get_list(kind, set, record->values) == NULL)
    json_object_set_new(out, list_field, json_string(list_id));
  return out;
}

/* --- the declaration --- */

gboolean bh_worksheet_parse_lists(BhPlace *place, BhField *field)
{
  const json_t *lists = NULL;
  if (!bh_place_array(place, field->declaration, "lists", FALSE, BH_WORKSHEET_LISTS_MAX, &lists))
    return FALSE;
  if (lists == NULL)
    return TRUE;
  if (field->type != BH_FIELD_ITEMS)
    return bh_place_fail_at(place, "lists", "only a field of type items can have it");
  gsize mark = bh_place_enter(place, "lists");
  gsize i;
  json_t *code;
  json_array_foreach((json_t *)lists, i, code) {
    const char *text = json_string_value(code);
    gsize inner = bh_place_enter_index(place, i);
    if (text == NULL || text[0] == '\0' || strlen(text) > BH_WORKSHEET_CODE_MAX ||
        strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-_") != strlen(text))
      return bh_place_fail(place, "must be the code of a list: a-z, 0-9, - and _, at most %d bytes",
                           BH_WORKSHEET_CODE_MAX);
    for (gsize k = 0; k < i; k++)
      if (strcmp(json_string_value(json_array_get(lists, k)), text) == 0)
        return bh_place_fail(place, "duplicate \"%s\"", text);
    bh_place_leave(place, inner);
  }
  bh_place_leave(place, mark);
  field->lists = lists;
  return TRUE;
}

gboolean bh_worksheet_resolve_lists(BhPlace *place, const BhKindSet *set, const BhKind *kind)
{
  const BhField *sheet = NULL;
  for (guint i = 0; i < kind->fields->len; i++) {
    const BhField *field = g_ptr_array_index(kind->fields, i);
    if (field->lists == NULL)
      continue;
    gsize mark = bh_place_enter(place, "fields");
    bh_place_enter_index(place, i);
    const char *name = bh_kind_find_list(set, kind);
    const BhField *list = name != NULL ? bh_kind_find_field(kind, name) : NULL;
    if (list == NULL)
      return bh_place_fail_at(place, "lists",
                              "kind %s has no ref field to a kind with a json field \"items\"",
                              kind->name);
    if (list->in_form || list->by_hub)
      return bh_place_fail_at(place, "lists",
                              "the first answer sets field \"%s\", so it must have \"in_form\": "
                              "false and no \"written_by\"",
                              list->name);
    if (sheet != NULL)
      return bh_place_fail_at(place, "lists", "field \"%s\" has it already", sheet->name);
    if (!has_edit(kind, field, NULL))
      return bh_place_fail_at(place, "lists", "no \"edit\" without a page has the field \"%s\"",
                              field->name);
    bh_place_leave(place, mark);
    sheet = field;
  }
  return TRUE;
}
