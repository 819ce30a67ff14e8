/* Base of all pages: one page is one .c, .h and .ui in app/pages. A page is put on the window's
 * stack by bh_page_open, then asked to `load`; when it is covered or closed it is asked to
 * `leave` (flush what is half typed); when it is seen again or records changed, to `refresh`.
 *
 * Answers of the store come later, when the page may show something else. So a page asks in one of
 * three ways, and an answer reaches it only while it is the answer to what is asked now:
 * a *question* (bh_page_ask) fills the page; a newer one in the same slot replaces it. An *act*
 * (bh_page_submit) is what a tap does; one runs at a time and nothing can be tapped meanwhile. What
 * is *kept* (bh_page_post) is typed or answered on the way and holds nobody up. No answer reaches a
 * page that is gone or belongs to another person; the failure of an act, or of what was to be kept,
 * is then reported by the window. Replies never look up in the page what was asked: `data` carries
 * it. */
#pragma once

#include <gtk/gtk.h>
#include "app/page-host.h"
#include "app/parts.h"
#include "app/session.h"

G_BEGIN_DECLS

#define BH_TYPE_PAGE (bh_page_get_type())
G_DECLARE_DERIVABLE_TYPE(BhPage, bh_page, BH, PAGE, GtkBin)

struct _BhPageClass {
  GtkBinClass parent_class;
  void (*load)(BhPage *page);
  void (*refresh)(BhPage *page);
  void (*leave)(BhPage *page);
  /* A code read by a keyboard-wedge scanner; its keys reach no widget. FALSE when the page has no
   * use for it: the window says so. */
  gboolean (*code)(BhPage *page, const char *code);
};

/* For class_init of a page: its template and the template's children kept in the instance. */
#define BH_PAGE_TEMPLATE(klass, name)                                                              \
  gtk_widget_class_set_template_from_resource(GTK_WIDGET_CLASS(klass),                             \
                                              "/cn/bihuan/app/pages/" name ".ui")
#define BH_PAGE_CHILD(klass, Type, child)                                                          \
  gtk_widget_class_bind_template_child(GTK_WIDGET_CLASS(klass), Type, child)

/* For the window. */
void bh_page_attach(BhPage *page, BhPageHost *host, BhSession *session);
void bh_page_load(BhPage *page);
void bh_page_refresh(BhPage *page);
void bh_page_leave(BhPage *page);
gboolean bh_page_handle_code(BhPage *page, const char *code);

const char *bh_page_get_title(BhPage *page);
void bh_page_set_title(BhPage *page, const char *title);
/* Borrowed; a GtkWindow. Outlives the page. */
BhPageHost *bh_page_get_host(BhPage *page);
BhSession *bh_page_get_session(BhPage *page);
GCancellable *bh_page_get_cancellable(BhPage *page);

/* `result` is borrowed and NULL when `error` is set. `data` is freed by the base in any case. */
typedef void (*BhPageReply)(BhPage *page, json_t *result, const GError *error, gpointer data);

/* Asks for something to show. `reply` comes at most once, and not at all when the page asked
 * something newer in the same `slot` (a static string). */
void bh_page_ask(BhPage *page, const char *slot, BhCall *call, BhPageReply reply, gpointer data,
                 GDestroyNotify data_free);
void bh_page_ask_run(BhPage *page, const char *slot, BhWorkFunc func, gpointer work,
                     GDestroyNotify work_free, BhPageReply reply, gpointer data,
                     GDestroyNotify data_free);
gboolean bh_page_is_asking(BhPage *page, const char *slot);
/* The awaited answer in `slot` will not come: it is older than what the page shows now. FALSE when
 * none was awaited. */
gboolean bh_page_cancel_ask(BhPage *page, const char *slot);

/* Does what a person tapped, in the name of the page's person. `call` and `work` hold everything it
 * is about, and are taken over. Until `reply` the page takes no taps; a second act is refused with
 * FALSE (its arguments are freed), so one tap is one act. */
gboolean bh_page_submit(BhPage *page, BhCall *call, BhPageReply reply, gpointer data,
                        GDestroyNotify data_free);
gboolean bh_page_submit_run(BhPage *page, BhWorkFunc func, gpointer work, GDestroyNotify work_free,
                            BhPageReply reply, gpointer data, GDestroyNotify data_free);
/* Runs `check` (bh_call_check) and, when it finds no problem, `save`: one act, nothing comes in
 * between. `result` is the array of problems, empty when it was saved. */
gboolean bh_page_submit_checked(BhPage *page, BhCall *check, BhCall *save, BhPageReply reply,
                                gpointer data, GDestroyNotify data_free);

/* The same for `set` ({key: value}, taken over) of one record, which is checked and saved. */
gboolean bh_page_save_checked(BhPage *page, const char *record, const char *kind, json_t *set,
                              BhPageReply reply, gpointer data, GDestroyNotify data_free);

/* Keeps what was typed or answered, without holding anybody up; `reply` may be NULL, then a failure
 * is reported by the window. */
void bh_page_post(BhPage *page, BhCall *call, BhPageReply reply, gpointer data,
                  GDestroyNotify data_free);

/* Asks about one widget of the page (the name of a row): the answer does not come when the widget
 * is gone. Many may be on their way at once. */
typedef void (*BhWidgetReply)(GtkWidget *part, json_t *result, const GError *error, gpointer data);
void bh_page_ask_for_widget(BhPage *page, GtkWidget *part, BhCall *call, BhWidgetReply reply,
                            gpointer data, GDestroyNotify data_free);

/* Puts the name of the enterprise (a record id; NULL does nothing) before the row's title. */
void bh_page_name_row(BhPage *page, GtkWidget *row, const char *title, const char *enterprise);

void bh_page_open(BhPage *page, BhPage *next);
/* Opens `next` in this page's place: going back skips this page. */
void bh_page_replace(BhPage *page, BhPage *next);
void bh_page_close(BhPage *page);
/* The page shows something else from now on, so that a second tap would hit what nobody has read:
 * the next item, a picture in place of the camera. It takes no tap before it was seen. */
void bh_page_change_view(BhPage *page);
void bh_page_say(BhPage *page, const char *text);
/* Says what went wrong, in people's words. */
void bh_page_say_error(BhPage *page, const GError *error);

G_END_DECLS
