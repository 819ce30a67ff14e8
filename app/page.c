/* Base class of all pages: its place in the window, and calls to the store. Questions go through
 * questions.c; submissions and posts are here. */
#include "app/page.h"

#include <string.h>

#include "app/questions.h"

typedef struct {
  BhPageHost *host; /* borrowed: the window owns its pages */
  BhSession *session;
  GCancellable *cancellable;
  BhQuestions *questions;
  char *person; /* staff id of the person who opened the page; NULL when nobody was signed in */
  char *title;
  gboolean submitting;
} BhPagePrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE(BhPage, bh_page, GTK_TYPE_BIN)

static BhPagePrivate *get_private(BhPage *page)
{
  return bh_page_get_instance_private(page);
}

static void bh_page_dispose(GObject *object)
{
  BhPagePrivate *priv = get_private(BH_PAGE(object));
  g_cancellable_cancel(priv->cancellable);
  G_OBJECT_CLASS(bh_page_parent_class)->dispose(object);
}

static void bh_page_finalize(GObject *object)
{
  BhPagePrivate *priv = get_private(BH_PAGE(object));
  g_clear_pointer(&priv->questions, bh_questions_free);
  g_clear_object(&priv->session);
  g_object_unref(priv->cancellable);
  g_free(priv->person);
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
  BhPagePrivate *priv = get_private(page);
  priv->cancellable = g_cancellable_new();
  priv->title = g_strdup("");
  gtk_widget_show(GTK_WIDGET(page));
}

void bh_page_attach(BhPage *page, BhPageHost *host, BhSession *session)
{
  BhPagePrivate *priv = get_private(page);
  priv->host = host;
  priv->session = g_object_ref(session);
  priv->person = g_strdup(bh_session_get_actor(session));
  priv->questions = bh_questions_new(page, session, priv->cancellable);
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

gboolean bh_page_handle_code(BhPage *page, const char *code)
{
  return !get_private(page)->submitting && BH_PAGE_GET_CLASS(page)->code(page, code);
}

const char *bh_page_get_title(BhPage *page)
{
  return get_private(page)->title;
}

void bh_page_set_title(BhPage *page, const char *title)
{
  BhPagePrivate *priv = get_private(page);
  g_autofree char *old = priv->title;
  priv->title = g_strdup(title);
  if (priv->host != NULL)
    bh_page_host_update_title(priv->host);
}

BhPageHost *bh_page_get_host(BhPage *page)
{
  return get_private(page)->host;
}

BhSession *bh_page_get_session(BhPage *page)
{
  return get_private(page)->session;
}

GCancellable *bh_page_get_cancellable(BhPage *page)
{
  return get_private(page)->cancellable;
}

/* --- asking the store --- */

typedef struct {
  BhPageReply reply;
  gpointer data;
  GDestroyNotify data_free;
  /* The call changes the store: its failure is reported even when the page is gone. */
  gboolean changes;
} Waiting;

static void waiting_free(gpointer data)
{
  Waiting *waiting = data;
  if (waiting->data_free != NULL)
    waiting->data_free(waiting->data);
  g_free(waiting);
}

static Waiting *waiting_new(BhPageReply reply, gpointer data, GDestroyNotify data_free)
{
  Waiting *waiting = g_new0(Waiting, 1);
  waiting->reply = reply;
  waiting->data = data;
  waiting->data_free = data_free;
  return waiting;
}

static void on_reply(gpointer owner, json_t *result, const GError *error, gpointer data)
{
  Waiting *waiting = data;
  BhPagePrivate *priv = get_private(BH_PAGE(owner));
  /* When the person who opened the page no longer uses the device, the page does not get the
   * answer. A failed change is still reported, because the input is lost. */
  if (g_strcmp0(priv->person, bh_session_get_actor(priv->session)) != 0) {
    if (error != NULL && waiting->changes)
      bh_session_report_failed(priv->session, priv->title, error);
    return;
  }
  if (waiting->reply != NULL)
    waiting->reply(BH_PAGE(owner), result, error, waiting->data);
  else if (error != NULL && waiting->changes)
    bh_session_report_failed(priv->session, priv->title, error);
  else if (error != NULL)
    bh_page_say_error(BH_PAGE(owner), error);
}

/* Sets the person who opened the page as author, whoever uses the device when the call runs. */
static BhCall *set_call_author(BhPagePrivate *priv, BhCall *call)
{
  bh_call_set_author(call, priv->person);
  return call;
}

void bh_page_ask(BhPage *page, const char *slot, BhCall *call, BhPageReply reply, gpointer data,
                 GDestroyNotify data_free)
{
  BhPagePrivate *priv = get_private(page);
  bh_questions_call(priv->questions, slot, set_call_author(priv, call), on_reply,
                    waiting_new(reply, data, data_free), waiting_free);
}

void bh_page_ask_run(BhPage *page, const char *slot, BhWorkFunc func, gpointer work,
                     GDestroyNotify work_free, BhPageReply reply, gpointer data,
                     GDestroyNotify data_free)
{
  bh_questions_run(get_private(page)->questions, slot, func, work, work_free, on_reply,
                   waiting_new(reply, data, data_free), waiting_free);
}

gboolean bh_page_is_asking(BhPage *page, const char *slot)
{
  return bh_questions_is_open(get_private(page)->questions, slot);
}

gboolean bh_page_cancel_ask(BhPage *page, const char *slot)
{
  return bh_questions_cancel(get_private(page)->questions, slot);
}

void bh_page_post(BhPage *page, BhCall *call, BhPageReply reply, gpointer data,
                  GDestroyNotify data_free)
{
  BhPagePrivate *priv = get_private(page);
  Waiting *waiting = waiting_new(reply, data, data_free);
  waiting->changes = bh_call_is_change(call);
  bh_session_call(priv->session, set_call_author(priv, call), page, priv->cancellable, on_reply,
                  waiting, waiting_free);
}

/* --- submissions: one at a time --- */

static gboolean begin_submit(BhPage *page)
{
  BhPagePrivate *priv = get_private(page);
  if (priv->submitting)
    return FALSE;
  priv->submitting = TRUE;
  gtk_widget_set_sensitive(GTK_WIDGET(page), FALSE);
  return TRUE;
}

static void on_submit_reply(gpointer owner, json_t *result, const GError *error, gpointer data)
{
  Waiting *waiting = data;
  waiting->changes = TRUE;
  get_private(BH_PAGE(owner))->submitting = FALSE;
  gtk_widget_set_sensitive(GTK_WIDGET(owner), TRUE);
  on_reply(owner, result, error, data);
}

gboolean bh_page_submit(BhPage *page, BhCall *call, BhPageReply reply, gpointer data,
                        GDestroyNotify data_free)
{
  BhPagePrivate *priv = get_private(page);
  Waiting *waiting = waiting_new(reply, data, data_free);
  if (!begin_submit(page)) {
    bh_call_free(call);
    waiting_free(waiting);
    return FALSE;
  }
  bh_session_call(priv->session, set_call_author(priv, call), page, priv->cancellable,
                  on_submit_reply, waiting, waiting_free);
  return TRUE;
}

gboolean bh_page_submit_run(BhPage *page, BhWorkFunc func, gpointer work, GDestroyNotify work_free,
                            BhPageReply reply, gpointer data, GDestroyNotify data_free)
{
  BhPagePrivate *priv = get_private(page);
  Waiting *waiting = waiting_new(reply, data, data_free);
  if (!begin_submit(page)) {
    if (work_free != NULL)
      work_free(work);
    waiting_free(waiting);
    return FALSE;
  }
  bh_session_run_change(priv->session, func, work, work_free, page, priv->cancellable,
                        on_submit_reply, waiting, waiting_free);
  return TRUE;
}

typedef struct {
  BhCall *check;
  BhCall *save;
} Checked;

static void checked_free(gpointer data)
{
  Checked *checked = data;
  bh_call_free(checked->check);
  bh_call_free(checked->save);
  g_free(checked);
}

static void save_checked(BhDevice *device, GTask *task, gpointer data)
{
  const Checked *checked = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) problems = bh_call_run(checked->check, device, &error);
  if (problems != NULL && json_array_size(problems) == 0)
    json_decref(bh_call_run(checked->save, device, &error));
  if (error != NULL)
    g_task_return_error(task, g_steal_pointer(&error));
  else
    g_task_return_pointer(task, g_steal_pointer(&problems), (GDestroyNotify)json_decref);
}

gboolean bh_page_submit_checked(BhPage *page, BhCall *check, BhCall *save, BhPageReply reply,
                                gpointer data, GDestroyNotify data_free)
{
  BhPagePrivate *priv = get_private(page);
  Checked *checked = g_new0(Checked, 1);
  checked->check = set_call_author(priv, check);
  checked->save = set_call_author(priv, save);
  return bh_page_submit_run(page, save_checked, checked, checked_free, reply, data, data_free);
}

gboolean bh_page_save_checked(BhPage *page, const char *record, const char *kind, json_t *set,
                              BhPageReply reply, gpointer data, GDestroyNotify data_free)
{
  BhCall *check = bh_call_check(record, kind, json_incref(set));
  BhCall *save = bh_call_save_one(record, kind, set);
  return bh_page_submit_checked(page, check, save, reply, data, data_free);
}

/* --- about one widget --- */

typedef struct {
  /* The widget that the question is about; weak: NULL when the widget was destroyed. */
  GtkWidget *part;
  BhWidgetReply reply;
  gpointer data;
  GDestroyNotify data_free;
} WidgetQuestion;

static void widget_question_free(gpointer data)
{
  WidgetQuestion *question = data;
  g_clear_weak_pointer(&question->part);
  if (question->data_free != NULL)
    question->data_free(question->data);
  g_free(question);
}

static void on_widget_reply(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)page;
  const WidgetQuestion *question = data;
  if (question->part != NULL)
    question->reply(question->part, result, error, question->data);
}

void bh_page_ask_for_widget(BhPage *page, GtkWidget *part, BhCall *call, BhWidgetReply reply,
                            gpointer data, GDestroyNotify data_free)
{
  WidgetQuestion *question = g_new0(WidgetQuestion, 1);
  g_set_weak_pointer(&question->part, part);
  question->reply = reply;
  question->data = data;
  question->data_free = data_free;
  bh_page_post(page, call, on_widget_reply, question, widget_question_free);
}

static void on_row_name(GtkWidget *row, json_t *result, const GError *error, gpointer data)
{
  const char *title = data;
  const char *name = bh_json_string_or(result, "title", "");
  /* The titles of some kinds contain the name already. */
  if (error != NULL || strstr(title, name) != NULL)
    return;
  g_autofree char *text = g_strdup_printf("%s  %s", name, title);
  bh_part_row_set_title(row, text);
}

void bh_page_name_row(BhPage *page, GtkWidget *row, const char *title, const char *enterprise)
{
  if (enterprise != NULL)
    bh_page_ask_for_widget(page, row, bh_call_get(enterprise), on_row_name, g_strdup(title),
                           g_free);
}

void bh_page_open(BhPage *page, BhPage *next)
{
  bh_page_host_open(get_private(page)->host, next);
}

void bh_page_replace(BhPage *page, BhPage *next)
{
  bh_page_host_replace(get_private(page)->host, page, next);
}

void bh_page_close(BhPage *page)
{
  bh_page_host_close(get_private(page)->host, page);
}

void bh_page_change_view(BhPage *page)
{
  bh_page_host_change_view(get_private(page)->host);
}

void bh_page_say(BhPage *page, const char *text)
{
  bh_page_host_say(get_private(page)->host, text);
}

void bh_page_say_error(BhPage *page, const GError *error)
{
  g_autofree char *text = bh_session_dup_error_text(get_private(page)->session, error);
  g_warning("%s", error->message);
  bh_page_say(page, text);
}
