/* The files of an act: a strip of pictures and rows of other files. A new file is shown at once and
 * removed again when the store refuses it. Start at bh_act_files_add. */
#include "app/pages/act-files.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>

#include "app/files.h"
#include "app/forms/photos.h"
#include "app/pages/attached.h"
#include "app/pages/audio.h"
#include "app/pages/photo.h"
#include "app/pages/picture.h"
#include "schema/act.h"

/* One element of "files"; owned by its box. */
typedef struct {
  BhPage *page; /* borrowed: the box is a child of the page */
  const BhActFilesPage *functions;
  char *record;
  char *role;
  char *name;       /* of the files, for titles */
  json_t *media;    /* NULL: any type */
  json_t *pictures; /* values of file records */
  json_t *others;
  BhPhotos *photos; /* NULL: no pictures */
  GtkWidget *rows;
} Strip;

static void strip_free(gpointer data)
{
  Strip *strip = data;
  g_free(strip->record);
  g_free(strip->role);
  g_free(strip->name);
  json_decref(strip->media);
  json_decref(strip->pictures);
  json_decref(strip->others);
  g_free(strip);
}

static gboolean allows(const Strip *strip, const char *medium)
{
  gsize i;
  json_t *element;
  if (strip->media == NULL)
    return strcmp(medium, "image") == 0 || !g_str_has_suffix(strip->role, "photo");
  json_array_foreach(strip->media, i, element) {
    if (g_strcmp0(json_string_value(element), medium) == 0)
      return TRUE;
  }
  return FALSE;
}

/* The word of "media" for a media type. */
static const char *get_medium(const char *media_type)
{
  return g_str_has_prefix(media_type, "image/")   ? "image"
         : g_str_has_prefix(media_type, "audio/") ? "audio"
         : g_str_has_prefix(media_type, "video/") ? "video"
                                                  : "pdf";
}

static void show_others(Strip *strip)
{
  gsize i;
  json_t *values;
  bh_part_clear(strip->rows);
  json_array_foreach(strip->others, i, values) {
    g_autofree char *id = g_strdup_printf("file-%s-%u", strip->role, (guint)i + 1);
    gtk_container_add(GTK_CONTAINER(strip->rows), bh_attached_row_new(strip->page, values, id));
  }
}

static void show(Strip *strip)
{
  if (strip->photos != NULL)
    bh_photos_show(strip->photos, strip->pictures);
  show_others(strip);
}

/* --- saving --- */

/* A file record that is being saved. */
typedef struct {
  Strip *strip; /* borrowed: lives as long as the page that gets the reply */
  json_t *values;
} FileSave;

static void file_save_free(gpointer data)
{
  FileSave *save = data;
  json_decref(save->values);
  g_free(save);
}

static void remove_from(json_t *files, const json_t *values)
{
  for (gsize i = 0; i < json_array_size(files); i++) {
    if (json_array_get(files, i) == values) {
      json_array_remove(files, i);
      return;
    }
  }
}

static void on_saved(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)result;
  const FileSave *save = data;
  if (error == NULL)
    return;
  remove_from(save->strip->pictures, save->values);
  remove_from(save->strip->others, save->values);
  show(save->strip);
  bh_page_say_error(page, error);
}

/* Saves the record of a file that the store has. */
static void save_file(Strip *strip, const json_t *file)
{
  json_t *values = json_copy((json_t *)file);
  json_object_set_new(values, "parent", json_string(strip->record));
  json_object_set_new(values, BH_ACT_FILE_ROLE, json_string(strip->role));
  gboolean is_picture = bh_attached_is_picture(values) && strip->photos != NULL;
  json_array_append(is_picture ? strip->pictures : strip->others, values);
  show(strip);
  FileSave *save = g_new0(FileSave, 1);
  save->strip = strip;
  save->values = values;
  BhCall *call = strip->functions->make_call(strip->page, json_incref(values));
  bh_page_post(strip->page, call, on_saved, save, file_save_free);
}

/* --- a file from outside --- */

/* A file that is being copied into the store. */
typedef struct {
  Strip *strip; /* borrowed, as above */
  json_t *more; /* further values of its record */
  char *path;
  gboolean is_own; /* the file was made for this, and is removed afterwards */
} FileAdd;

static void file_add_free(gpointer data)
{
  FileAdd *add = data;
  json_decref(add->more);
  g_free(add->path);
  g_free(add);
}

static void on_added(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  const FileAdd *add = data;
  Strip *strip = add->strip;
  strip->functions->set_busy(page, FALSE);
  if (error != NULL) {
    bh_page_say_error(page, error);
    return;
  }
  if (add->is_own)
    g_unlink(add->path);
  if (!allows(strip, get_medium(bh_json_string_or(result, "media_type", "")))) {
    g_autofree char *text = g_strdup_printf(_("%s: files of this type are not taken"), strip->name);
    bh_page_say(page, text);
    return;
  }
  g_autoptr(json_t) values = json_copy(result);
  json_object_update(values, add->more);
  save_file(strip, values);
}

static void add_file(Strip *strip, const char *path, json_t *more, gboolean is_own)
{
  FileAdd *add = g_new0(FileAdd, 1);
  add->strip = strip;
  add->more = more;
  add->path = g_strdup(path);
  add->is_own = is_own;
  strip->functions->set_busy(strip->page, TRUE);
  bh_page_post(strip->page, bh_call_add_file(path), on_added, add, file_add_free);
}

static void on_chosen(GtkWidget *box, const char *path)
{
  add_file(g_object_get_data(G_OBJECT(box), "bh-strip"), path,
           json_pack("{s:s}", "source", "import"), FALSE);
}

static void on_choose(GtkWidget *box)
{
  bh_files_choose(box, BH_FILES_DOCUMENT, _("Choose file"), NULL, on_chosen);
}

static void on_recorded(BhAudioPage *audio, const char *path, gint64 ms, GtkWidget *box)
{
  (void)audio;
  Strip *strip = g_object_get_data(G_OBJECT(box), "bh-strip");
  gint64 now_ms = bh_session_now_ms(bh_page_get_session(strip->page));
  add_file(strip, path, json_pack("{s:I}", "taken_at", (json_int_t)(now_ms - ms)), TRUE);
}

static void on_add_audio(GtkWidget *box)
{
  Strip *strip = g_object_get_data(G_OBJECT(box), "bh-strip");
  BhPage *audio = bh_audio_page_new(strip->name);
  g_signal_connect_object(audio, "recorded", G_CALLBACK(on_recorded), box, 0);
  bh_page_open(strip->page, audio);
}

/* --- pictures --- */

static void on_photo_stored(BhPhotoPage *photo, json_t *file, GtkWidget *box)
{
  (void)photo;
  save_file(g_object_get_data(G_OBJECT(box), "bh-strip"), file);
}

static void on_add_photo(GtkWidget *box)
{
  Strip *strip = g_object_get_data(G_OBJECT(box), "bh-strip");
  BhPage *photo = bh_photo_page_new(strip->name);
  g_signal_connect_object(photo, "stored", G_CALLBACK(on_photo_stored), box, 0);
  bh_page_open(strip->page, photo);
}

/* --- the strip --- */

static void split_files(Strip *strip, const json_t *files)
{
  gsize i;
  json_t *values;
  json_array_foreach((json_t *)files, i, values) {
    g_autoptr(json_t) copy = json_deep_copy(values);
    gboolean is_picture = bh_attached_is_picture(values) && strip->photos != NULL;
    json_array_append(is_picture ? strip->pictures : strip->others, copy);
  }
}

static void add_button(Strip *strip, GtkWidget *box, const char *what, const char *text,
                       void (*func)(GtkWidget *box))
{
  g_autofree char *id = g_strdup_printf("%s-%s", what, strip->role);
  GtkWidget *button = bh_part_button(id, text, NULL);
  g_signal_connect_swapped(button, "clicked", G_CALLBACK(func), box);
  gtk_container_add(GTK_CONTAINER(box), button);
}

void bh_act_files_add(BhPage *page, GtkWidget *box, const json_t *json, const char *record,
                      const BhActFilesPage *functions)
{
  BhSession *session = bh_page_get_session(page);
  const char *role = bh_json_string_or(json, "role", "");
  const json_t *label = json_object_get(json, "label");
  int at_least = (int)json_integer_value(json_object_get(json, "at_least"));
  Strip *strip = g_new0(Strip, 1);
  strip->page = page;
  strip->functions = functions;
  strip->record = g_strdup(record);
  strip->role = g_strdup(role);
  strip->name = g_strdup(bh_json_string_or(label, bh_session_get_lang(session), role));
  strip->media = json_deep_copy(json_object_get(json, "media"));
  strip->pictures = json_array();
  strip->others = json_array();
  g_autofree char *heading = at_least > 1
                                 ? g_strdup_printf(_("%s (at least %d)"), strip->name, at_least)
                                 : g_strdup(strip->name);
  GtkWidget *own = gtk_box_new(GTK_ORIENTATION_VERTICAL, 8);
  g_object_set_data_full(G_OBJECT(own), "bh-strip", strip, strip_free);
  strip->rows = gtk_box_new(GTK_ORIENTATION_VERTICAL, 8);
  if (allows(strip, "image")) {
    strip->photos = bh_photos_new(session, heading);
    g_signal_connect_swapped(strip->photos, "add-photo", G_CALLBACK(on_add_photo), own);
    g_signal_connect_swapped(strip->photos, "open-photo", G_CALLBACK(bh_picture_open), page);
    gtk_container_add(GTK_CONTAINER(own), GTK_WIDGET(strip->photos));
  } else {
    gtk_container_add(GTK_CONTAINER(own), bh_part_heading(heading));
  }
  gtk_container_add(GTK_CONTAINER(own), strip->rows);
  if (allows(strip, "audio"))
    add_button(strip, own, "add-audio", _("Record an audio note"), on_add_audio);
  if (allows(strip, "pdf") || allows(strip, "video") || allows(strip, "audio"))
    add_button(strip, own, "add-file", _("Attach a file"), on_choose);
  split_files(strip, json_object_get(json, "files"));
  gtk_widget_show(strip->rows);
  gtk_widget_show(own);
  gtk_container_add(GTK_CONTAINER(box), own);
  show(strip);
}
