/* The one window: header (back, title, who acts, what has not left yet), the stack of pages, and
 * the strip that says things without stopping anybody. Locks itself after idle time. */
#pragma once

#include <handy.h>
#include "app/page.h"
#include "app/session.h"

G_BEGIN_DECLS

#define BH_TYPE_WINDOW (bh_window_get_type())
G_DECLARE_FINAL_TYPE(BhWindow, bh_window, BH, WINDOW, HdyApplicationWindow)

BhWindow *bh_window_new(GtkApplication *application, BhSession *session);
BhSession *bh_window_get_session(BhWindow *window);
/* Shows the first page, once the store is open. */
void bh_window_load(BhWindow *window);
/* Takes over the floating page. */
void bh_window_open(BhWindow *window, BhPage *page);
void bh_window_replace(BhWindow *window, BhPage *old, BhPage *page);
/* Closes the page and what lies above it. */
void bh_window_close_page(BhWindow *window, BhPage *page);
/* Closes everything above home. */
void bh_window_go_home(BhWindow *window);
void bh_window_update_title(BhWindow *window);
/* Shows `text` for a few seconds, above the page's buttons. What is said together with a step to
 * another page is shown there; the next step ends it. */
void bh_window_say(BhWindow *window, const char *text);
/* The same with a button, for undo; `func` is called at most once. */
void bh_window_say_undo(BhWindow *window, const char *text, const char *button,
                        void (*func)(gpointer data), gpointer data, GDestroyNotify data_free);
/* Wipes all pages (drafts are kept in the store) and shows the face tiles. */
void bh_window_lock(BhWindow *window);
/* An event of this program, before any widget sees it. FALSE when it is not to be delivered: it is
 * the bounce of a tap, or the first touch after the device stood untouched for too long, suspend
 * included, and the window has locked itself. */
gboolean bh_window_take_event(BhWindow *window, GdkEvent *event);
/* The page on top shows something else in the same place, the next item of a list: like another
 * page, it takes no tap before it was seen. */
void bh_window_change_view(BhWindow *window);
/* Applies text size and dark scheme. */
void bh_window_apply_settings(BhWindow *window);

G_END_DECLS
