/* Base of all pages: one page is one .c, .h and .ui in app/pages. A page is put on the window's
 * stack by bh_window_open, then asked to `load`; when it is covered or closed it is asked to
 * `leave` (flush what is half typed); when it is seen again or records changed, to `refresh`.
 * Its cancellable is cancelled in dispose, so no answer reaches a page that is gone. */
#pragma once

#include <gtk/gtk.h>
#include "app/parts.h"
#include "app/session.h"

G_BEGIN_DECLS

typedef struct _BhWindow BhWindow;

#define BH_TYPE_PAGE (bh_page_get_type())
G_DECLARE_DERIVABLE_TYPE(BhPage, bh_page, BH, PAGE, GtkBin)

struct _BhPageClass {
  GtkBinClass parent_class;
  void (*load)(BhPage *page);
  void (*refresh)(BhPage *page);
  void (*leave)(BhPage *page);
  /* A code read by a keyboard-wedge scanner. TRUE when the page used it. */
  gboolean (*code)(BhPage *page, const char *code);
};

/* For class_init of a page: its template and the template's children kept in the instance. */
#define BH_PAGE_TEMPLATE(klass, name)                                                              \
  gtk_widget_class_set_template_from_resource(GTK_WIDGET_CLASS(klass),                             \
                                              "/cn/bihuan/app/pages/" name ".ui")
#define BH_PAGE_CHILD(klass, Type, child)                                                          \
  gtk_widget_class_bind_template_child(GTK_WIDGET_CLASS(klass), Type, child)

/* For the window. */
void bh_page_attach(BhPage *page, BhWindow *window, BhSession *session);
void bh_page_load(BhPage *page);
void bh_page_refresh(BhPage *page);
void bh_page_leave(BhPage *page);
gboolean bh_page_take_code(BhPage *page, const char *code);

const char *bh_page_get_title(BhPage *page);
void bh_page_set_title(BhPage *page, const char *title);
BhWindow *bh_page_get_window(BhPage *page);
BhSession *bh_page_get_session(BhPage *page);
GCancellable *bh_page_get_cancellable(BhPage *page);

/* Asks the store (bh_session_call) with the page as owner. `reply` gets the page, and is called
 * with an error too. */
typedef void (*BhPageReply)(BhPage *page, json_t *result, const GError *error, gpointer data);
void bh_page_call(BhPage *page, const char *method, json_t *params, BhPageReply reply,
                  gpointer data, GDestroyNotify data_free);
void bh_page_run(BhPage *page, BhWorkFunc func, gpointer work, GDestroyNotify work_free,
                 BhPageReply reply, gpointer data, GDestroyNotify data_free);

/* Puts the name of the enterprise (a record id; NULL does nothing) before the row's title. */
void bh_page_name_row(BhPage *page, GtkWidget *row, const char *title, const char *enterprise);

void bh_page_open(BhPage *page, BhPage *next);
/* Opens `next` in this page's place: going back skips this page. */
void bh_page_replace(BhPage *page, BhPage *next);
void bh_page_close(BhPage *page);
void bh_page_say(BhPage *page, const char *text);
/* Says what went wrong, in people's words. */
void bh_page_say_error(BhPage *page, const GError *error);

G_END_DECLS
