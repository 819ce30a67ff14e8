/* A file chooser with rows to tap. GTK's own needs 486 pixels in width, so that its buttons were
 * outside the screen of a handheld. This file chooses paths only and copies no files. */
#include "app/files.h"

#include <glib/gi18n.h>
#include <handy.h>

#include "app/parts.h"

#define ENTRIES_MAX 500 /* the most rows that are shown for one folder */

typedef struct {
  GtkWidget *window;
  GtkWidget *owner; /* borrowed: when it is destroyed, this window is destroyed too */
  BhFilesMode mode;
  void (*picked)(GtkWidget *owner, const char *path);
  GCancellable *cancellable; /* stops reading the folder */
  char *folder;
  GtkWidget *path;
  GtkWidget *rows;
} Files;

static void files_free(gpointer data)
{
  Files *files = data;
  g_cancellable_cancel(files->cancellable);
  g_clear_object(&files->cancellable);
  g_free(files->folder);
  g_free(files);
}

static void pick(Files *files, const char *path)
{
  g_autofree char *chosen = g_strdup(path);
  GtkWidget *owner = files->owner;
  void (*picked)(GtkWidget *, const char *) = files->picked;
  gtk_widget_destroy(files->window);
  picked(owner, chosen);
}

/* --- reading a folder --- */

typedef struct {
  char *name;
  char *key; /* collation key in the order of the language */
  gboolean folder;
} Entry;

static void entry_free(gpointer data)
{
  Entry *entry = data;
  g_free(entry->name);
  g_free(entry->key);
  g_free(entry);
}

static int compare(gconstpointer a, gconstpointer b)
{
  const Entry *x = *(Entry *const *)a;
  const Entry *y = *(Entry *const *)b;
  return x->folder != y->folder ? y->folder - x->folder : g_strcmp0(x->key, y->key);
}

static gboolean is_chosen_type(const char *type, BhFilesMode mode)
{
  static const char *const pictures[] = {"image/jpeg", "image/png", NULL};
  static const char *const others[] = {"application/pdf",  "audio/ogg",   "audio/x-vorbis+ogg",
                                       "audio/x-opus+ogg", "audio/x-wav", "audio/mp4",
                                       "video/mp4",        "video/webm",  NULL};
  const char *const *types = mode == BH_FILES_PICTURE ? pictures : others;
  for (gsize i = 0; type != NULL && mode != BH_FILES_FOLDER && types[i] != NULL; i++)
    if (g_content_type_is_mime_type(type, types[i]) || g_content_type_is_a(type, types[i]))
      return TRUE;
  return FALSE;
}

static void add_entry(GPtrArray *entries, GFileInfo *info, BhFilesMode mode)
{
  gboolean folder = g_file_info_get_file_type(info) == G_FILE_TYPE_DIRECTORY;
  gboolean wanted = folder || is_chosen_type(g_file_info_get_content_type(info), mode);
  if (g_file_info_get_is_hidden(info) || !wanted)
    return;
  Entry *entry = g_new0(Entry, 1);
  entry->name = g_strdup(g_file_info_get_name(info));
  entry->key = g_utf8_collate_key_for_filename(g_file_info_get_display_name(info), -1);
  entry->folder = folder;
  g_ptr_array_add(entries, entry);
}

typedef struct {
  char *folder;
  BhFilesMode mode;
} FolderRequest;

static void folder_request_free(gpointer data)
{
  FolderRequest *request = data;
  g_free(request->folder);
  g_free(request);
}

static void read_folder(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  (void)source;
  const FolderRequest *request = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func(entry_free);
  g_autoptr(GFile) folder = g_file_new_for_path(request->folder);
  g_autoptr(GFileEnumerator) found =
      g_file_enumerate_children(folder, "standard::*", G_FILE_QUERY_INFO_NONE, cancellable, &error);
  GFileInfo *info = NULL;
  while (found != NULL && g_file_enumerator_iterate(found, &info, NULL, cancellable, &error) &&
         info != NULL)
    add_entry(entries, info, request->mode);
  g_ptr_array_sort(entries, compare);
  if (error != NULL)
    g_task_return_error(task, g_steal_pointer(&error));
  else
    g_task_return_pointer(task, g_steal_pointer(&entries), (GDestroyNotify)g_ptr_array_unref);
}

/* --- rows --- */

static void open_folder(Files *files, const char *folder);

static void on_row(GtkButton *row, Files *files)
{
  const char *path = bh_part_get_record(GTK_WIDGET(row));
  if (g_file_test(path, G_FILE_TEST_IS_DIR))
    open_folder(files, path);
  else
    pick(files, path);
}

static void add_row(Files *files, const char *id, const char *title, const char *badge,
                    const char *path)
{
  GtkWidget *row = bh_part_row(id, title, NULL, badge, path);
  g_signal_connect(row, "clicked", G_CALLBACK(on_row), files);
  gtk_container_add(GTK_CONTAINER(files->rows), row);
}

/* Rows for the user's home folder, memory cards and USB sticks. */
static void add_places(Files *files)
{
  add_row(files, "place-home", _("Own folder"), NULL, g_get_home_dir());
  g_autoptr(GVolumeMonitor) monitor = g_volume_monitor_get();
  g_autolist(GMount) mounts = g_volume_monitor_get_mounts(monitor);
  guint number = 0;
  for (GList *l = mounts; l != NULL; l = l->next) {
    g_autoptr(GFile) root = g_mount_get_root(l->data);
    g_autofree char *path = g_file_get_path(root);
    g_autofree char *name = g_mount_get_name(l->data);
    g_autofree char *id = g_strdup_printf("place-%u", ++number);
    if (path != NULL)
      add_row(files, id, name, _("Card or stick"), path);
  }
}

static void add_entries(Files *files, const GPtrArray *entries)
{
  for (guint i = 0; i < MIN(entries->len, ENTRIES_MAX); i++) {
    const Entry *entry = g_ptr_array_index(entries, i);
    g_autofree char *path = g_build_filename(files->folder, entry->name, NULL);
    g_autofree char *title = g_filename_display_name(entry->name);
    g_autofree char *id = g_strdup_printf("entry-%u", i + 1);
    add_row(files, id, title, entry->folder ? _("Folder") : NULL, path);
  }
  if (entries->len == 0)
    gtk_container_add(GTK_CONTAINER(files->rows), bh_part_label(_("Nothing here yet"), "dim"));
  if (entries->len > ENTRIES_MAX)
    gtk_container_add(GTK_CONTAINER(files->rows),
                      bh_part_label(_("Only the first 500 are shown"), "dim"));
}

static void on_read(GObject *source, GAsyncResult *result, gpointer data)
{
  (void)data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) entries = g_task_propagate_pointer(G_TASK(result), &error);
  Files *files = g_object_get_data(source, "bh-files");
  if (files == NULL || g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (entries != NULL)
    add_entries(files, entries);
  else
    gtk_container_add(GTK_CONTAINER(files->rows),
                      bh_part_notice("files_problem", error->message, "error"));
}

static void open_folder(Files *files, const char *folder)
{
  g_autofree char *old = files->folder;
  files->folder = g_strdup(folder);
  g_cancellable_cancel(files->cancellable);
  g_clear_object(&files->cancellable);
  files->cancellable = g_cancellable_new();
  g_autofree char *shown = g_filename_display_name(files->folder);
  gtk_label_set_text(GTK_LABEL(files->path), shown);
  bh_part_clear(files->rows);
  g_autofree char *parent = g_path_get_dirname(files->folder);
  add_places(files);
  if (g_strcmp0(parent, files->folder) != 0)
    add_row(files, "up", _("Folder above"), NULL, parent);
  FolderRequest *request = g_new0(FolderRequest, 1);
  request->folder = g_strdup(files->folder);
  request->mode = files->mode;
  g_autoptr(GTask) task = g_task_new(files->window, files->cancellable, on_read, NULL);
  g_task_set_task_data(task, request, folder_request_free);
  g_task_run_in_thread(task, read_folder);
}

/* --- the window --- */

static void on_accept(Files *files)
{
  pick(files, files->folder);
}

static gboolean on_key(GtkWidget *window, GdkEventKey *event, gpointer data)
{
  (void)data;
  if (event->keyval != GDK_KEY_Escape)
    return GDK_EVENT_PROPAGATE;
  gtk_widget_destroy(window);
  return GDK_EVENT_STOP;
}

static GtkWidget *make_header(Files *files, const char *title)
{
  GtkWidget *header = hdy_header_bar_new();
  hdy_header_bar_set_title(HDY_HEADER_BAR(header), title);
  GtkWidget *back = bh_part_icon_button("files_back", "go-previous-symbolic", _("Back"));
  g_signal_connect_swapped(back, "clicked", G_CALLBACK(gtk_widget_destroy), files->window);
  hdy_header_bar_pack_start(HDY_HEADER_BAR(header), back);
  return header;
}

static GtkWidget *make_content(Files *files, const char *title, const char *accept)
{
  GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
  gtk_container_add(GTK_CONTAINER(box), make_header(files, title));
  GtkWidget *scrolled = gtk_scrolled_window_new(NULL, NULL);
  gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scrolled), GTK_POLICY_NEVER,
                                 GTK_POLICY_AUTOMATIC);
  gtk_widget_set_vexpand(scrolled, TRUE);
  GtkWidget *page = gtk_box_new(GTK_ORIENTATION_VERTICAL, 8);
  bh_part_add_class(page, "page");
  files->path = bh_part_label("", "dim");
  bh_part_identify(files->path, "files_path", NULL);
  files->rows = gtk_box_new(GTK_ORIENTATION_VERTICAL, 8);
  gtk_container_add(GTK_CONTAINER(page), files->path);
  gtk_container_add(GTK_CONTAINER(page), files->rows);
  gtk_container_add(GTK_CONTAINER(scrolled), page);
  gtk_container_add(GTK_CONTAINER(box), scrolled);
  if (files->mode == BH_FILES_FOLDER) {
    GtkWidget *bar = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    bh_part_add_class(bar, "bar");
    GtkWidget *button = bh_part_button("files_accept", accept, "suggested-action");
    g_signal_connect_swapped(button, "clicked", G_CALLBACK(on_accept), files);
    gtk_container_add(GTK_CONTAINER(bar), button);
    gtk_container_add(GTK_CONTAINER(box), bar);
  }
  gtk_widget_show_all(box);
  return box;
}

void bh_files_choose(GtkWidget *owner, BhFilesMode mode, const char *title, const char *accept,
                     void (*picked)(GtkWidget *owner, const char *path))
{
  GtkWidget *top = gtk_widget_get_toplevel(owner);
  int width = 0, height = 0;
  gtk_window_get_size(GTK_WINDOW(top), &width, &height);
  Files *files = g_new0(Files, 1);
  files->window = hdy_window_new();
  files->owner = owner;
  files->mode = mode;
  files->picked = picked;
  g_object_set_data_full(G_OBJECT(files->window), "bh-files", files, files_free);
  gtk_window_set_title(GTK_WINDOW(files->window), title);
  gtk_window_set_transient_for(GTK_WINDOW(files->window), GTK_WINDOW(top));
  gtk_window_set_modal(GTK_WINDOW(files->window), TRUE);
  gtk_window_set_default_size(GTK_WINDOW(files->window), width, height);
  bh_part_set_class(files->window, "dark",
                    gtk_style_context_has_class(gtk_widget_get_style_context(top), "dark"));
  gtk_container_add(GTK_CONTAINER(files->window), make_content(files, title, accept));
  g_signal_connect(files->window, "key-press-event", G_CALLBACK(on_key), NULL);
  g_signal_connect_object(owner, "destroy", G_CALLBACK(gtk_widget_destroy), files->window,
                          G_CONNECT_SWAPPED);
  open_folder(files, g_get_home_dir());
  gtk_window_present(GTK_WINDOW(files->window));
}
