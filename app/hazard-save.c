#include "app/hazard-save.h"

#include <string.h>

struct _BhHazardSave {
  char *author;
  char *record;
  json_t *set; /* of this work alone, as `drafts` */
  json_t *drafts;
};

BhHazardSave *bh_hazard_save_new(const char *author, const char *record, json_t *set,
                                 json_t *drafts)
{
  BhHazardSave *save = g_new0(BhHazardSave, 1);
  save->author = g_strdup(author);
  save->record = g_strdup(record);
  save->set = json_deep_copy(set);
  save->drafts = json_deep_copy(drafts);
  json_decref(set);
  json_decref(drafts);
  return save;
}

void bh_hazard_save_free(gpointer data)
{
  BhHazardSave *save = data;
  g_free(save->author);
  g_free(save->record);
  json_decref(save->set);
  json_decref(save->drafts);
  g_free(save);
}

static json_t *describe_refused(BhDevice *device, const BhHazardSave *save, const char *refused,
                                int code)
{
  g_autoptr(json_t) draft = bh_device_draft_get(device, save->author, refused, NULL);
  const json_t *values = json_object_get(draft, "values");
  g_autofree char *path = bh_device_dup_file_path(device, bh_json_string_or(values, "sha256", ""));
  json_t *problems =
      bh_device_check(device, save->author, refused, bh_json_string_or(draft, "kind", ""),
                      json_object_get(draft, "changed"), NULL);
  return json_pack("{s:s, s:i, s:b, s:o}", "record", refused, "code", code, "here", path != NULL,
                   "problems", problems != NULL ? problems : json_array());
}

static json_t *run(BhDevice *device, const BhHazardSave *save, GError **error)
{
  g_autoptr(GError) local = NULL;
  g_autofree char *refused = NULL;
  json_t *problems =
      bh_device_check(device, save->author, save->record, "hazard", save->set, error);
  if (problems == NULL)
    return NULL;
  json_t *answer = json_pack("{s:o}", "problems", problems);
  if (json_array_size(problems) > 0)
    return answer;
  g_autoptr(json_t) entries =
      bh_device_save_drafts(device, save->author, save->drafts, &refused, &local);
  if (entries != NULL)
    return answer;
  if (refused == NULL || strcmp(refused, save->record) == 0) {
    json_decref(answer);
    g_propagate_error(error, g_steal_pointer(&local));
    return NULL;
  }
  json_object_set_new(answer, "refused", describe_refused(device, save, refused, local->code));
  return answer;
}

void bh_hazard_save_run(BhDevice *device, GTask *task, gpointer data)
{
  g_autoptr(GError) error = NULL;
  json_t *answer = run(device, data, &error);
  if (answer != NULL)
    g_task_return_pointer(task, answer, (GDestroyNotify)json_decref);
  else
    g_task_return_error(task, g_steal_pointer(&error));
}
