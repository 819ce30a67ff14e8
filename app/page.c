#include "app/page.h"

#include <string.h>

#include "app/window.h"

typedef struct {
  BhWindow *window; /* borrowed: the window owns its pages */
  BhSession *session;
  GCancellable *cancellable;
  char *title;
} BhPagePrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE(BhPage, bh_page, GTK_TYPE_BIN)

static BhPagePrivate *get(BhPage *page)
{
  return bh_page_get_instance_private(page);
}

static void bh_page_dispose(GObject *object)
{
  BhPagePrivate *priv = get(BH_PAGE(object));
  g_cancellable_cancel(priv->cancellable);
  G_OBJECT_CLASS(bh_page_parent_class)->dispose(object);
}

static void bh_page_finalize(GObject *object)
{
  BhPagePrivate *priv = get(BH_PAGE(object));
  g_clear_object(&priv->session);
  g_object_unref(priv->cancellable);
  g_free(priv->title);
  G_OBJECT_CLASS(bh_page_parent_class)->finalize(object);
}

static void do_nothing(BhPage *page)
{
  (void)page;
}

static gboolean take_no_code(BhPage *page, const char *code)
{
  (void)page;
  (void)code;
  return FALSE;
}

static void bh_page_class_init(BhPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS(klass);
  object_class->dispose = bh_page_dispose;
  object_class->finalize = bh_page_finalize;
  klass->load = do_nothing;
  klass->refresh = do_nothing;
  klass->leave = do_nothing;
  klass->code = take_no_code;
}

static void bh_page_init(BhPage *page)
{
  BhPagePrivate *priv = get(page);
  priv->cancellable = g_cancellable_new();
  priv->title = g_strdup("");
  gtk_widget_show(GTK_WIDGET(page));
}

void bh_page_attach(BhPage *page, BhWindow *window, BhSession *session)
{
  BhPagePrivate *priv = get(page);
  priv->window = window;
  g_set_object(&priv->session, session);
  bh_part_identify_tree(GTK_WIDGET(page));
}

void bh_page_load(BhPage *page)
{
  BH_PAGE_GET_CLASS(page)->load(page);
}

void bh_page_refresh(BhPage *page)
{
  BH_PAGE_GET_CLASS(page)->refresh(page);
}

void bh_page_leave(BhPage *page)
{
  BH_PAGE_GET_CLASS(page)->leave(page);
}

gboolean bh_page_take_code(BhPage *page, const char *code)
{
  return BH_PAGE_GET_CLASS(page)->code(page, code);
}

const char *bh_page_get_title(BhPage *page)
{
  return get(page)->title;
}

void bh_page_set_title(BhPage *page, const char *title)
{
  BhPagePrivate *priv = get(page);
  g_autofree char *old = priv->title;
  priv->title = g_strdup(title);
  if (priv->window != NULL)
    bh_window_update_title(priv->window);
}

BhWindow *bh_page_get_window(BhPage *page)
{
  return get(page)->window;
}

BhSession *bh_page_get_session(BhPage *page)
{
  return get(page)->session;
}

GCancellable *bh_page_get_cancellable(BhPage *page)
{
  return get(page)->cancellable;
}

typedef struct {
  BhPageReply reply;
  gpointer data;
  GDestroyNotify data_free;
} Call;

static void call_free(gpointer data)
{
  Call *call = data;
  if (call->data_free != NULL)
    call->data_free(call->data);
  g_free(call);
}

static Call *call_new(BhPageReply reply, gpointer data, GDestroyNotify data_free)
{
  Call *call = g_new0(Call, 1);
  call->reply = reply;
  call->data = data;
  call->data_free = data_free;
  return call;
}

static void on_reply(gpointer owner, json_t *result, const GError *error, gpointer data)
{
  Call *call = data;
  if (call->reply != NULL)
    call->reply(BH_PAGE(owner), result, error, call->data);
  else if (error != NULL)
    bh_page_say_error(BH_PAGE(owner), error);
}

void bh_page_call(BhPage *page, const char *method, json_t *params, BhPageReply reply,
                  gpointer data, GDestroyNotify data_free)
{
  BhPagePrivate *priv = get(page);
  bh_session_call(priv->session, method, params, page, priv->cancellable, on_reply,
                  call_new(reply, data, data_free), call_free);
}

void bh_page_run(BhPage *page, BhWorkFunc func, gpointer work, GDestroyNotify work_free,
                 BhPageReply reply, gpointer data, GDestroyNotify data_free)
{
  BhPagePrivate *priv = get(page);
  bh_session_run(priv->session, func, work, work_free, page, priv->cancellable, on_reply,
                 call_new(reply, data, data_free), call_free);
}

static void on_row_name(gpointer owner, json_t *result, const GError *error, gpointer data)
{
  const char *title = data;
  const char *name = bh_json_string_or(result, "title", "");
  /* The titles of some kinds name the enterprise themselves. */
  if (error != NULL || strstr(title, name) != NULL)
    return;
  g_autofree char *text = g_strdup_printf("%s  %s", name, title);
  bh_part_row_set_title(GTK_WIDGET(owner), text);
}

void bh_page_name_row(BhPage *page, GtkWidget *row, const char *title, const char *enterprise)
{
  BhPagePrivate *priv = get(page);
  if (enterprise != NULL)
    bh_session_call(priv->session, "get", json_pack("{s:s}", "id", enterprise), row,
                    priv->cancellable, on_row_name, g_strdup(title), g_free);
}

void bh_page_open(BhPage *page, BhPage *next)
{
  bh_window_open(get(page)->window, next);
}

void bh_page_replace(BhPage *page, BhPage *next)
{
  bh_window_replace(get(page)->window, page, next);
}

void bh_page_close(BhPage *page)
{
  bh_window_close_page(get(page)->window, page);
}

void bh_page_say(BhPage *page, const char *text)
{
  bh_window_say(get(page)->window, text);
}

void bh_page_say_error(BhPage *page, const GError *error)
{
  g_autofree char *text = bh_session_dup_error_text(get(page)->session, error);
  g_warning("%s", error->message);
  bh_page_say(page, text);
}
