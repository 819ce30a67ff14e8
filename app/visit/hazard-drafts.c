/* Finds, adds and removes the drafts of a hazard's pictures in the JSON of the hazard page. Stores
 * nothing: hazard.c does. */
#include "app/visit/hazard-drafts.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/forms/photos.h"

/* Index in "file_drafts" of the picture's draft `id`; the number of all drafts when `id` is not
 * among them. */
static gsize find_draft(const json_t *hazard, const char *id)
{
  const json_t *ids = json_object_get(hazard, "file_drafts");
  gsize i = 0;
  while (i < json_array_size(ids) && strcmp(json_string_value(json_array_get(ids, i)), id) != 0)
    i++;
  return i;
}

/* Index in "files" of the picture that has the index `draft` in "file_drafts": the last files are
 * those of the drafts, in the same order. */
static gsize get_file_index(const json_t *hazard, gsize draft)
{
  return json_array_size(json_object_get(hazard, "files")) -
         json_array_size(json_object_get(hazard, "file_drafts")) + draft;
}

json_t *bh_hazard_drafts_get_photo(const json_t *hazard, const char *id)
{
  return json_array_get(json_object_get(hazard, "files"),
                        get_file_index(hazard, find_draft(hazard, id)));
}

void bh_hazard_drafts_add_photo(json_t *hazard, const char *id, json_t *values)
{
  json_array_append(json_object_get(hazard, "files"), values);
  json_array_append_new(json_object_get(hazard, "file_drafts"), json_string(id));
}

void bh_hazard_drafts_remove_photo(json_t *hazard, const char *id)
{
  gsize draft = find_draft(hazard, id);
  if (draft >= json_array_size(json_object_get(hazard, "file_drafts")))
    return;
  json_array_remove(json_object_get(hazard, "files"), get_file_index(hazard, draft));
  json_array_remove(json_object_get(hazard, "file_drafts"), draft);
}

char *bh_hazard_drafts_dup_photo_name(const json_t *hazard, const char *id)
{
  const json_t *files = json_object_get(hazard, "files");
  gsize file_index = get_file_index(hazard, find_draft(hazard, id));
  const char *note = bh_json_string_or(json_array_get(files, file_index), "note", "");
  guint number = bh_photos_get_number(files, file_index);
  g_autofree char *name = number > 0 ? g_strdup_printf(_("Photo %u"), number)
                                     : g_strdup(_("A photo that cannot be shown"));
  return *note != '\0' ? g_strdup_printf(_("%s (%s)"), name, note) : g_steal_pointer(&name);
}

json_t *bh_hazard_drafts_dup_photos(const json_t *hazard)
{
  json_t *found = json_object();
  const json_t *ids = json_object_get(hazard, "file_drafts");
  const json_t *files = json_object_get(hazard, "files");
  gsize i;
  json_t *id;
  json_array_foreach(ids, i, id) {
    json_object_set(found, json_string_value(id), json_array_get(files, get_file_index(hazard, i)));
  }
  return found;
}

json_t *bh_hazard_drafts_list(const json_t *hazard, const char *record, const json_t *also)
{
  json_t *drafts = json_array();
  gsize i;
  json_t *id;
  if (record != NULL && json_object_size(json_object_get(hazard, "changed")) > 0)
    json_array_append_new(drafts, json_pack("{s:s, s:O}", "record", record, "also", also));
  json_array_foreach(json_object_get(hazard, "file_drafts"), i, id) {
    json_array_append_new(drafts, json_pack("{s:O}", "record", id));
  }
  return drafts;
}
