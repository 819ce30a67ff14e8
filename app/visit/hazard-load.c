/* Reads a hazard for its page. Changes nothing. Start at bh_hazard_request_run. */
#include "app/visit/hazard-load.h"

#include <string.h>

#include "app/visit/visit.h"

static void add_files(BhDevice *device, const char *author, const char *record, json_t *hazard)
{
  json_t *files = json_array();
  json_t *drafts = json_array();
  json_object_set_new(hazard, "files", files);
  json_object_set_new(hazard, "file_drafts", drafts);
  g_autoptr(json_t) parents = json_pack("[s]", record);
  g_autoptr(json_t) rows = bh_visit_list_children(device, "file", parents, author, NULL);
  gsize i;
  json_t *row;
  json_array_foreach(rows, i, row) {
    json_array_append(files, json_object_get(row, "values"));
  }
  g_autoptr(json_t) all = bh_device_draft_list(device, author, NULL);
  json_array_foreach(all, i, row) {
    if (strcmp(bh_json_string_or(row, "kind", ""), "file") != 0)
      continue;
    const char *id = bh_json_string_or(row, "record", "");
    g_autoptr(json_t) draft = bh_device_draft_get(device, author, id, NULL);
    const json_t *values = json_object_get(draft, "values");
    if (strcmp(bh_json_string_or(values, "parent", ""), record) != 0)
      continue;
    json_array_append(files, (json_t *)values);
    json_array_append_new(drafts, json_string(id));
  }
}

char *bh_hazard_dup_question(BhDevice *device, const json_t *values)
{
  const char *list = bh_json_string_or(values, "checklist", NULL);
  const char *item_no = bh_json_string_or(values, "item_no", NULL);
  g_autoptr(json_t) record =
      list != NULL && item_no != NULL ? bh_device_get(device, list, NULL) : NULL;
  const json_t *items = json_object_get(json_object_get(record, "values"), "items");
  g_autoptr(BhChecklist) checklist = items != NULL ? bh_checklist_from_json(items, NULL) : NULL;
  const BhChecklistItem *item = checklist != NULL ? bh_checklist_find(checklist, item_no) : NULL;
  return item != NULL ? g_strdup(item->check) : NULL;
}

json_t *bh_hazard_load(BhDevice *device, const char *author, const char *record, GError **error)
{
  (void)error;
  json_t *hazard = json_object();
  g_autoptr(json_t) saved = bh_device_get(device, record, NULL);
  g_autoptr(json_t) draft = bh_device_draft_get(device, author, record, NULL);
  const json_t *values =
      draft != NULL ? json_object_get(draft, "values") : json_object_get(saved, "values");
  json_t *copy = values != NULL ? json_copy((json_t *)values) : json_object();
  json_object_set_new(hazard, "values", copy);
  json_t *changed = json_object_get(draft, "changed");
  json_object_set_new(hazard, "changed", changed != NULL ? json_copy(changed) : json_object());
  json_object_set_new(hazard, "saved", json_boolean(saved != NULL));
  json_object_set_new(
      hazard, "state",
      json_string(bh_json_string_or(json_object_get(saved, "values"), "state", "")));
  json_t *locked = bh_device_list_locked(device, record, NULL);
  if (locked != NULL)
    json_object_set_new(hazard, "locked", locked);
  const char *enterprise = bh_json_string_or(copy, "enterprise", NULL);
  g_autoptr(json_t) subject = enterprise != NULL ? bh_device_get(device, enterprise, NULL) : NULL;
  if (subject != NULL)
    json_object_set(hazard, "enterprise", json_object_get(subject, "values"));
  add_files(device, author, record, hazard);
  return hazard;
}

static void set_text(json_t *values, const char *key, const char *text)
{
  if (text != NULL && *text != '\0')
    json_object_set_new(values, key, json_string(text));
}

json_t *bh_hazard_prefill(BhDevice *device, const char *author, const char *inspection,
                          const char *item_no, const char *today, GError **error)
{
  g_autoptr(json_t) visit = bh_visit_load(device, author, inspection, error);
  if (visit == NULL)
    return NULL;
  const json_t *about = bh_visit_get_values(visit, "inspection");
  json_t *values = json_pack("{s:s, s:s, s:s}", "inspection", inspection, "found_by", "inspection",
                             "level", "general");
  set_text(values, "enterprise", bh_json_string_or(about, "enterprise", NULL));
  g_autoptr(BhChecklist) checklist = bh_visit_dup_checklist(visit);
  const BhChecklistItem *item =
      checklist != NULL && item_no != NULL ? bh_checklist_find(checklist, item_no) : NULL;
  if (item == NULL)
    return values;
  set_text(values, "demand", item->rectification);
  set_text(values, "item_no", item->item_no);
  set_text(values, "policy_source", item->policy_source);
  set_text(values, "checklist", bh_json_string_or(about, "checklist", NULL));
  g_autoptr(json_t) preset = bh_checklist_item_dup_preset(item, today);
  json_object_update(values, preset);
  if (item->major_candidate) {
    /* A candidate for a major hazard gets no level: the person has to choose it before saving. */
    json_object_set_new(values, "major_candidate", json_true());
    json_object_del(values, "level");
  }
  return values;
}

struct _BhHazardRequest {
  char *author;
  char *record;
  char *inspection;
  char *item_no;
  char *today;
};

BhHazardRequest *bh_hazard_request_new(const char *author, const char *record,
                                       const char *inspection, const char *item_no,
                                       const BhDate *today)
{
  BhHazardRequest *request = g_new0(BhHazardRequest, 1);
  request->author = g_strdup(author);
  request->record = g_strdup(record);
  request->inspection = g_strdup(inspection);
  request->item_no = g_strdup(item_no);
  request->today = bh_date_format(today);
  return request;
}

void bh_hazard_request_free(gpointer data)
{
  BhHazardRequest *request = data;
  g_free(request->author);
  g_free(request->record);
  g_free(request->inspection);
  g_free(request->item_no);
  g_free(request->today);
  g_free(request);
}

void bh_hazard_request_run(BhDevice *device, GTask *task, gpointer data)
{
  BhHazardRequest *request = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) hazard = bh_hazard_load(device, request->author, request->record, &error);
  if (hazard != NULL && request->inspection != NULL) {
    json_t *values = bh_hazard_prefill(device, request->author, request->inspection,
                                       request->item_no, request->today, &error);
    if (values != NULL)
      json_object_set_new(hazard, "values", values);
  }
  g_autofree char *question =
      hazard != NULL ? bh_hazard_dup_question(device, json_object_get(hazard, "values")) : NULL;
  if (question != NULL)
    json_object_set_new(hazard, "question", json_string(question));
  if (error != NULL)
    g_task_return_error(task, g_steal_pointer(&error));
  else
    g_task_return_pointer(task, g_steal_pointer(&hazard), (GDestroyNotify)json_decref);
}
