/* The program's life: store, owner socket, window. Pages and records are not known here. Start at
 * bh_application_activate. */
#include "app/application.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <handy.h>
#include <string.h>

#include "app/session.h"
#include "app/window.h"
#include "schema/world.h"
#include "sync/device/store/store.h"
#include "sync/owner/owner.h"

#define TAKE_OVER_S 15

struct _BhApplication {
  GtkApplication parent;
  char *dir;
  char *lang;
  char *scan_image;
  char *sound_file;
  BhOwner *owner;
  BhWorker *worker;
  BhSession *session;
  BhWindow *window; /* borrowed; NULL when the window is closed */
};

G_DEFINE_FINAL_TYPE(BhApplication, bh_application, GTK_TYPE_APPLICATION)

/* --- the owner socket --- */

typedef struct {
  BhApplication *self;
  BhOwnerCall *call;
  gboolean changes;
} SocketCall;

static void on_served(GObject *source, GAsyncResult *async, gpointer data)
{
  (void)source;
  g_autofree SocketCall *socket_call = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) result = bh_worker_call_finish(async, &error);
  if (result != NULL)
    bh_owner_reply(socket_call->call, result);
  else
    bh_owner_reply_error(socket_call->call, error);
  if (socket_call->changes && socket_call->self->session != NULL) {
    bh_session_refresh_status(socket_call->self->session);
    bh_session_note_records_changed(socket_call->self->session);
  }
  g_object_unref(socket_call->self);
}

static void on_owner_call(BhOwner *owner, const json_t *request, BhOwnerCall *call, gpointer data)
{
  (void)owner;
  BhApplication *self = data;
  const char *method = bh_json_string_or(request, "method", "");
  if (strcmp(method, "sync") == 0) {
    /* The answer does not wait for the end of the sync: the caller polls the status. */
    g_autoptr(json_t) empty = json_object();
    bh_session_sync_now(self->session);
    bh_owner_reply(call, empty);
    return;
  }
  SocketCall *socket_call = g_new0(SocketCall, 1);
  socket_call->self = g_object_ref(self);
  socket_call->call = call;
  socket_call->changes = g_str_has_prefix(method, "save") || g_str_has_prefix(method, "draft_");
  g_autoptr(json_t) copy = json_deep_copy(request);
  bh_worker_call_async(self->worker, copy, NULL, NULL, on_served, socket_call);
}

/* --- start and end --- */

static void load_style(void)
{
  g_autoptr(GtkCssProvider) provider = gtk_css_provider_new();
  gtk_css_provider_load_from_resource(provider, "/cn/bihuan/app/style.css");
  gtk_style_context_add_provider_for_screen(gdk_screen_get_default(), GTK_STYLE_PROVIDER(provider),
                                            GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

static void say_fatal(const char *text, const GError *error)
{
  g_printerr("bihuan: %s: %s\n", text, error->message);
  GtkWidget *dialog =
      gtk_message_dialog_new(NULL, 0, GTK_MESSAGE_ERROR, GTK_BUTTONS_CLOSE, "%s", text);
  gtk_message_dialog_format_secondary_text(GTK_MESSAGE_DIALOG(dialog), "%s", error->message);
  gtk_dialog_run(GTK_DIALOG(dialog));
  gtk_widget_destroy(dialog);
}

static void on_event(GdkEvent *event, gpointer data)
{
  BhApplication *self = data;
  if (self->window == NULL || bh_window_filter_event(self->window, event))
    gtk_main_do_event(event);
}

static void on_window_gone(gpointer data, GObject *window)
{
  (void)window;
  BH_APPLICATION(data)->window = NULL;
}

/* Opens the store on the thread of the worker, while the window is made on the main thread. */
static gboolean start_store(BhApplication *self)
{
  g_autoptr(GError) error = NULL;
  if (g_mkdir_with_parents(self->dir, 0700) != 0) {
    g_set_error(&error, G_FILE_ERROR, g_file_error_from_errno(errno), "%s", self->dir);
    say_fatal(_("The folder for the records cannot be made"), error);
    return FALSE;
  }
  self->owner = bh_owner_take_over(self->dir, "collector", TAKE_OVER_S, &error);
  if (self->owner == NULL) {
    say_fatal(_("Another program has the records open"), error);
    return FALSE;
  }
  self->worker = bh_worker_begin(self->dir, bh_clock_system(), bh_random_system());
  self->session = bh_session_new(self->worker, self->dir, self->lang, self->scan_image);
  bh_session_set_sound_file(self->session, self->sound_file);
  return TRUE;
}

static gboolean finish_store(BhApplication *self)
{
  g_autoptr(GError) error = NULL;
  if (!bh_worker_wait(self->worker, &error)) {
    gtk_widget_hide(GTK_WIDGET(self->window));
    say_fatal(_("The records cannot be opened"), error);
    return FALSE;
  }
  if (!bh_owner_serve(self->owner, on_owner_call, self, &error))
    g_warning("owner socket: %s", error->message);
  return TRUE;
}

static void bh_application_activate(GApplication *application)
{
  BhApplication *self = BH_APPLICATION(application);
  gboolean first = self->session == NULL;
  if (self->window != NULL) {
    gtk_window_present(GTK_WINDOW(self->window));
    return;
  }
  if (first && !start_store(self)) {
    g_application_quit(application);
    return;
  }
  self->window = bh_window_new(GTK_APPLICATION(self), self->session);
  g_object_weak_ref(G_OBJECT(self->window), on_window_gone, self);
  gtk_window_present(GTK_WINDOW(self->window));
  if (first && !finish_store(self)) {
    g_application_quit(application);
    return;
  }
  bh_window_load(self->window);
}

static void bh_application_startup(GApplication *application)
{
  G_APPLICATION_CLASS(bh_application_parent_class)->startup(application);
  hdy_init();
  load_style();
  gdk_event_handler_set(on_event, application, NULL);
}

static void on_failed(BhSession *session, const GError *error, gpointer data)
{
  (void)session;
  GError **failed = data;
  if (*failed == NULL)
    *failed = g_error_copy(error);
}

/* Stops the worker. A change may fail while the worker ends, when no window exists any more to
 * report the failure, so this function does. */
static void stop_worker(BhApplication *self)
{
  g_autoptr(GError) failed = NULL;
  if (self->session != NULL)
    g_signal_connect(self->session, "failed", G_CALLBACK(on_failed), &failed);
  /* All queued changes are on disk before the lock is released. */
  g_clear_pointer(&self->worker, bh_worker_stop);
  while (g_main_context_iteration(NULL, FALSE))
    continue;
  if (self->session != NULL)
    g_signal_handlers_disconnect_by_data(self->session, &failed);
  if (failed != NULL)
    say_fatal(_("The last input was not saved"), failed);
}

static void bh_application_shutdown(GApplication *application)
{
  BhApplication *self = BH_APPLICATION(application);
  if (self->window != NULL) {
    g_object_weak_unref(G_OBJECT(self->window), on_window_gone, self);
    gtk_widget_destroy(GTK_WIDGET(self->window));
    self->window = NULL;
  }
  if (self->session != NULL)
    bh_session_stop(self->session);
  stop_worker(self);
  g_clear_object(&self->session);
  g_clear_pointer(&self->owner, bh_owner_release);
  G_APPLICATION_CLASS(bh_application_parent_class)->shutdown(application);
}

static void bh_application_finalize(GObject *object)
{
  BhApplication *self = BH_APPLICATION(object);
  g_free(self->dir);
  g_free(self->lang);
  g_free(self->scan_image);
  g_free(self->sound_file);
  G_OBJECT_CLASS(bh_application_parent_class)->finalize(object);
}

static void bh_application_class_init(BhApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS(klass);
  application_class->activate = bh_application_activate;
  application_class->startup = bh_application_startup;
  application_class->shutdown = bh_application_shutdown;
  G_OBJECT_CLASS(klass)->finalize = bh_application_finalize;
}

static void bh_application_init(BhApplication *self)
{
  (void)self;
}

BhApplication *bh_application_new(const char *store_dir, const char *lang, const char *scan_image,
                                  const char *sound_file)
{
  /* Each store has its own window. Running programs are distinguished by owner.lock, not by a bus
   * name. */
  BhApplication *self = g_object_new(BH_TYPE_APPLICATION, "application-id", "cn.bihuan.Collector",
                                     "flags", G_APPLICATION_NON_UNIQUE, NULL);
  self->dir = g_strdup(store_dir);
  self->lang = g_strdup(lang);
  self->scan_image = g_strdup(scan_image);
  self->sound_file = g_strdup(sound_file);
  return self;
}
