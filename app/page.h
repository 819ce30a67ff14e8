/* Base class of all pages: one page is one .c, .h and .ui file in app/pages. The window puts a page
 * on its stack and calls `load`. It calls `leave` when the page is covered or closed, so that
 * half-typed text is saved, and `refresh` when the page is shown again or records changed.
 *
 * The store answers later, when the page may show something else. A page therefore asks in one of
 * three ways, and an answer reaches the page only while the page still needs the answer:
 * - bh_page_ask reads data that fills the page. A newer question in the same slot replaces an older
 *   one.
 * - bh_page_submit saves what a tap decides. One submission runs at a time, and the page takes no
 *   taps meanwhile.
 * - bh_page_post saves in the background what a person types or answers; the page stays usable.
 * No answer reaches a page that was destroyed or that belongs to another person; the failure of a
 * change is then reported by the window. A reply function must take from `data` what was asked,
 * because the page may show something else by then.
 *
 * Calls run in the name of the person who opened the page. `data` is freed by `data_free` (may be
 * NULL) in any case. Use on the main thread only. */
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
  /* A code from a keyboard-wedge scanner; its keys reach no widget. FALSE when the page does not
   * use codes: the window then tells the person so. */
  gboolean (*code)(BhPage *page, const char *code);
};

/* For class_init of a page: its template, and the template's children that the instance has as
 * members. */
#define BH_PAGE_TEMPLATE(klass, name)                                                              \
  gtk_widget_class_set_template_from_resource(GTK_WIDGET_CLASS(klass), "/cn/bihuan/app/" name ".u" \
                                                                       "i")
#define BH_PAGE_CHILD(klass, Type, child)                                                          \
  gtk_widget_class_bind_template_child(GTK_WIDGET_CLASS(klass), Type, child)

/* --- for the window --- */

/* Gives the page its window (borrowed) and its session (referenced). Call once, before
 * bh_page_load. The person who is signed in now owns the page. */
void bh_page_attach(BhPage *page, BhPageHost *host, BhSession *session);
/* Calls the class's `load`: once, when the page is on the stack. */
void bh_page_load(BhPage *page);
/* Calls the class's `refresh`. */
void bh_page_refresh(BhPage *page);
/* Calls the class's `leave`; may be called more than once. */
void bh_page_leave(BhPage *page);
/* Gives the page a scanned code. FALSE when the page does not use codes, or while a submission
 * runs. */
gboolean bh_page_handle_code(BhPage *page, const char *code);

/* --- properties --- */

/* Title for the window's header; borrowed, "" at first. */
const char *bh_page_get_title(BhPage *page);
/* Sets the title of the page (copied) and updates the header of the window. */
void bh_page_set_title(BhPage *page, const char *title);
/* The window that shows the page, a GtkWindow; borrowed, and alive as long as the page. */
BhPageHost *bh_page_get_host(BhPage *page);
/* The session of the window; borrowed. */
BhSession *bh_page_get_session(BhPage *page);
/* A GCancellable that is cancelled when the page is destroyed; borrowed. */
GCancellable *bh_page_get_cancellable(BhPage *page);

/* --- asking and saving --- */

/* Receives the answer of the store. `result` is borrowed, and NULL when `error` is set. */
typedef void (*BhPageReply)(BhPage *page, json_t *result, const GError *error, gpointer data);

/* Runs a call that reads data. `call` is taken over. `reply` is called at most once, and not at all
 * when the page asked something newer in the same `slot` (a static string). */
void bh_page_ask(BhPage *page, const char *slot, BhCall *call, BhPageReply reply, gpointer data,
                 GDestroyNotify data_free);
/* Like bh_page_ask, with a function instead of a call: `func` runs on the store's thread with
 * `work`, which is freed by `work_free`. `func` must not change the store. */
void bh_page_ask_run(BhPage *page, const char *slot, BhWorkFunc func, gpointer work,
                     GDestroyNotify work_free, BhPageReply reply, gpointer data,
                     GDestroyNotify data_free);
/* Whether the page expects an answer in `slot`. */
gboolean bh_page_is_asking(BhPage *page, const char *slot);
/* Drops the expected answer in `slot`. To be called when what the page shows now is newer than that
 * answer. FALSE when none was expected. */
gboolean bh_page_cancel_ask(BhPage *page, const char *slot);

/* Saves what a person decided by a tap. `call` is taken over. The page is insensitive until
 * `reply`. FALSE while another submission runs: then nothing is done, all arguments are freed and
 * `reply` is not called. */
gboolean bh_page_submit(BhPage *page, BhCall *call, BhPageReply reply, gpointer data,
                        GDestroyNotify data_free);
/* Like bh_page_submit, with a function that changes the store instead of a call: `func` runs on the
 * store's thread with `work`, which is freed by `work_free`. */
gboolean bh_page_submit_run(BhPage *page, BhWorkFunc func, gpointer work, GDestroyNotify work_free,
                            BhPageReply reply, gpointer data, GDestroyNotify data_free);
/* Runs `check` (bh_call_check) and, when it finds no problem, `save`, as one submission: no other
 * change comes in between. The result is the array of problems, empty when `save` was run. Both
 * calls are taken over. */
gboolean bh_page_submit_checked(BhPage *page, BhCall *check, BhCall *save, BhPageReply reply,
                                gpointer data, GDestroyNotify data_free);

/* Checks and saves `set` ({key: value}, taken over) of one record by bh_page_submit_checked. */
gboolean bh_page_save_checked(BhPage *page, const char *record, const char *kind, json_t *set,
                              BhPageReply reply, gpointer data, GDestroyNotify data_free);

/* Runs a call in the background; the page stays usable. `call` is taken over. `reply` may be NULL:
 * the window then reports the failure of a call that changes something, and the page shows the
 * failure of any other call. */
void bh_page_post(BhPage *page, BhCall *call, BhPageReply reply, gpointer data,
                  GDestroyNotify data_free);

/* Receives the answer for one widget; `result` as in BhPageReply. */
typedef void (*BhWidgetReply)(GtkWidget *part, json_t *result, const GError *error, gpointer data);
/* Reads data for one widget of the page, for example the name in a row. `reply` is not called when
 * the widget was destroyed. Any number of these questions may be open at once. */
void bh_page_ask_for_widget(BhPage *page, GtkWidget *part, BhCall *call, BhWidgetReply reply,
                            gpointer data, GDestroyNotify data_free);

/* Puts the name of the enterprise (a record id; NULL is ignored) before the title of a row, when
 * the store has answered with the name. */
void bh_page_name_row(BhPage *page, GtkWidget *row, const char *title, const char *enterprise);

/* --- other pages and messages --- */

/* Shows `next` above this page; takes over the floating reference. */
void bh_page_open(BhPage *page, BhPage *next);
/* Shows `next` in place of this page, which is destroyed: going back skips it. */
void bh_page_replace(BhPage *page, BhPage *next);
/* Closes `page` and all pages above it. `page` is destroyed when the function returns. */
void bh_page_close(BhPage *page);
/* Must be called when the page shows something else from now on, for example the next item. The
 * page then takes no tap until the new content was drawn, so that a second tap does not hit what
 * the person has not read. */
void bh_page_change_view(BhPage *page);
/* Shows `text` as a toast. */
void bh_page_say(BhPage *page, const char *text);
/* Logs an error and shows it as a toast, in the words of bh_session_dup_error_text. */
void bh_page_say_error(BhPage *page, const GError *error);

G_END_DECLS
