/* The window: stack of pages, toast, failure notice, idle lock. Implements BhPageHost. Start at
 * host_open. */
#include "app/window.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/idle.h"
#include "app/input.h"
#include "app/pages/enrol.h"
#include "app/pages/home.h"
#include "app/pages/queue.h"
#include "app/pages/sign-in.h"

#define TOAST_MIN_S 3
#define TOAST_CHARACTERS_PER_S 8
#define IDLE_CHECK_S 5
#define WIDE_PX 600
#define SCAN_SHOWN_CHARACTERS 32

struct _BhWindow {
  HdyApplicationWindow parent;
  BhSession *session;
  GPtrArray *pages; /* BhPage*, the first page first; borrowed from the stack widget */
  HdyHeaderBar *header;
  GtkWidget *back;
  GtkWidget *title;
  GtkWidget *who;
  GtkWidget *user;
  GtkWidget *avatar;
  GtkWidget *queue;
  GtkWidget *queue_label;
  GtkStack *stack;
  GtkOverlay *overlay;
  GtkWidget *failure; /* notice of a failed change; stays until it is acknowledged */
  GtkWidget *failure_text;
  GtkWidget *failure_seen;
  gboolean closing; /* the window was told to close and waits until the pending changes are saved */
  /* Has no GdkWindow of its own, so that a tap on its text reaches the page below. */
  GtkWidget *toast;
  GtkWidget *toast_text;
  GtkWidget *toast_button;
  void (*undo)(gpointer data);
  gpointer undo_data;
  GDestroyNotify undo_free;
  guint toast_source;
  guint settle_source; /* id of the idle source that ends a page change; 0: no toast belongs to a
                          page change */
  guint idle_source;
  BhIdle idle;
  GtkCssProvider *text_size;
  BhInput *input;
  int height_px; /* height of the window at the last configure event */
};

static void implement_host(BhPageHostInterface *host);

G_DEFINE_FINAL_TYPE_WITH_CODE(BhWindow, bh_window, HDY_TYPE_APPLICATION_WINDOW,
                              G_IMPLEMENT_INTERFACE(BH_TYPE_PAGE_HOST, implement_host))

static void drop_undo(BhWindow *self)
{
  if (self->undo_free != NULL)
    self->undo_free(self->undo_data);
  self->undo = NULL;
  self->undo_data = NULL;
  self->undo_free = NULL;
}

static BhPage *top(BhWindow *self)
{
  return self->pages->len > 0 ? g_ptr_array_index(self->pages, self->pages->len - 1) : NULL;
}

static void bh_window_dispose(GObject *object)
{
  BhWindow *self = BH_WINDOW(object);
  if (self->session != NULL && top(self) != NULL)
    bh_page_leave(top(self));
  g_clear_handle_id(&self->toast_source, g_source_remove);
  g_clear_handle_id(&self->settle_source, g_source_remove);
  g_clear_handle_id(&self->idle_source, g_source_remove);
  drop_undo(self);
  if (self->session != NULL)
    g_signal_handlers_disconnect_by_data(self->session, self);
  if (self->pages != NULL)
    g_ptr_array_set_size(self->pages, 0);
  g_clear_object(&self->session);
  g_clear_object(&self->text_size);
  g_clear_pointer(&self->input, bh_input_free);
  G_OBJECT_CLASS(bh_window_parent_class)->dispose(object);
}

static void bh_window_finalize(GObject *object)
{
  g_ptr_array_unref(BH_WINDOW(object)->pages);
  G_OBJECT_CLASS(bh_window_parent_class)->finalize(object);
}

static void host_update_title(BhPageHost *host)
{
  BhWindow *self = BH_WINDOW(host);
  BhPage *page = top(self);
  const char *title = page != NULL ? bh_page_get_title(page) : _("Bihuan");
  gtk_label_set_text(GTK_LABEL(self->title), title);
  const char *name = bh_session_get_actor_name(self->session);
  gboolean signed_in = bh_session_get_actor(self->session) != NULL;
  gtk_label_set_text(GTK_LABEL(self->who), name);
  atk_object_set_name(gtk_widget_get_accessible(self->who), name);
  gtk_widget_set_visible(self->who, signed_in);
  gtk_widget_set_visible(self->user, signed_in);
  gtk_widget_set_visible(self->back, self->pages->len > 1);
  hdy_avatar_set_text(HDY_AVATAR(self->avatar), name);
}

static void update_queue(BhWindow *self)
{
  gint64 unsent = bh_session_count_unsent(self->session);
  const char *state = bh_json_string_or(bh_session_get_status(self->session), "state", "");
  g_autofree char *text = NULL;
  if (unsent == 0)
    text = g_strdup(_("All sent"));
  else if (strcmp(state, "working") == 0)
    text = g_strdup_printf(_("Sending\n%d"), (int)unsent);
  else
    text = g_strdup_printf(_("Unsent\n%d"), (int)unsent);
  gtk_label_set_text(GTK_LABEL(self->queue_label), text);
  g_autofree char *name = g_strdelimit(g_strdup(text), "\n", ' ');
  atk_object_set_name(gtk_widget_get_accessible(self->queue), name);
  bh_part_set_class(self->queue, "unsent", unsent > 0);
  gtk_widget_set_visible(self->queue, bh_session_get_kinds(self->session) != NULL);
}

static void hide_toast(BhWindow *self)
{
  g_clear_handle_id(&self->toast_source, g_source_remove);
  gtk_widget_hide(self->toast);
  drop_undo(self);
}

/* Places the toast above the buttons of the page, so that it covers neither them nor the top. */
static void place_toast(BhWindow *self)
{
  GtkWidget *bar = top(self) != NULL ? bh_part_find_class(GTK_WIDGET(top(self)), "bar") : NULL;
  int height = 0;
  if (bar != NULL)
    gtk_widget_get_preferred_height(bar, NULL, &height);
  gtk_widget_set_margin_bottom(self->toast, height);
}

static void show_top(BhWindow *self)
{
  BhPage *page = top(self);
  if (page != NULL)
    gtk_stack_set_visible_child(self->stack, GTK_WIDGET(page));
  bh_input_change_view(self->input);
  bh_page_host_update_title(BH_PAGE_HOST(self));
  if (self->settle_source == 0)
    hide_toast(self);
}

static int lock_minutes(BhWindow *self)
{
  return bh_session_get_settings(self->session)->lock_minutes;
}

/* Counts a page change as a touch of the window. An idle time that is over already is not reset,
 * because it may be an answer of the store that opens a page after a long suspend. */
static void note_own_step(BhWindow *self)
{
  if (bh_session_get_actor(self->session) == NULL ||
      !bh_idle_is_over(&self->idle, lock_minutes(self)))
    bh_idle_touch(&self->idle, lock_minutes(self));
}

static void host_open(BhPageHost *host, BhPage *page)
{
  BhWindow *self = BH_WINDOW(host);
  note_own_step(self);
  if (top(self) != NULL)
    bh_page_leave(top(self));
  gtk_container_add(GTK_CONTAINER(self->stack), GTK_WIDGET(page));
  g_ptr_array_add(self->pages, page);
  bh_page_attach(page, BH_PAGE_HOST(self), self->session);
  show_top(self);
  bh_page_load(page);
}

static void drop_from(BhWindow *self, guint index)
{
  while (self->pages->len > index) {
    BhPage *page = top(self);
    bh_page_leave(page);
    g_ptr_array_set_size(self->pages, self->pages->len - 1);
    gtk_widget_destroy(GTK_WIDGET(page));
  }
}

static void host_close(BhPageHost *host, BhPage *page)
{
  BhWindow *self = BH_WINDOW(host);
  guint index = 0;
  if (!g_ptr_array_find(self->pages, page, &index) || index == 0)
    return;
  gtk_stack_set_visible_child(self->stack, g_ptr_array_index(self->pages, index - 1));
  drop_from(self, index);
  show_top(self);
  bh_page_refresh(top(self));
}

static void host_replace(BhPageHost *host, BhPage *old, BhPage *page)
{
  BhWindow *self = BH_WINDOW(host);
  guint index = 0;
  if (!g_ptr_array_find(self->pages, old, &index)) {
    g_object_ref_sink(page);
    g_object_unref(page);
    return;
  }
  bh_page_host_open(BH_PAGE_HOST(self), page);
  while (self->pages->len > index + 1) {
    BhPage *closed = g_ptr_array_index(self->pages, index);
    if (closed == page)
      break;
    bh_page_leave(closed);
    g_ptr_array_remove_index(self->pages, index);
    gtk_widget_destroy(GTK_WIDGET(closed));
  }
  bh_page_host_update_title(BH_PAGE_HOST(self));
}

static void host_go_home(BhPageHost *host)
{
  BhWindow *self = BH_WINDOW(host);
  if (self->pages->len > 1)
    bh_page_host_close(BH_PAGE_HOST(self), g_ptr_array_index(self->pages, 1));
}

void bh_window_lock(BhWindow *self)
{
  drop_from(self, 0);
  hide_toast(self);
  if (bh_session_get_actor(self->session) != NULL)
    bh_session_set_actor(self->session, NULL, NULL);
  bh_page_host_open(BH_PAGE_HOST(self), bh_sign_in_page_new());
}

static gboolean on_toast_over(gpointer data)
{
  BhWindow *self = data;
  self->toast_source = 0;
  hide_toast(self);
  return G_SOURCE_REMOVE;
}

/* Places the toast again, because the new page has its final size now. */
static gboolean on_step_settled(gpointer data)
{
  BhWindow *self = data;
  self->settle_source = 0;
  place_toast(self);
  return G_SOURCE_REMOVE;
}

static void host_say_undo(BhPageHost *host, const char *text, const char *button,
                          void (*func)(gpointer data), gpointer data, GDestroyNotify data_free)
{
  BhWindow *self = BH_WINDOW(host);
  hide_toast(self);
  self->undo = func;
  self->undo_data = data;
  self->undo_free = data_free;
  gtk_label_set_text(GTK_LABEL(self->toast_text), text);
  gtk_widget_set_visible(self->toast_button, button != NULL);
  if (button != NULL) {
    gtk_button_set_label(GTK_BUTTON(self->toast_button), button);
    atk_object_set_name(gtk_widget_get_accessible(self->toast_button), button);
  }
  place_toast(self);
  gtk_widget_show(self->toast);
  guint seconds = TOAST_MIN_S + (guint)g_utf8_strlen(text, -1) / TOAST_CHARACTERS_PER_S;
  self->toast_source = g_timeout_add_seconds(seconds, on_toast_over, self);
  if (self->settle_source == 0)
    self->settle_source = g_idle_add_full(G_PRIORITY_LOW, on_step_settled, self, NULL);
}

static void host_say(BhPageHost *host, const char *text)
{
  BhWindow *self = BH_WINDOW(host);
  bh_page_host_say_undo(BH_PAGE_HOST(self), text, NULL, NULL, NULL, NULL);
}

/* Notes that a person uses the window. Locks the window when the idle time is over: after a long
 * suspend, the first touch comes before any timer runs. */
static gboolean note_activity(BhWindow *self)
{
  if (bh_idle_touch(&self->idle, lock_minutes(self)) || bh_session_get_actor(self->session) == NULL)
    return TRUE;
  bh_window_lock(self);
  return FALSE;
}

gboolean bh_window_filter_event(BhWindow *self, GdkEvent *event)
{
  gboolean touches = event->type == GDK_KEY_PRESS || event->type == GDK_BUTTON_PRESS ||
                     event->type == GDK_TOUCH_BEGIN || event->type == GDK_MOTION_NOTIFY ||
                     event->type == GDK_SCROLL;
  if (self->input == NULL) /* no filter any more: the window is being destroyed */
    return TRUE;
  return (!touches || note_activity(self)) && bh_input_filter_event(self->input, event);
}

static void host_change_view(BhPageHost *host)
{
  BhWindow *self = BH_WINDOW(host);
  bh_input_change_view(self->input);
}

static gboolean on_idle_check(gpointer data)
{
  BhWindow *self = data;
  if (bh_session_get_actor(self->session) != NULL &&
      bh_idle_is_over(&self->idle, lock_minutes(self)))
    bh_window_lock(self);
  return G_SOURCE_CONTINUE;
}

static void host_apply_settings(BhPageHost *host)
{
  BhWindow *self = BH_WINDOW(host);
  const BhSettings *settings = bh_session_get_settings(self->session);
  GtkSettings *desktop = gtk_settings_get_default();
  gboolean dark = FALSE;
  g_object_get(desktop, "gtk-application-prefer-dark-theme", &dark, NULL);
  /* The property is set only when it differs, because GTK reloads its whole theme each time the
   * property is set. */
  if (settings->dark != dark)
    g_object_set(desktop, "gtk-application-prefer-dark-theme", settings->dark, NULL);
  bh_part_set_class(GTK_WIDGET(self), "dark", settings->dark);
  g_autofree char *css = g_strdup_printf("window { font-size: %d%%; }", settings->text_percent);
  gtk_css_provider_load_from_data(self->text_size, css, -1, NULL);
}

static void on_toast_button(GtkButton *button, BhWindow *self)
{
  (void)button;
  void (*undo)(gpointer data) = g_steal_pointer(&self->undo);
  if (undo != NULL)
    undo(self->undo_data);
  hide_toast(self);
}

static void on_back(GtkButton *button, BhWindow *self)
{
  (void)button;
  note_own_step(self);
  bh_page_host_close(BH_PAGE_HOST(self), top(self));
}

static void on_user(GtkButton *button, BhWindow *self)
{
  (void)button;
  bh_window_lock(self);
}

static void on_queue(GtkButton *button, BhWindow *self)
{
  (void)button;
  if (bh_session_get_actor(self->session) != NULL && !BH_IS_QUEUE_PAGE(top(self)))
    bh_page_host_open(BH_PAGE_HOST(self), bh_queue_page_new());
}

static gboolean on_key(GtkWidget *widget, GdkEventKey *event, gpointer data)
{
  (void)data;
  BhWindow *self = BH_WINDOW(widget);
  if (event->keyval != GDK_KEY_Escape || self->pages->len < 2)
    return GDK_EVENT_PROPAGATE;
  /* The focused field and its input method come first: Escape then cancels the composition, not the
   * page. */
  if (!gtk_window_propagate_key_event(GTK_WINDOW(self), event))
    bh_page_host_close(BH_PAGE_HOST(self), top(self));
  return GDK_EVENT_STOP;
}

/* A scan goes to the page on top or nowhere; it is never typed into a field. */
static void on_scanned(const char *code, gpointer data)
{
  BhWindow *self = data;
  if (top(self) != NULL && bh_page_handle_code(top(self), code))
    return;
  g_autofree char *shown = g_utf8_strlen(code, -1) > SCAN_SHOWN_CHARACTERS
                               ? g_utf8_substring(code, 0, SCAN_SHOWN_CHARACTERS)
                               : NULL;
  g_autofree char *text = shown != NULL
                              ? g_strdup_printf(_("Scanned %s…: this page does not use it"), shown)
                              : g_strdup_printf(_("Scanned %s: this page does not use it"), code);
  bh_page_host_say(BH_PAGE_HOST(self), text);
}

/* Hides the buttons of the window manager on a narrow window, where they would push the person's
 * name and the queue out of the header. */
static gboolean on_configure(GtkWidget *widget, GdkEventConfigure *event, gpointer data)
{
  (void)data;
  BhWindow *self = BH_WINDOW(widget);
  gboolean wide = event->width >= WIDE_PX;
  if (hdy_header_bar_get_show_close_button(self->header) != wide)
    hdy_header_bar_set_show_close_button(self->header, wide);
  /* An on-screen keyboard may take the lower half of the screen, so the page is scrolled until the
   * focused field is visible. */
  GtkWidget *focus = gtk_window_get_focus(GTK_WINDOW(self));
  if (event->height < self->height_px && focus != NULL)
    bh_part_keep_in_view(focus);
  self->height_px = event->height;
  return GDK_EVENT_PROPAGATE;
}

static void on_session_loaded(gpointer owner, json_t *result, const GError *error, gpointer data)
{
  (void)result;
  (void)data;
  BhWindow *self = owner;
  if (error != NULL)
    bh_page_host_open(BH_PAGE_HOST(self), bh_enrol_page_new());
}

static void on_enrolled(BhSession *session, BhWindow *self)
{
  (void)session;
  update_queue(self);
  bh_window_lock(self);
}

/* A device that was revoked is closed at once for the person at it, too. */
static void on_status(BhWindow *self)
{
  update_queue(self);
  if (json_is_true(json_object_get(bh_session_get_status(self->session), "shut")) &&
      bh_session_get_actor(self->session) != NULL)
    bh_window_lock(self);
}

static void on_actor(BhSession *session, BhWindow *self)
{
  (void)session;
  bh_idle_touch(&self->idle, lock_minutes(self)); /* somebody has just signed in or out */
  bh_page_host_update_title(BH_PAGE_HOST(self));
}

static void on_records(BhSession *session, BhWindow *self)
{
  (void)session;
  if (top(self) != NULL)
    bh_page_refresh(top(self));
}

/* Shows that a change failed whose page is gone. The notice stays until it is acknowledged, because
 * what the person entered is not on disk. */
static void on_failed(BhSession *session, const GError *error, BhWindow *self)
{
  g_autofree char *why = bh_session_dup_error_text(session, error);
  g_autofree char *text = g_strdup_printf(_("The last input was not saved: %s"), why);
  gtk_label_set_text(GTK_LABEL(self->failure_text), text);
  gtk_widget_show(self->failure);
}

static void on_failure_seen(BhWindow *self)
{
  gtk_widget_hide(self->failure);
}

/* Closes the window once pending changes are saved. When one fails, the window stays, because the
 * text may still be on the screen. A second attempt closes at once. */
static gboolean on_delete(GtkWidget *widget, GdkEvent *event, gpointer data)
{
  (void)event;
  (void)data;
  BhWindow *self = BH_WINDOW(widget);
  if (self->closing)
    return GDK_EVENT_PROPAGATE;
  if (top(self) != NULL)
    bh_page_leave(top(self));
  self->closing = bh_session_has_pending_changes(self->session);
  return self->closing ? GDK_EVENT_STOP : GDK_EVENT_PROPAGATE;
}

static void on_changes_done(BhSession *session, gboolean succeeded, BhWindow *self)
{
  (void)session;
  gboolean closing = self->closing;
  self->closing = FALSE;
  if (closing && succeeded)
    gtk_widget_destroy(GTK_WIDGET(self));
}

static void implement_host(BhPageHostInterface *host)
{
  host->open = host_open;
  host->replace = host_replace;
  host->close = host_close;
  host->go_home = host_go_home;
  host->change_view = host_change_view;
  host->update_title = host_update_title;
  host->apply_settings = host_apply_settings;
  host->say = host_say;
  host->say_undo = host_say_undo;
}

static void bh_window_class_init(BhWindowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS(klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
  object_class->dispose = bh_window_dispose;
  object_class->finalize = bh_window_finalize;
  gtk_widget_class_set_template_from_resource(widget_class, "/cn/bihuan/app/window.ui");
  gtk_widget_class_bind_template_child(widget_class, BhWindow, header);
  gtk_widget_class_bind_template_child(widget_class, BhWindow, back);
  gtk_widget_class_bind_template_child(widget_class, BhWindow, title);
  gtk_widget_class_bind_template_child(widget_class, BhWindow, who);
  gtk_widget_class_bind_template_child(widget_class, BhWindow, user);
  gtk_widget_class_bind_template_child(widget_class, BhWindow, avatar);
  gtk_widget_class_bind_template_child(widget_class, BhWindow, queue);
  gtk_widget_class_bind_template_child(widget_class, BhWindow, queue_label);
  gtk_widget_class_bind_template_child(widget_class, BhWindow, stack);
  gtk_widget_class_bind_template_child(widget_class, BhWindow, overlay);
  gtk_widget_class_bind_template_child(widget_class, BhWindow, failure);
  gtk_widget_class_bind_template_child(widget_class, BhWindow, failure_text);
  gtk_widget_class_bind_template_child(widget_class, BhWindow, failure_seen);
  gtk_widget_class_bind_template_child(widget_class, BhWindow, toast);
  gtk_widget_class_bind_template_child(widget_class, BhWindow, toast_text);
  gtk_widget_class_bind_template_child(widget_class, BhWindow, toast_button);
}

static void bh_window_init(BhWindow *self)
{
  g_type_ensure(HDY_TYPE_HEADER_BAR);
  g_type_ensure(HDY_TYPE_AVATAR);
  gtk_widget_init_template(GTK_WIDGET(self));
  bh_part_identify_tree(GTK_WIDGET(self));
  /* The icon is a PNG, because an SVG would make GTK load the SVG renderer at every start. */
  g_autoptr(GdkPixbuf) icon = gdk_pixbuf_new_from_resource("/cn/bihuan/app/icon.png", NULL);
  gtk_window_set_icon(GTK_WINDOW(self), icon);
  self->pages = g_ptr_array_new();
  self->text_size = gtk_css_provider_new();
  gtk_style_context_add_provider_for_screen(gdk_screen_get_default(),
                                            GTK_STYLE_PROVIDER(self->text_size),
                                            GTK_STYLE_PROVIDER_PRIORITY_APPLICATION + 1);
  g_signal_connect(self->back, "clicked", G_CALLBACK(on_back), self);
  g_signal_connect(self->user, "clicked", G_CALLBACK(on_user), self);
  g_signal_connect(self->queue, "clicked", G_CALLBACK(on_queue), self);
  g_signal_connect(self->toast_button, "clicked", G_CALLBACK(on_toast_button), self);
  g_signal_connect_swapped(self->failure_seen, "clicked", G_CALLBACK(on_failure_seen), self);
  g_signal_connect(self, "delete-event", G_CALLBACK(on_delete), NULL);
  g_signal_connect(self, "key-press-event", G_CALLBACK(on_key), NULL);
  g_signal_connect(self, "configure-event", G_CALLBACK(on_configure), NULL);
}

BhSession *bh_window_get_session(BhWindow *self)
{
  return self->session;
}

BhWindow *bh_window_new(GtkApplication *application, BhSession *session)
{
  BhWindow *self = g_object_new(BH_TYPE_WINDOW, "application", application, NULL);
  self->session = g_object_ref(session);
  bh_idle_init(&self->idle, bh_session_get_clock(session));
  self->input = bh_input_new(GTK_WIDGET(self), bh_session_get_settings(session)->scanner_prefix,
                             on_scanned, self);
  self->idle_source = g_timeout_add_seconds(IDLE_CHECK_S, on_idle_check, self);
  g_signal_connect_object(session, "status-changed", G_CALLBACK(on_status), self,
                          G_CONNECT_SWAPPED);
  g_signal_connect_object(session, "actor-changed", G_CALLBACK(on_actor), self, 0);
  g_signal_connect_object(session, "enrolled", G_CALLBACK(on_enrolled), self, 0);
  g_signal_connect_object(session, "records-changed", G_CALLBACK(on_records), self, 0);
  g_signal_connect_object(session, "failed", G_CALLBACK(on_failed), self, 0);
  g_signal_connect_object(session, "changes-done", G_CALLBACK(on_changes_done), self, 0);
  bh_page_host_apply_settings(BH_PAGE_HOST(self));
  return self;
}

void bh_window_load(BhWindow *self)
{
  bh_session_load(self->session, on_session_loaded, self);
}
