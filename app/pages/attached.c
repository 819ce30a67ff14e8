/* Files of a record. Start at bh_attached_show. */
#include "app/pages/attached.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>

#include "app/forms/photos.h"
#include "app/pages/picture.h"
#include "schema/act.h"
#include "schema/media.h"

#define FILES_MAX 60 /* files of a record that its page shows */

gboolean bh_attached_is_picture(const json_t *values)
{
  return g_str_has_prefix(bh_json_string_or(values, "media_type", ""), "image/");
}

/* --- one file --- */

static const char *get_type_text(const char *media_type)
{
  return strcmp(media_type, BH_MEDIA_PDF) == 0    ? _("PDF")
         : g_str_has_prefix(media_type, "audio/") ? _("Audio note")
         : g_str_has_prefix(media_type, "video/") ? _("Video")
                                                  : _("File");
}

/* Extension by which desktops choose a program. */
static const char *get_extension(const char *media_type)
{
  static const char *const known[][2] = {
      {BH_MEDIA_PDF, "pdf"}, {BH_MEDIA_OGG, "ogg"}, {BH_MEDIA_WAV, "wav"},
      {BH_MEDIA_M4A, "m4a"}, {BH_MEDIA_MP4, "mp4"}, {BH_MEDIA_WEBM, "webm"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(known); i++)
    if (strcmp(known[i][0], media_type) == 0)
      return known[i][1];
  return "bin";
}

/* Makes a copy for the other program, so that the program cannot change the stored file. The copy
 * is in the person's runtime folder, which is emptied when the person logs out. */
static void make_copy(BhDevice *device, GTask *task, gpointer data)
{
  const json_t *values = data;
  const char *sha256 = bh_json_string_or(values, "sha256", "");
  const char *extension = get_extension(bh_json_string_or(values, "media_type", ""));
  g_autofree char *path = bh_device_dup_file_path(device, sha256);
  g_autofree char *copy =
      g_strdup_printf("%s/bihuan-%.12s.%s", g_get_user_runtime_dir(), sha256, extension);
  GError *error = NULL;
  if (path == NULL) {
    g_task_return_pointer(task, json_null(), (GDestroyNotify)json_decref);
    return;
  }
  g_autoptr(GFile) from = g_file_new_for_path(path);
  g_autoptr(GFile) to = g_file_new_for_path(copy);
  if (g_file_copy(from, to, G_FILE_COPY_OVERWRITE, NULL, NULL, NULL, &error))
    g_task_return_pointer(task, json_string(copy), (GDestroyNotify)json_decref);
  else
    g_task_return_error(task, error);
}

static void on_copy(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  if (error != NULL) {
    bh_page_say_error(page, error);
    return;
  }
  const char *path = json_string_value(result);
  if (path == NULL) {
    bh_page_say(page, _("The file is not on this device"));
    return;
  }
  g_autofree char *uri = g_filename_to_uri(path, NULL, NULL);
  if (!gtk_show_uri_on_window(GTK_WINDOW(bh_page_get_host(page)), uri, GDK_CURRENT_TIME, NULL))
    bh_page_say(page, _("No program to open files of this type is installed"));
}

static void release_json(gpointer data)
{
  json_decref(data);
}

static void on_open(GtkButton *row, BhPage *page)
{
  const json_t *values = g_object_get_data(G_OBJECT(row), "bh-values");
  bh_page_ask_run(page, "open-file", make_copy, json_deep_copy(values), release_json, on_copy, NULL,
                  NULL);
}

GtkWidget *bh_attached_row_new(BhPage *page, const json_t *values, const char *id)
{
  g_autoptr(GString) line = g_string_new(NULL);
  g_autofree char *size =
      g_format_size((guint64)MAX(0, json_integer_value(json_object_get(values, "size"))));
  gint64 taken_ms = json_integer_value(json_object_get(values, "taken_at"));
  g_autofree char *taken = taken_ms > 0 ? bh_time_format(taken_ms) : NULL;
  const char *note = bh_json_string_or(values, "note", "");
  g_string_append(line, size);
  if (taken != NULL)
    g_string_append_printf(line, " · %s", taken);
  if (*note != '\0')
    g_string_append_printf(line, " · %s", note);
  GtkWidget *row = bh_part_row(id, get_type_text(bh_json_string_or(values, "media_type", "")),
                               line->str, NULL, bh_json_string_or(values, "sha256", ""));
  g_object_set_data_full(G_OBJECT(row), "bh-values", json_deep_copy(values), release_json);
  g_signal_connect(row, "clicked", G_CALLBACK(on_open), page);
  return row;
}

/* --- the files of a record --- */

typedef struct {
  GtkWidget *box; /* weak */
} FilesRequest;

static void files_request_free(gpointer data)
{
  FilesRequest *request = data;
  g_clear_weak_pointer(&request->box);
  g_free(request);
}

/* Pictures of the files with this role, in the order in which they were recorded: the store lists
 * the newest first. */
static json_t *list_files(const json_t *rows, const char *role, gboolean pictures)
{
  json_t *files = json_array();
  for (gsize i = json_array_size(rows); i-- > 0;) {
    json_t *values = json_object_get(json_array_get(rows, i), "values");
    if (strcmp(bh_json_string_or(values, BH_ACT_FILE_ROLE, ""), role) == 0 &&
        bh_attached_is_picture(values) == pictures)
      json_array_append(files, values);
  }
  return files;
}

static void add_role(BhPage *page, GtkWidget *box, const json_t *rows, const char *role,
                     const char *label, guint *number)
{
  g_autoptr(json_t) pictures = list_files(rows, role, TRUE);
  g_autoptr(json_t) others = list_files(rows, role, FALSE);
  gsize i;
  json_t *values;
  if (json_array_size(pictures) > 0) {
    BhPhotos *photos = bh_photos_new_shown(bh_page_get_session(page), label);
    g_signal_connect_swapped(photos, "open-photo", G_CALLBACK(bh_picture_open), page);
    bh_photos_show(photos, pictures);
    gtk_container_add(GTK_CONTAINER(box), GTK_WIDGET(photos));
  } else if (json_array_size(others) > 0) {
    gtk_container_add(GTK_CONTAINER(box), bh_part_heading(label));
  }
  json_array_foreach(others, i, values) {
    g_autofree char *id = g_strdup_printf("file-%u", ++*number);
    gtk_container_add(GTK_CONTAINER(box), bh_attached_row_new(page, values, id));
  }
}

static void on_files(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  const FilesRequest *request = data;
  BhSession *session = bh_page_get_session(page);
  const BhKind *kind = bh_session_find_kind(session, BH_ACT_FILE_KIND);
  const BhField *role = kind != NULL ? bh_kind_find_field(kind, BH_ACT_FILE_ROLE) : NULL;
  const json_t *rows = json_object_get(result, "rows");
  guint number = 0;
  if (request->box == NULL || role == NULL)
    return;
  if (error != NULL) {
    bh_page_say_error(page, error);
    return;
  }
  bh_part_clear(request->box);
  for (gsize i = 0; i < bh_field_count_choices(role); i++)
    add_role(page, request->box, rows, bh_field_get_choice_code(role, i),
             bh_field_get_choice_label(role, i, bh_session_get_lang(session)), &number);
  if (json_is_string(json_object_get(result, "after"))) {
    g_autofree char *newest = g_strdup_printf(_("Only the newest %d files are shown"), FILES_MAX);
    gtk_container_add(GTK_CONTAINER(request->box), bh_part_label(newest, "dim"));
  }
  gtk_widget_set_visible(request->box, json_array_size(rows) > 0);
}

void bh_attached_show(BhPage *page, GtkWidget *box, const char *record)
{
  const char *actor = bh_session_get_actor(bh_page_get_session(page));
  if (actor == NULL)
    return;
  FilesRequest *request = g_new0(FilesRequest, 1);
  g_set_weak_pointer(&request->box, box);
  json_t *query = json_pack("{s:s, s:s, s:i, s:s, s:s}", "kind", BH_ACT_FILE_KIND, "parent", record,
                            "limit", FILES_MAX, "order", "changed", "viewer", actor);
  bh_page_ask(page, "files", bh_call_list(query), on_files, request, files_request_free);
}
