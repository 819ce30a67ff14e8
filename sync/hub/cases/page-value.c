/* Makes the texts for records, fields and values on the page of a case, with the words of
 * assets/case/words.txt. Escapes nothing: the template of the page does that. */
#include <string.h>

#include "schema/checklist.h"
#include "schema/workflow.h"
#include "sync/hub/cases/page.h"

#define LANG BH_CASE_LANG

void bh_case_set_text(json_t *object, const char *name, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid(text, -1);
  json_object_set_new(object, name, json_string(valid));
}

void bh_case_set_flag(json_t *object, const char *name, gboolean is_set)
{
  if (is_set)
    json_object_set_new(object, name, json_true());
}

/* Fills the words (g_free) and frees `values`. Returns "" on failure and keeps the error in
 * page->failed, so that no page is made. */
static char *fill_words(const BhCasePage *page, json_t *values)
{
  g_autoptr(json_t) owned = values;
  char *text =
      bh_template_fill(page->words, owned, NULL, *page->failed == NULL ? page->failed : NULL);
  return text != NULL ? text : g_strdup("");
}

const json_t *bh_case_lookup(const char *id, gpointer data)
{
  const BhCase *self = data;
  const BhCaseRecord *record = g_hash_table_lookup(self->by_id, id);
  return record != NULL ? record->values : NULL;
}

char *bh_case_dup_title(const BhCase *self, const BhCaseRecord *record)
{
  char *title =
      bh_kind_dup_title_with(record->kind, record->values, LANG, bh_case_lookup, (gpointer)self);
  if (title[0] != '\0')
    return title;
  g_free(title);
  return g_strndup(record->id, 8);
}

/* Adds the name of a record; for a record outside the case only its id. */
static void add_name(const BhCase *self, const char *id, json_t *names)
{
  const BhCaseRecord *record = g_hash_table_lookup(self->by_id, id);
  gboolean is_hub = strcmp(id, bh_hub_get_id(self->hub)) == 0;
  g_autofree char *title = record != NULL ? bh_case_dup_title(self, record) : NULL;
  json_t *name = json_object();
  bh_case_set_flag(name, "first", json_array_size(names) == 0);
  if (record != NULL || is_hub)
    bh_case_set_text(name, "name", record != NULL ? title : bh_hub_get_name(self->hub));
  else
    bh_case_set_text(name, "outside", id);
  json_array_append_new(names, name);
}

char *bh_case_dup_name(const BhCasePage *page, const char *id)
{
  json_t *names = json_array();
  add_name(page->source, id, names);
  return fill_words(page, json_pack("{s:o}", "names", names));
}

static char *dup_refs(const BhCasePage *page, const json_t *ids)
{
  json_t *names = json_array();
  for (gsize i = 0; i < json_array_size(ids); i++) {
    const char *id = json_string_value(json_array_get(ids, i));
    add_name(page->source, id != NULL ? id : "", names);
  }
  return fill_words(page, json_pack("{s:o}", "names", names));
}

char *bh_case_dup_answer(const BhCasePage *page, const json_t *value)
{
  BhAnswer answer = BH_ANSWER_UNCHECKED;
  bh_answer_from_code(bh_json_string_or(value, "answer", ""), &answer);
  return fill_words(page, json_pack("{s:s, s:s}", "answer", bh_answer_label(answer, LANG), "note",
                                    bh_json_string_or(value, "note", "")));
}

char *bh_case_dup_value(const BhCasePage *page, const BhKind *kind, const char *key,
                        const json_t *value)
{
  const BhField *field = bh_kind_find_field(kind, key);
  const BhRegion *region = bh_hub_get_region(page->source->hub);
  if (value == NULL || json_is_null(value))
    return g_strdup("");
  if (strcmp(key, "state") == 0 && json_is_string(value))
    return g_strdup(bh_kind_get_state_label(kind, json_string_value(value), LANG));
  if (field == NULL)
    return bh_json_dump(value);
  switch (bh_field_get_type(field)) {
  case BH_FIELD_REF:
    return json_is_string(value) ? bh_case_dup_name(page, json_string_value(value)) : g_strdup("");
  case BH_FIELD_REFS:
    return dup_refs(page, value);
  case BH_FIELD_ITEMS:
    return bh_case_dup_answer(page, value);
  case BH_FIELD_JSON:
    return fill_words(page, json_pack("{s:b}", "structured", 1));
  case BH_FIELD_AREA:
    return json_is_string(value) && region != NULL
               ? bh_region_dup_full_name(region, json_string_value(value))
               : bh_json_dump(value);
  default:
    return bh_field_format_with(field, value, page->source->settings, LANG);
  }
}

char *bh_case_dup_label(const BhCasePage *page, const BhKind *kind, const char *key)
{
  const BhField *field = bh_kind_find_field(kind, key);
  const char *item = strchr(key, '/');
  if (strcmp(key, "state") == 0)
    return fill_words(page, json_pack("{s:b}", "state", 1));
  if (field == NULL)
    return g_strdup(key);
  return item != NULL ? g_strdup_printf("%s %s", bh_field_get_label(field, LANG), item + 1)
                      : g_strdup(bh_field_get_label(field, LANG));
}
