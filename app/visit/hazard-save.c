/* Checks a hazard and saves its drafts in one transaction. The page (pages/hazard.c) decides what
 * is saved. Start at bh_hazard_save_run. */
#include "app/visit/hazard-save.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/session.h"

struct _BhHazardSave {
  char *author;
  char *record;
  json_t *set; /* `set` and `drafts` are copies, so that no JSON value is shared between threads */
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

/* Why the store refused the draft of the picture `photo`, as an array of problems: that the file is
 * not on this device, else the problems that the checks of the kind find, else the text of the
 * error `refusal`. */
static json_t *list_photo_problems(BhDevice *device, const BhHazardSave *save, const char *photo,
                                   const GError *refusal)
{
  g_autoptr(json_t) draft = bh_device_draft_get(device, save->author, photo, NULL);
  const json_t *values = json_object_get(draft, "values");
  g_autofree char *path = bh_device_dup_file_path(device, bh_json_string_or(values, "sha256", ""));
  g_autoptr(json_t) problems =
      path != NULL
          ? bh_device_check(device, save->author, photo, bh_json_string_or(draft, "kind", ""),
                            json_object_get(draft, "changed"), NULL)
          : NULL;
  if (json_array_size(problems) == 0) {
    const char *text = path == NULL ? _("This picture is not on this device")
                                    : bh_error_text((BhErrorCode)refusal->code);
    json_decref(problems);
    problems = json_pack("[{s:s, s:s}]", "zh", text, "en", text);
  }
  gsize i;
  json_t *problem;
  json_array_foreach(problems, i, problem) {
    json_object_set_new(problem, "record", json_string(photo));
  }
  return g_steal_pointer(&problems);
}

static json_t *run(BhDevice *device, const BhHazardSave *save, GError **error)
{
  g_autoptr(GError) local = NULL;
  g_autofree char *refused = NULL;
  g_autoptr(json_t) problems =
      save->set != NULL
          ? bh_device_check(device, save->author, save->record, "hazard", save->set, error)
          : json_array();
  if (problems == NULL || json_array_size(problems) > 0)
    return g_steal_pointer(&problems);
  g_autoptr(json_t) entries =
      bh_device_save_drafts(device, save->author, save->drafts, &refused, &local);
  if (entries != NULL)
    return g_steal_pointer(&problems);
  if (refused != NULL && strcmp(refused, save->record) != 0)
    return list_photo_problems(device, save, refused, local);
  g_propagate_error(error, g_steal_pointer(&local));
  return NULL;
}

void bh_hazard_save_run(BhDevice *device, GTask *task, gpointer save)
{
  g_autoptr(GError) error = NULL;
  json_t *problems = run(device, save, &error);
  if (problems != NULL)
    g_task_return_pointer(task, problems, (GDestroyNotify)json_decref);
  else
    g_task_return_error(task, g_steal_pointer(&error));
}
